"""No run leaves a trace of a secret: not in its output, its files, its names, its command lines."""

import base64
import html
import json
import os
import shlex
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock
from xml.sax import saxutils

import pytest
from suite_run import PYPROJECT, SuiteRun, run_here, run_process
from wire import Serve, Server, Talk, answer

from knowngood.report import verdict_reader
from knowngood.safety.redactor import MASK

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "repr": repr,
    "repr-of-repr": lambda s: repr(repr(s.encode())),
    "json": json.dumps,
    "json-in-json": lambda s: json.dumps(json.dumps(s)),
    "unicode-escapes": lambda s: "".join(f"\\u{ord(c):04X}" for c in s),
    "html": html.escape,
    "html-numbers": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "html-hex": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "html-twice": lambda s: html.escape(html.escape(s)),
    "xml": saxutils.escape,
    "xml-attribute": saxutils.quoteattr,
    "quote": urllib.parse.quote,
    "quote-lower": lambda s: "".join(f"%{ord(c):02x}" for c in s),
    "quote-plus": urllib.parse.quote_plus,
    "quote-twice": lambda s: urllib.parse.quote(urllib.parse.quote(s, safe=""), safe=""),
    "shell": shlex.quote,
    "hex": lambda s: s.encode().hex(),
    "hex-upper": lambda s: s.encode().hex().upper(),
}


TOKEN = "tK9f3c\"Zq<&'\\2aX+/b=Q7%vL;wM8e"  # noqa: S105 - made up
PASSWORD = "Gh5 r2Jt@8:Wn4p?Yc6#Kd"  # noqa: S105 - made up
ENV = {"LEAK_TOKEN": TOKEN, "LEAK_PASSWORD": PASSWORD}
HEAD = """
import base64, html, json, logging, os, sys, urllib.parse, warnings
import httpx, pytest

TOKEN, PASSWORD = os.environ["LEAK_TOKEN"], os.environ["LEAK_PASSWORD"]
EVERY = [str, repr, json.dumps, html.escape, urllib.parse.quote, urllib.parse.quote_plus,
         lambda s: base64.b64encode(f"user:{s}".encode()).decode(), lambda s: s.encode().hex()]
"""
CHECKS = (
    HEAD
    + '''
@pytest.fixture
def breaks():
    yield
    print("torn down with", TOKEN)
    raise RuntimeError(f"teardown {TOKEN}")

@pytest.mark.get("content:/ok")
@pytest.mark.parametrize("value", [TOKEN, PASSWORD, TOKEN + "x", f"{TOKEN}-{PASSWORD}", "plain"])
def test_parameter(response, value):
    """Ids are made of values."""
    assert value == "plain", value

@pytest.mark.get(f"content:/ok?token={urllib.parse.quote(TOKEN)}")
@pytest.mark.parametrize("value", [1, 2], ids=[TOKEN, TOKEN[::-1]])
def test_url(response, value):
    assert response.status_code == 404, response.url

@pytest.mark.get("content:/" + "p" * 480 + urllib.parse.quote(TOKEN))
def test_url_that_is_cut(response):
    assert response.status_code == 404, str(response.url)

@pytest.mark.get("content:/ok")
def test_claim(response):
    assert response.text == "".join(f(TOKEN) for f in EVERY)

test_claim.__doc__ = f"{'claim ' * 18}{TOKEN} is taken."

@pytest.mark.get("content:/ok")
def test_long_texts(response):
    same = "=" * 50
    assert same + TOKEN + "a" * 300 + PASSWORD + same == same + TOKEN + "b" * 300 + PASSWORD + same

@pytest.mark.get("content:/ok")
def test_containers(response):
    assert {"a": [TOKEN, b"b"], "b": {PASSWORD: 1}} == {"a": [TOKEN, b"c"], "b": {PASSWORD: 2}}

@pytest.mark.get("content:/ok")
def test_middle_left_out(response):
    for cut in range(1, 30):
        text = "." * (118 - cut) + TOKEN + "," * 300 + PASSWORD + "." * (118 - cut)
        try:
            assert text == 1
        except AssertionError as error:
            print(error)
    assert text.encode() in {b"x"}

@pytest.mark.get("content:/ok")
def test_output(response):
    for secret in (TOKEN, PASSWORD):
        for encode in EVERY:
            print("out", encode(secret))
            print("err", encode(secret), file=sys.stderr)
            logging.getLogger("deep.down").warning("logged %s", encode(secret))
        sys.stdout.buffer.write(secret.encode())
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logging.exception("caught")
    warnings.warn(f"mind {TOKEN}")

@pytest.mark.get("content:/ok")
def test_properties(response, record_property, record_testsuite_property):
    record_property("token", TOKEN)
    record_testsuite_property("password", PASSWORD)

@pytest.mark.get("content:/ok")
def test_teardown(response, breaks):
    pass

@pytest.mark.get("content:/ok")
def test_skipped(response):
    pytest.skip(f"without {TOKEN}")

@pytest.mark.get("content:/ok")
@pytest.mark.xfail(reason=f"because {TOKEN}")
def test_expected(response):
    assert TOKEN == PASSWORD

@pytest.mark.get("content:/ok")
@pytest.mark.parametrize("kind", [KeyError, ValueError, OSError, RuntimeError, ExceptionGroup])
def test_exception(response, kind):
    raise kind(TOKEN, [ValueError(PASSWORD)])

@pytest.mark.get("content:/ok")
def test_notes(response):
    error = AssertionError("with notes")
    error.add_note(TOKEN)
    raise error from ValueError(PASSWORD)

@pytest.mark.origin("content")
@pytest.mark.parametrize("where", ["body", "location", "cookie", "type", "json"])
def test_echo(client, environment, where, schema):
    """The server sends back what it was given."""
    token = environment.secrets["token"]
    response = client.get(f"/echo/{where}", headers={"Authorization": f"Bearer {token}"},
                          params={"token": token, "password": PASSWORD})
    print(response.headers, response.text, response.request.headers, environment, response.url)
    if where == "json":
        schema("leak").check(response.json())
    assert dict(response.headers) == {} and response.text == ""

@pytest.mark.origin("content")
def test_basic(client, environment):
    response = client.get("/echo/body", auth=("user", PASSWORD))
    assert response.text == base64.b64encode(f"user:{PASSWORD}".encode()).decode()

@pytest.mark.origin("content")
@pytest.mark.parametrize("end", ["\\n", "\\r\\nX: y", "\\0", "\\u20ac"])
def test_header_that_is_none(client, end):
    client.get("/echo/body", headers={"X-Token": TOKEN + end})

@pytest.mark.get("content:/ok")
@pytest.mark.parametrize("end", ["\\n", "\\0"])
def test_header_of_httpx(response, end):
    httpx.get(str(response.url), headers={"X-Token": TOKEN + end}, trust_env=False)

@pytest.mark.origin("content")
def test_url_of_a_walk(client):
    client.get(f"http://user:{urllib.parse.quote(PASSWORD)}@127.0.0.1:1/{TOKEN}")

@pytest.mark.get("content:/cut/" + urllib.parse.quote(TOKEN))
def test_no_answer(response):
    pass
'''
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}, "c": {"pattern": "^x$"}},
    "additionalProperties": False,
}


