"""The line that a report offers sends the same request: each is run by real shells, with real curl,
and what arrives is compared with what the engine sent.
"""

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from release_side import needed
from wire import Authority, Fetchers, Request, Serve, answer, by_path

from knowngood.environment.model import Environment, Network
from knowngood.fetch import Probe
from knowngood.fetch.curl_line import curl_line
from knowngood.safety import Redactor, redaction

SECRET = "hunter22!'$\\x"  # noqa: S105 - of these tests
OF_THE_RUN = {"user-agent", "x-knowngood-run", "accept", "accept-encoding"}
HOSTILE = "a'b\"c`touch pwned`$(touch pwned)$FHR_STAGE_TOKEN;|&*?[a-z]{1,2}!!\\ #~"

Compare: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret of this process, in a variable."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor([SECRET]))
    monkeypatch.setattr(redaction._Process, "variables", {SECRET: "FHR_STAGE_TOKEN"})
    monkeypatch.setenv("FHR_STAGE_TOKEN", SECRET)
    return SECRET


@pytest.fixture
def compare(serve: Serve, fetchers: Fetchers, tmp_path: Path) -> Compare:
    """Send a probe and repeat it by its line in each shell; return the words of the line."""
    needed("curl", "curl")

    def compare(path: str = "/", host: str = "127.0.0.1", **of_probe: Any) -> list[str]:
        server = serve(answer("ok"))
        url = f"http://{host}:{server.port}"
        probe = Probe("content", url + path, **of_probe)
        assert fetchers({"content": url}, writes=True, attempts=1).send(probe).answer is not None
        line = curl_line(probe)
        assert line.isascii()
        assert line.isprintable()
        assert SECRET not in line
        (tmp_path / "body").write_bytes(probe.body or b"")
        for shell in filter(shutil.which, ("sh", "bash", "zsh")):
            run(shell, line, tmp_path)
        assert not (tmp_path / "pwned").exists()
        first, *others = map(essence, server.requests)
        assert others
        assert all(other == first for other in others)
        return line.split()

    return compare


