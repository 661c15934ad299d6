"""No run leaves a trace of a secret: not in its output, its files, its names, its command lines."""

import base64
import html
import json
import os
import shlex
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax import saxutils

import pytest
from wire import Request, Serve, Talk, answer

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
    for each in (TOKEN, PASSWORD):
        for disguise in EVERY:
            print("out", disguise(each))
            print("err", disguise(each), file=sys.stderr)
            logging.getLogger("deep.down").warning("logged %s", disguise(each))
        sys.stdout.buffer.write(each.encode())
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
    """What must not be found: any eight characters of the secret, and its disguises."""
    found = {secret[at : at + 8] for at in range(len(secret) - 7)}
    found |= {each.lower() for each in found}  # as a media type is shown
    found |= {disguise(secret).strip("'\"") for disguise in FORMS.values()}
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret.encode()).decode()[4:-4]
        found |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return {each.encode() for each in found}


TRACES = traces(TOKEN) | traces(PASSWORD)


def leaks(content: bytes) -> list[bytes]:
    """The lines of ``content`` that tell something of a secret."""
    if not any(trace in content for trace in TRACES):
        return []
    return [line for line in content.splitlines() if any(each in line for each in TRACES)]


def test_traces_are_found() -> None:
    """The tests below would see a leak."""
    for each in (TOKEN, PASSWORD):
        for disguise in FORMS.values():
            assert leaks(b"x " + disguise(each).encode() + b" y")
        assert leaks(base64.b64encode(f"us:{each}x".encode()))
        assert leaks(each[5:14].encode())


CONFTEST = """
import pathlib
import pytest

def told(*things):
    with pathlib.Path(__file__).parent.joinpath("reports/others.txt").open("a") as file:
        print(*things, file=file)

def pytest_runtest_logreport(report):
    told(vars(report), report.longreprtext, report.caplog, report.nodeid)

def pytest_collectreport(report):
    told(report.longreprtext, report.nodeid)

def pytest_warning_recorded(warning_message, nodeid):
    told(warning_message, nodeid)

@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    told(getattr(node, "workeroutput", None))
"""
"""What other plugins write is what they are given, and what workers send."""