def echo(talk: Talk) -> None:
    """Send back what was asked, in the place that the path names."""
    request = talk.request
    said = f"{request.headers.get('authorization', '')} {request.target}"
    document = json.dumps({"a": said, "b": said, "c": said, said: 1})
    plays = {
        "/echo/body": answer(said, 500),
        "/echo/location": answer("", 302, {"Location": f"/x?{said.replace(' ', '')}"}),
        "/echo/cookie": answer("", 200, {"Set-Cookie": f"t={said}"}),
        "/echo/type": answer("", 200, {"Content-Type": f"text/{said}"}),
        "/echo/json": answer(document, 200, {"Content-Type": "application/json"}),
    }
    path = request.target.partition("?")[0]
    if path.startswith("/cut/"):
        talk.close()
    else:
        plays.get(path, answer("ok"))(talk)


def traces(secret: str) -> set[bytes]:
    """What must not be in a report: any eight characters of the secret, and its forms."""
    parts = {secret[at : at + 8] for at in range(len(secret) - 7)}
    parts |= {part.lower() for part in parts}  # as a media type is shown
    parts |= {encode(secret).strip("'\"") for encode in FORMS.values()}
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret.encode()).decode()[4:-4]
        parts |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return {part.encode() for part in parts}


TRACES = traces(TOKEN) | traces(PASSWORD)


def leaks(content: bytes) -> list[bytes]:
    """The lines of ``content`` that tell something of a secret."""
    if not any(trace in content for trace in TRACES):
        return []
    return [line for line in content.splitlines() if any(trace in line for trace in TRACES)]


def test_traces_are_found() -> None:
    """The tests below would see a leak."""
    for secret in (TOKEN, PASSWORD):
        for encode in FORMS.values():
            assert leaks(b"x " + encode(secret).encode() + b" y")
        assert leaks(base64.b64encode(f"us:{secret}x".encode()))
        assert leaks(secret[5:14].encode())