def run(shell: str, line: str, folder: Path) -> str:
    """What a line prints in a shell, far from any settings of this machine's user."""
    environment = {"FHR_STAGE_TOKEN": SECRET, "PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        [shell, "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="latin-1",
        timeout=400,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def essence(request: Request) -> tuple[object, ...]:
    """What must be the same: all but what says which run asks."""
    headers = {name: value for name, value in request.headers.items() if name not in OF_THE_RUN}
    return request.method, request.target, headers, request.body


PATHS = [
    "/fr/?a=b&c=d;e",
    f"/{HOSTILE}",
    f"/x?{HOSTILE}",
    "/a b/é/\N{SNOWMAN}",
    "/a/../b/./c/..",
    "/[1-3]/{a,b}",
    "/\n98 passed\x1b[2J",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_url_arrives_as_it_was_sent(compare: Compare, path: str) -> None:
    """Whatever a shell or curl would make of it, also if a server made it up."""
    compare(path)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PROPFIND"])
def test_a_method_without_a_body(compare: Compare, method: str) -> None:
    """Nothing is sent but the method."""
    compare(method=method)


def test_headers_arrive_as_they_were_sent(compare: Compare) -> None:
    """Quotes, variables, brackets, nothing, and bytes beyond ASCII."""
    compare(headers=(("X-One", HOSTILE), ("X-Two", "café"), ("X-Three", ""), ("Cookie", "a=b; c")))


BODIES = [
    b'{"a": ["it\'s", "$HOME", "`id`", "\\n"]}',
    b"",
    b"@body",
    b"-line\nline\n\n",
    b"100% \\0 \\n %s\r\n",
    "é\N{SNOWMAN}".encode(),
    bytes(range(256)),
    bytes(range(256)) * 20,
    b"x" * 501,
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_arrives_as_it_was_sent(compare: Compare, method: str, body: bytes) -> None:
    """In the line if it is short, else from a file; without the media type of a form."""
    words = compare(method=method, body=body)
    assert ("<body" in words) == (len(body) > 500)


def test_a_media_type_of_its_own(compare: Compare) -> None:
    """A POST of JSON, as checks send it."""
    compare(method="POST", body=b"{}", headers=(("Content-Type", "application/json"),))


def test_a_reading_request_sends_no_body(compare: Compare) -> None:
    """As the engine does not."""
    compare(method="GET", body=b"x")


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "127.0.0.1:{port}"])
def test_the_same_edge_is_asked(
    serve: Serve, fetchers: Fetchers, tmp_path: Path, address: str
) -> None:
    """The request goes where the exchange went, not where the name leads now."""
    needed("curl", "curl")
    server = serve(answer("ok"))
    url = f"http://fhr.invalid:{server.port}/"
    probe = Probe("content", url, address=address.format(port=server.port))
    assert fetchers({"content": url[:-1]}, attempts=1).send(probe).answer is not None
    line = curl_line(probe)
    run("sh", line, tmp_path)
    first, second = map(essence, server.requests)
    assert first == second
    assert ("--resolve" in line) == (address == "127.0.0.1")


@pytest.mark.parametrize(
    ("url", "address", "option"),
    [
        ("https://h/", "192.0.2.1", "--resolve h:443:192.0.2.1"),
        ("http://h/", "[2001:db8::1]", "--resolve 'h:80:[2001:db8::1]'"),
        ("https://h/", "192.0.2.1:8443", "--connect-to h:443:192.0.2.1:8443"),
        ("https://h/", "[2001:db8::1]:8443", "--connect-to 'h:443:[2001:db8::1]:8443'"),
        ("https://h:81/", "edge.example", "--connect-to h:81:edge.example:"),
        ("http://[::1]:81/", "192.0.2.1", "--connect-to '[::1]:81:192.0.2.1:'"),
    ],
)
def test_how_an_edge_is_written(url: str, address: str, option: str) -> None:
    """As people know it where that says the same; within the URL's origin only."""
    assert option in curl_line(Probe("content", url, address=address))


@pytest.mark.parametrize(
    ("of_probe", "text"),
    [
        ({"headers": (("Authorization", f"Bearer {SECRET}"),)}, '"Authorization: Bearer $FHR'),
        ({"headers": (("X-Token", f'{SECRET}"; $x é'),)}, '"$FHR_STAGE_TOKEN"'),
        ({"headers": (("X-Token", f"{SECRET}/{SECRET}0"),)}, "${FHR_STAGE_TOKEN}/${FHR_STAGE"),
        ({"method": "POST", "body": f'{{"a": "{SECRET}"}}'.encode()}, "--data-raw"),
        ({"method": "POST", "body": f"%\n{SECRET}\n".encode()}, "printf '%%\\n%s\\n' \"$FHR"),
    ],
)
def test_a_secret_is_written_as_its_variable(
    compare: Compare, secret: str, of_probe: dict[str, Any], text: str
) -> None:
    """The line holds no value, and still sends it."""
    assert text in " ".join(compare(**of_probe))


def test_a_password_in_base64_is_written_as_its_variable(compare: Compare, secret: str) -> None:
    """As curl's ``-u``, which encodes it."""
    encoded = b64encode(f"me:{secret}".encode()).decode()
    words = compare(headers=(("Authorization", f"Basic {encoded}"),))
    assert words[words.index("-u") + 1] == '"me:$FHR_STAGE_TOKEN"'


def test_a_variable_that_somebody_else_names_is_a_text(compare: Compare, secret: str) -> None:
    """A server that puts ``$FHR_STAGE_TOKEN`` into a URL does not get its value."""
    compare("/$FHR_STAGE_TOKEN", headers=(("X", "${FHR_STAGE_TOKEN} $FHR_STAGE_TOKEN"),))


def test_a_secret_in_another_form_is_masked(secret: str) -> None:
    """Nothing in a shell would write it in that form."""
    line = curl_line(Probe("content", f"http://h/{secret.encode().hex()}"))
    assert line.endswith("'http://h/***'")


def test_redirects_are_followed_where_the_probe_does(
    serve: Serve, fetchers: Fetchers, tmp_path: Path
) -> None:
    """The repeated request ends where the exchange did."""
    needed("curl", "curl")
    server = serve(by_path({"/": answer("", 302, {"Location": "/there"}), "/there": answer("ok")}))
    probe = Probe("content", f"{server.url}/", follow=True)
    assert fetchers(server).send(probe).answer is not None
    run("sh", curl_line(probe), tmp_path)
    assert server.targets == ["/", "/there"] * 2


def test_https_is_asked_by_the_engines_version() -> None:
    """Left to itself, curl takes HTTP/2 where the server offers it, as the engine does."""
    probe = Probe("content", "https://h/")
    forbidding = Environment("test", Path("test.toml"), "", network=Network(http="1.1"))
    assert "--http1.1" in curl_line(probe, forbidding)
    assert "--http1.1" not in curl_line(probe, replace(forbidding, network=Network()))
    assert "--http1.1" not in curl_line(replace(probe, url="http://h/"), forbidding)


def test_the_environments_authorities_are_trusted(
    serve: Serve, authority: Authority, tmp_path: Path
) -> None:
    """Without them curl would refuse the certificate of a deployment that has its own."""
    needed("curl", "curl")
    server = serve(answer("ok"), tls=authority.context()[0])
    probe = Probe("content", f"{server.url}/")
    trusting = Environment("test", Path("test.toml"), "", ca=authority.pem)
    assert run("sh", curl_line(probe, trusting), tmp_path).endswith("ok")
    assert "--cacert 'a ca.pem'" in curl_line(probe, replace(trusting, ca=Path("a ca.pem")))
    assert "--cacert" not in curl_line(Probe("content", "http://h/"), trusting)