class Leaky:
    """A suite that tells its secrets in every way, and what its runs leave behind."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        for name in ("checks/schemas", "environments", "reports"):
            (folder / name).mkdir(parents=True)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "pyproject.toml").write_text(
            '[tool.pytest.ini_options]\ntestpaths = ["checks"]\n'
        )
        (folder / "checks/schemas/leak.schema.json").write_text(json.dumps(SCHEMA))
        (folder / "environments/demo.toml").write_text(
            f'description = "a demonstration"\n[origins]\ncontent = "{url}"\n'
            "[budget]\nprobe = 2\nattempts = 2\n"
            '[secrets]\ntoken = "LEAK_TOKEN"\npassword = "LEAK_PASSWORD"\n'
        )

    def run(self, *options: str, checks: str = CHECKS) -> tuple[int, bytes]:
        """The exit code, and all that was printed."""
        (self.folder / "checks/test_leaks.py").write_text(checks)
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "--env=demo"]
        reports = ["--verdict-file=reports/verdict.json", "--junitxml=reports/junit.xml"]
        done = subprocess.run(
            [*command, *reports, *options],
            cwd=self.folder,
            env={**{k: v for k, v in os.environ.items() if "PYTEST" not in k}, **ENV},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def leaks(self) -> dict[str, list[bytes]]:
        """By file, what is left in it."""
        every = [path for path in self.folder.rglob("*") if path.is_file()]
        found = {str(path.relative_to(self.folder)): leaks(path.read_bytes()) for path in every}
        found |= {str(path): [b"in its name"] for path in every if leaks(os.fsencode(path))}
        return {name: lines for name, lines in found.items() if lines}


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

    return Leaky(tmp_path / "suite", serve(play).url)


def _command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


MODES = pytest.mark.parametrize("mode", [(), ("-n", "2")], ids=["alone", "workers"])
LOUD = (
    *("-vv", "--tb=long", "--showlocals", "-rA", "--durations=0", "-o", "junit_logging=all"),
    *("--log-file=reports/run.log", "--log-file-level=DEBUG", "--log-cli-level=DEBUG"),
)


@MODES
@pytest.mark.parametrize(
    "options",
    [
        (),
        LOUD,
        (*LOUD, "-s"),
        ("-q", "--tb=short", "--capture=sys", "--setup-show"),
    ],
    ids=["as-ever", "loud", "uncaptured", "quiet"],
)
def test_nothing_is_left_behind(
    leaky: Leaky, processes: set[bytes], mode: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """Terminal, JUnit, verdict, log, cache, command lines: no trace of a secret in any."""
    code, output = leaky.run(*mode, *options)
    assert code == 1, output.decode()
    assert leaks(output) == []
    assert leaky.leaks() == {}
    assert processes
    assert [each for each in processes if leaks(each)] == []
    assert MASK.encode() in output
    assert b"has no attribute" not in output, "each check fails of what it is made to fail of"
    ET.parse(leaky.folder / "reports/junit.xml")  # noqa: S314 - our own file


@MODES
def test_cases_keep_names_of_their_own(leaky: Leaky, mode: tuple[str, ...]) -> None:
    """Cases that are named after secrets can be told apart, and each is counted."""
    _, output = leaky.run("-v", "-k", "test_parameter", *mode)
    for case in (r"***", r"***-2", r"***x", r"***-***", "plain"):
        assert f"test_parameter[{case}]".encode() in output
    verdict = json.loads((leaky.folder / "reports/verdict.json").read_text())
    assert verdict["counts"]["ran"] == 5
    assert len({each["nodeid"] for each in verdict["failures"]}) == 4


@pytest.mark.parametrize(
    ("checks", "options", "code"),
    [
        (f"{HEAD}\nraise ValueError(TOKEN, PASSWORD)", ("--tb=long", "-l"), 2),
        (f"{HEAD}\nraise ValueError(TOKEN, PASSWORD)", ("-n", "2", "--tb=long"), 2),
        (f"{HEAD}\npytest.skip(TOKEN, allow_module_level=True)", ("-rs",), 5),
        (f"{HEAD}\npytest.exit(TOKEN)", (), 2),
        (f"{HEAD}\nraise pytest.UsageError(TOKEN)", (), 2),
        (f"{HEAD}\nprint(TOKEN)\n@pytest.mark.get(TOKEN)\ndef test_it(response): pass", (), 4),
        (
            f"{HEAD}\n@pytest.mark.get('content:/ok')\ndef test_it(response): pytest.exit(TOKEN)",
            (),
            2,
        ),
    ],
    ids=["import", "import-workers", "skip", "exit", "usage", "mark", "exit-later"],
)
def test_a_file_of_checks_that_ends_the_run(
    leaky: Leaky, checks: str, options: tuple[str, ...], code: int
) -> None:
    """What cannot be collected is told without what it was made of."""
    ended, output = leaky.run(*options, checks=checks)
    assert ended == code, output.decode()
    assert MASK.encode() in output
    assert leaks(output) == []
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
        *((hook, "ValueError", ()) for hook in HOOKS),
        *((hook, "ValueError", ("-n", "2")) for hook in HOOKS),
        *((hook, "pytest.UsageError", ()) for hook in HOOKS),
        ("collection", "SystemExit", ()),
        ("start", "SystemExit", ("-n", "2")),
        ("start", "pytest.exit.Exception", ()),
    ],
)
def test_a_run_that_breaks(leaky: Leaky, hook: str, kind: str, mode: tuple[str, ...]) -> None:
    """Internal and usage errors, in the controller and in workers."""
    conftest = f"{HEAD}\ndef {HOOKS[hook]}:\n    raise {kind}(TOKEN, PASSWORD)\n"
    (leaky.folder / "conftest.py").write_text(conftest)
    code, output = leaky.run(*mode, "--tb=long", "--showlocals", "-k", "test_url or test_output")
    assert code != 0
    assert MASK.encode() in output
    assert leaks(output) == []
    assert leaky.leaks() == {}


def test_a_conftest_that_breaks(leaky: Leaky) -> None:
    """Secrets are hidden before any file of the suite is read."""
    (leaky.folder / "conftest.py").write_text(f"{HEAD}\nprint(TOKEN)\nraise ValueError(PASSWORD)\n")
    code, output = leaky.run()
    assert code == 4
    assert MASK.encode() in output
    assert leaks(output) == []


WHILE_DYING = {
    "killed": "os.kill(os.getpid(), 9)",
    "at-exit": "import atexit; atexit.register(lambda: print(TOKEN, PASSWORD, file=sys.stderr))",
    "thread": "import threading; t = threading.Thread(target=int, args=[TOKEN]); t.start()",
    "unraisable": "type('X', (), {'__del__': lambda self: int(TOKEN)})()",
    "late": "sys.last = type('X', (), {'__del__': lambda self: int(TOKEN)})()",
}


@MODES
@pytest.mark.parametrize("how", WHILE_DYING)
def test_a_process_that_dies(leaky: Leaky, mode: tuple[str, ...], how: str) -> None:
    """A traceback on stderr is redacted as well, to the end of the process."""
    if how == "killed" and not mode:
        pytest.skip("that would be the end of the run itself")
    source = f"{HEAD}\n@pytest.mark.get('content:/ok')\ndef test_it(response):\n    print(TOKEN)\n"
    options = (*mode, "--max-worker-restart=0") if mode else ()
    _, output = leaky.run(*options, "-rA", "-s", checks=f"{source}    {WHILE_DYING[how]}\n")
    assert leaks(output) == []
    assert leaky.leaks() == {}


@pytest.mark.parametrize(
    ("option", "variables"), [("--debug=reports/debug", {}), ("--pastebin=all", {})]
)
def test_an_option_that_tells_all(leaky: Leaky, option: str, variables: dict[str, str]) -> None:
    """What pytest writes past every hook is refused, with the option's name."""
    code, output = leaky.run(option)
    assert code == 4
    assert option.partition("=")[0].encode() in output
    assert leaks(output) == []
    assert leaky.leaks() == {}