CONFTEST = """
import pathlib
import pytest

def record(*things):
    with pathlib.Path(__file__).parent.joinpath("reports/others.txt").open("a") as file:
        print(*things, file=file)

def pytest_runtest_logreport(report):
    record(vars(report), report.longreprtext, report.caplog, report.nodeid)

def pytest_collectreport(report):
    record(report.longreprtext, report.nodeid)

def pytest_warning_recorded(warning_message, nodeid):
    record(warning_message, nodeid)

@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    record(getattr(node, "workeroutput", None))
"""
"""What other plugins write is what they are given, and what workers send."""


class Leaky:
    """A suite that tells its secrets in every way, and what its runs leave behind."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        for name in ("checks/schemas", "environments", "reports"):
            (folder / name).mkdir(parents=True)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "pyproject.toml").write_text(PYPROJECT)
        (folder / "checks/schemas/leak.schema.json").write_text(json.dumps(SCHEMA))
        (folder / "environments/demo.toml").write_text(
            f'description = "a demonstration"\n[origins]\ncontent = "{server.url}"\n'
            "[budget]\nprobe = 15\nattempts = 2\n"
            '[secrets]\ntoken = "LEAK_TOKEN"\npassword = "LEAK_PASSWORD"\n'
        )

    def run(self, *options: str, checks: str = CHECKS, process: bool = False) -> SuiteRun:
        """Run it here, or as a process of its own: what workers and the end of a process say."""
        (self.folder / "checks/test_leaks.py").write_text(checks)
        names = {"har-file": "run.har", "junitxml": "junit.xml", "prometheus-file": "run.prom"}
        reports = [f"--{option}=reports/{name}" for option, name in names.items()]
        run = run_process if process else run_here
        with mock.patch.dict(os.environ, ENV):
            return run(
                self.folder / "reports/verdict.json",
                "--env=demo",
                *reports,
                *options,
                cwd=self.folder,
            )

    def leaks(self) -> dict[str, list[bytes]]:
        """By file, the lines that tell something of a secret."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        lines = {str(path.relative_to(self.folder)): leaks(path.read_bytes()) for path in files}
        lines |= {str(path): [b"in its name"] for path in files if leaks(os.fsencode(path))}
        return {name: leaked for name, leaked in lines.items() if leaked}


@pytest.fixture
def processes() -> set[bytes]:
    """The command lines of all processes that ran while the server was asked something."""
    return set()


@pytest.fixture
def leaky(tmp_path: Path, serve: Serve, processes: set[bytes]) -> Leaky:
    """The suite beside a server that echoes."""

    def play(talk: Talk) -> None:
        if len(talk.server.requests) % 5 == 1:
            processes.update(_command_lines())
        echo(talk)

    return Leaky(tmp_path / "suite", serve(play))


def _command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


SLOW = pytest.mark.slow
"""Differs from a case that always runs in the place or the process of a trace alone, whose form
the tests of the redactor know."""

RAISES = f"{HEAD}\nraise ValueError(TOKEN, PASSWORD)"
LOUD = (
    *("-vv", "--tb=long", "--showlocals", "-rA", "--durations=0", "-o", "junit_logging=all"),
    *("--log-file=reports/run.log", "--log-file-level=DEBUG", "--log-cli-level=DEBUG"),
)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("-n", "2"), id="workers", marks=SLOW),
        pytest.param(("-n", "2", *LOUD), id="loud-workers"),
        pytest.param((*LOUD, "-s"), id="uncaptured"),
        pytest.param(("-q", "--tb=short", "--capture=sys", "--setup-show"), id="quiet", marks=SLOW),
    ],
)
def test_nothing_is_left_behind(
    leaky: Leaky, processes: set[bytes], options: tuple[str, ...]
) -> None:
    """Terminal, JUnit, verdict, log, cache, command lines: no trace of a secret in any."""
    here = ("-p", "cacheprovider", "-o", "cache_dir=.pytest_cache")  # tox has a place of its own
    ended = leaky.run(*here, *options, process=True)
    assert ended.code == 1, ended.output
    assert leaks(ended.output.encode()) == []
    assert leaky.leaks() == {}
    assert (leaky.folder / ".pytest_cache").exists()
    assert processes
    assert [line for line in processes if leaks(line)] == []
    assert MASK in ended.output
    assert "has no attribute" not in ended.output, "each check fails of what it is made to fail of"
    ET.parse(leaky.folder / "reports/junit.xml")  # noqa: S314 - our own file
    assert _recorded(leaky) >= len(leaky.server.requests)
    assert _names_of_cases(leaky) == {"***", "***-2", "***x", "***-***"}
    sent = {request.headers.get("authorization") for request in leaky.server.requests}
    assert f"Bearer {TOKEN}" in sent, "what is hidden in reports is sent as it is"
    lines = _curl_lines(leaky)
    assert '-H "Authorization: Bearer $LEAK_TOKEN"' in lines
    assert '-u "user:$LEAK_PASSWORD"' in lines


def _curl_lines(leaky: Leaky) -> str:
    """Return the lines that send the requests of failures again."""
    verdict = json.loads((leaky.folder / "reports/verdict.json").read_text())
    exchanges = [exchange for failure in verdict["failures"] for exchange in failure["exchanges"]]
    return "\n".join(exchange["curl"] for exchange in exchanges)


def _recorded(leaky: Leaky) -> int:
    """Return how many requests are in the HAR file."""
    har = json.loads((leaky.folder / "reports/run.har").read_text())
    return len(har["log"]["entries"])


def _names_of_cases(leaky: Leaky) -> set[str]:
    """Return by what names the failed cases of one check, named after secrets, are told apart."""
    verdict = json.loads((leaky.folder / "reports/verdict.json").read_text())
    nodes = [failure["nodeid"] for failure in verdict["failures"]]
    return {node.partition("[")[2][:-1] for node in nodes if "::test_parameter[" in node}


@pytest.mark.parametrize(
    ("checks", "options", "code"),
    [
        pytest.param(RAISES, ("--tb=long", "-l"), 2, id="import"),
        pytest.param(RAISES, ("-n", "1", "--tb=long"), 2, id="import-workers", marks=SLOW),
        pytest.param(
            f"{HEAD}\npytest.skip(TOKEN, allow_module_level=True)",
            ("-rs",),
            5,
            id="skip",
            marks=SLOW,
        ),
        pytest.param(f"{HEAD}\npytest.exit(TOKEN)", (), 2, id="exit"),
        pytest.param(f"{HEAD}\nraise pytest.UsageError(TOKEN)", (), 2, id="usage", marks=SLOW),
        pytest.param(
            f"{HEAD}\nprint(TOKEN)\n@pytest.mark.get(TOKEN)\ndef test_it(response): pass",
            (),
            4,
            id="mark",
        ),
        pytest.param(
            f"{HEAD}\n@pytest.mark.get('content:/ok')\ndef test_it(response): pytest.exit(TOKEN)",
            (),
            2,
            id="exit-later",
            marks=SLOW,
        ),
    ],
)
def test_a_file_of_checks_that_ends_the_run(
    leaky: Leaky, checks: str, options: tuple[str, ...], code: int
) -> None:
    """What cannot be collected is told without what it was made of."""
    ended = leaky.run(*options, checks=checks)
    assert ended.code == code, ended.output
    assert MASK in ended.output
    assert leaks(ended.output.encode()) == []
    assert leaky.leaks() == {}


HOOKS = {
    "logreport": "pytest_runtest_logreport(report)",
    "collection": "pytest_collection_finish(session)",
    "start": "pytest_sessionstart(session)",
    "configure": "pytest_configure(config)",
    "finish": "pytest_sessionfinish(session)",
}


@pytest.mark.parametrize(
    ("hook", "kind", "mode"),
    [
        ("collection", "ValueError", ()),
        ("logreport", "ValueError", ("-n", "1")),
        ("configure", "pytest.UsageError", ()),
        ("start", "SystemExit", ("-n", "1")),
        *(
            pytest.param(hook, kind, mode, marks=SLOW)
            for hook, kind, mode in (
                *((hook, "ValueError", ()) for hook in HOOKS if hook != "collection"),
                *((hook, "ValueError", ("-n", "1")) for hook in HOOKS if hook != "logreport"),
                ("collection", "pytest.UsageError", ()),
                ("collection", "SystemExit", ()),
                ("start", "pytest.exit.Exception", ()),
            )
        ),
    ],
)
def test_a_run_that_breaks(leaky: Leaky, hook: str, kind: str, mode: tuple[str, ...]) -> None:
    """Internal and usage errors, in the controller and in workers."""
    conftest = f"{HEAD}\ndef {HOOKS[hook]}:\n    raise {kind}(TOKEN, PASSWORD)\n"
    (leaky.folder / "conftest.py").write_text(conftest)
    options = (*mode, "--tb=long", "--showlocals", "-k", "test_url or test_output")
    ended = leaky.run(*options, process=kind == "SystemExit")
    assert ended.code != 0
    assert MASK in ended.output
    assert leaks(ended.output.encode()) == []
    assert leaky.leaks() == {}