def test_a_deployment_that_does_not_start(leaky: Leaky) -> None:
    """The command of [serve] knows the secrets as well, and its last words are shown."""
    path = leaky.folder / "environments/demo.toml"
    program = "import os, sys; t = os.environ['LEAK_TOKEN']; print(t); sys.exit('x' * 1990 + t)"
    table = f"""[serve]\ncommand = ["{{python}}", "-c", "{program}"]\norigins = ["other"]\n"""
    path.write_text(path.read_text() + table)
    code, output = leaky.run()
    assert code == 4
    assert b"xxx***" in output
    assert leaks(output) == []


@pytest.mark.parametrize("value", ["abc", "a"])
def test_a_secret_that_is_too_short(
    leaky: Leaky, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """It stands in every other word: a usage error that does not show it."""
    monkeypatch.setitem(ENV, "LEAK_TOKEN", value)
    code, output = leaky.run("--no-header", checks="")
    assert code == 4
    assert b"too short to be kept out of reports" in output
    assert b"LEAK_TOKEN" in output


def test_a_secret_that_is_a_word_of_the_report(
    leaky: Leaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poor secret spoils how the report looks, and changes neither verdict nor its form."""
    monkeypatch.setitem(ENV, "LEAK_TOKEN", "test")
    path = leaky.folder / "environments/demo.toml"
    path.write_text(path.read_text() + '[require]\nchecks = ["test_leaks.py::test_*"]\n')
    checks = (
        f"{HEAD}\n@pytest.mark.get('content:/ok')\ndef test_it(response):\n    assert response\n"
    )
    code, output = leaky.run("-p", "no:cacheprovider", checks=checks)
    assert code == 0, output.decode()
    assert b"test" not in output.partition(b"verdict")[2].partition(b"=====")[0]
    ET.parse(leaky.folder / "reports/junit.xml")  # noqa: S314 - our own file
    assert json.loads((leaky.folder / "reports/verdict.json").read_text())["verdict"] == "PASSED"


def test_the_server_gets_the_secret(serve: Serve, tmp_path: Path) -> None:
    """What is hidden in reports is sent as it is."""
    server = serve(echo)
    Leaky(tmp_path / "suite", server.url).run("-k", "test_echo")
    sent = {request.headers.get("authorization") for request in server.requests}
    assert f"Bearer {TOKEN}" in sent
    assert all(isinstance(request, Request) for request in server.requests)