def test_a_conftest_that_breaks(leaky: Leaky) -> None:
    """Secrets are hidden before any file of the suite is read."""
    (leaky.folder / "conftest.py").write_text(f"{HEAD}\nprint(TOKEN)\nraise ValueError(PASSWORD)\n")
    ended = leaky.run()
    assert ended.code == 4
    assert MASK in ended.output
    assert leaks(ended.output.encode()) == []


AT_THE_END = """
    import atexit, threading
    atexit.register(lambda: print(TOKEN, PASSWORD, file=sys.stderr))
    thread = threading.Thread(target=int, args=[TOKEN])
    thread.start()
    thread.join()
    late = type("X", (), {"__del__": lambda self: int(TOKEN)})
    late()
    sys.last = late()
"""


@pytest.mark.parametrize(
    ("mode", "ending"),
    [
        pytest.param((), AT_THE_END, id="alone", marks=SLOW),
        pytest.param(("-n", "1"), AT_THE_END, id="worker"),
        pytest.param(("-n", "1"), "    os.kill(os.getpid(), 9)\n", id="killed-worker", marks=SLOW),
    ],
)
def test_what_is_said_at_the_end(leaky: Leaky, mode: tuple[str, ...], ending: str) -> None:
    """Tracebacks of threads and finalizers are redacted as well, to the end of the process."""
    check = "@pytest.mark.get('content:/ok')\ndef test_it(response):\n    print(TOKEN)\n"
    options = (*mode, "--max-worker-restart=0") if mode else ()
    ended = leaky.run(*options, "-rA", "-s", checks=f"{HEAD}\n{check}{ending}", process=True)
    assert MASK in ended.output or "kill" in ending
    assert leaks(ended.output.encode()) == []
    assert leaky.leaks() == {}


def test_options_that_show_secrets(leaky: Leaky) -> None:
    """What pytest writes past every hook is refused, with the options' names."""
    ended = leaky.run("--debug=reports/debug", "--pastebin=all")
    assert ended.code == 4
    assert "--debug, --pastebin" in ended.output
    assert leaks(ended.output.encode()) == []
    assert leaky.leaks() == {}


@pytest.mark.parametrize(
    ("program", "message"),
    [("sys.exit('x' * 290 + t)", "xxx***"), ("print(t, flush=True); signal.pause()", "***\\n")],
    ids=["ends", "announces"],
)
def test_a_deployment_that_does_not_start(leaky: Leaky, program: str, message: str) -> None:
    """The command of [serve] knows the secrets as well, and what it wrote is quoted."""
    path = leaky.folder / "environments/demo.toml"
    program = f"import os, signal, sys; t = os.environ['LEAK_TOKEN']; {program}"
    table = f"""[serve]\ncommand = ["{{python}}", "-c", "{program}"]\norigins = ["other"]\n"""
    path.write_text(path.read_text() + table)
    ended = leaky.run()
    assert ended.code == 4
    assert message in ended.output
    assert leaks(ended.output.encode()) == []


def test_a_secret_that_is_too_short(leaky: Leaky, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in every other word: a usage error that does not show it."""
    monkeypatch.setitem(ENV, "LEAK_TOKEN", "abc")
    ended = leaky.run("--no-header", checks="")
    assert ended.code == 4
    assert "too short to be kept out of reports" in ended.output
    assert "LEAK_TOKEN" in ended.output
    assert "abc" not in ended.output


def test_a_secret_that_is_a_word_of_the_report(
    leaky: Leaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poor secret spoils how the report looks, and changes neither verdict nor its form."""
    monkeypatch.setitem(ENV, "LEAK_TOKEN", "test")
    monkeypatch.setitem(ENV, "LEAK_PASSWORD", "smoke")  # which is also a level
    path = leaky.folder / "environments/demo.toml"
    path.write_text(path.read_text() + '[require]\nchecks = ["test_leaks.py::test_*"]\n')
    checks = (
        f"{HEAD}\n@pytest.mark.get('content:/ok')\ndef test_it(response):\n    assert response\n"
    )
    ended = leaky.run("-p", "no:cacheprovider", checks=checks)
    assert ended.code == 0, ended.output
    assert "test" not in ended.output.partition("verdict")[2].partition("=====")[0]
    ET.parse(leaky.folder / "reports/junit.xml")  # noqa: S314 - our own file
    document = verdict_reader.read(leaky.folder / "reports/verdict.json")
    assert (document["verdict"], document["level"]) == ("PASSED", "smoke")
    [warning] = [text for text in document["warnings"] if "[params]" in text]
    assert "secrets.token: its value is a part of ***_leaks.py::***_it, which reports" in warning
