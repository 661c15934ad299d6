"""docs/checks.md: what it shows of services runs."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import grpc
import pytest
from grpc_health.v1 import health, health_pb2_grpc
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from wire import HOST, Server, answer, page, refusing

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "checks.md").read_text("utf-8")
FROM_EXAMPLES = ["Logins", "Write, read, delete", "Pages of a list", "GraphQL"]
ENVIRONMENT = """
description = "beside HTTP"
writes = true
[origins]
login = "{login}"
[params]
smtp = ["{smtp}"]
name = ["localhost"]
address = ["{address}"]
websocket = ["ws://{websocket}"]
grpc = ["{grpc}"]
events = ["http://{events}"]
[secrets]
client = "CLIENT_SECRET"
[budget]
probe = 15
"""


def snippets(section: str) -> list[str]:
    """The Python of a section."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## )", PAGE, re.M | re.S)
    return re.findall(r"```python\n(.*?)```", text, re.S)


def typed(snippet: str) -> bool:
    """Whether a snippet is one of an example, whose functions say their types."""
    return ") -> " in snippet


@pytest.mark.parametrize("section", FROM_EXAMPLES)
def test_a_snippet_stands_in_an_example(section: str) -> None:
    """Each is run against its service by the tests of examples/, word for word."""
    files = [path.read_text("utf-8") for path in ROOT.glob("examples/*/smoketests/*.py")]
    shown = [snippet for snippet in snippets(section) if typed(snippet)]
    assert shown
    assert [snippet for snippet in shown if not any(snippet in file for file in files)] == []


@contextmanager
def greeting() -> Iterator[str]:
    """A mail server that only greets."""

    def greet(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail.example.org\r\n")

    with socket.create_server((HOST, 0)) as listener:
        thread = Thread(target=greet, args=[listener], daemon=True)
        thread.start()
        yield f"{HOST}:{listener.getsockname()[1]}"
        thread.join(5)


@contextmanager
def ponging() -> Iterator[str]:
    """A WebSocket that answers ping with pong."""

    def play(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            connection.send("pong" if connection.recv() == "ping" else "what?")

    with serve(play, HOST, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{HOST}:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(5)


@contextmanager
def serving() -> Iterator[str]:
    """A gRPC server that is well."""
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
        port = server.add_insecure_port(f"{HOST}:0")
        server.start()
        yield f"{HOST}:{port}"
        server.stop(None).wait(5)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a suite with one file of checks, and returns its environment."""
    monkeypatch.setenv("CLIENT_SECRET", "of-the-client")

    def write(checks: str, **places: str) -> Path:
        nowhere = dict.fromkeys(("smtp", "websocket", "grpc", "events"), f"{HOST}:9")
        places = {"login": "http://127.0.0.1:9", "address": HOST, **nowhere, **places}
        for folder in ("environments", "smoketests"):
            (tmp_path / folder).mkdir()
        (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = smoketests\n")
        (tmp_path / "smoketests/test_page.py").write_text(checks)
        environment = tmp_path / "environments/test.toml"
        environment.write_text(ENVIRONMENT.format(**places))
        return environment

    return write


def test_other_protocols_are_judged(
    written: Callable[..., Path], suite: Callable, tmp_path: Path
) -> None:
    """Services that answer pass."""
    (checks,) = snippets("Other protocols")
    stream = Server(page(": hello\n\nevent: news\ndata: 1\n\n", "text/event-stream"))
    events = stream.url.removeprefix("http://")
    try:
        with greeting() as smtp, ponging() as websocket, serving() as well:
            environment = written(checks, smtp=smtp, websocket=websocket, grpc=well, events=events)
            ended = suite(f"--env={environment}", cwd=tmp_path)
    finally:
        stream.stop()
    assert ended.code == 0, ended.output


def test_a_stream_without_events_is_the_deployment_s(
    written: Callable[..., Path], suite: Callable, tmp_path: Path
) -> None:
    """An error, or one that ends."""
    (checks,) = snippets("Other protocols")
    head, _, rest = checks.partition("def test_mail_is_taken")
    checks = head + "def test_news_come_as_events" + rest.split("def test_news_come_as_events")[1]
    server = Server(answer("gone", 404))
    try:
        environment = written(
            checks.partition("\n\n\ndef test_grpc")[0], events=server.url.removeprefix("http://")
        )
        ended = suite(f"--env={environment}", cwd=tmp_path)
    finally:
        server.stop()
    assert ended.code == 1, ended.output
    assert "404, and no event in its answer" in ended.output


def test_a_refusal_is_the_deployment_s(
    written: Callable[..., Path], suite: Callable, tmp_path: Path
) -> None:
    """Ports that nobody listens at, and a name that leads elsewhere, are FAILED, each a cause."""
    (checks,) = snippets("Other protocols")
    with refusing() as url:
        place = url.removeprefix("http://")
        environment = written(
            checks, smtp=place, websocket=place, grpc=place, events=place, address="192.0.2.1"
        )
        ended = suite(f"--env={environment}", cwd=tmp_path)
    assert ended.code == 1, ended.output
    causes = {cause["sentence"].partition(": ")[0] for cause in ended.verdict["causes"]}
    assert causes == {place, f"ws://{place}", f"http://{place}", "localhost"}, ended.output


def test_the_oauth_login_is_made_once(
    written: Callable[..., Path], suite: Callable, tmp_path: Path
) -> None:
    """The token of the page's fixture is asked for once, with the secret."""
    (fixture,) = [snippet for snippet in snippets("Logins") if not typed(snippet)]
    head = '"""Tokens: there are some."""\nimport pytest\nfrom knowngood import checks\n\n'
    check = '@pytest.mark.parametrize("n", [1, 2])\ndef test_token(n, token):\n    assert token\n'
    server = Server(answer('{"access_token": "abc"}'))
    try:
        environment = written(f"{head}{fixture}\n\n{check}", login=server.url)
        suite(f"--env={environment}", cwd=tmp_path)
    finally:
        server.stop()
    (request,) = server.requests
    assert request.body == b"grant_type=client_credentials"
    assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Content-Type"}, 0),
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "x-a"}, 1),
        ({"Access-Control-Allow-Headers": "*"}, 1),
    ],
)
def test_preflight_of_another_origin(
    written: Callable[..., Path],
    suite: Callable,
    tmp_path: Path,
    headers: dict[str, str],
    code: int,
) -> None:
    """It passes where browsers let the app ask, and fails where they do not."""
    (checks,) = snippets("Scripts of another origin")
    server = Server(answer(status=204, headers=headers))
    try:
        source = f"import pytest\n\n{checks}".replace('origin("api")', 'origin("login")')
        ended = suite(f"--env={written(source, login=server.url)}", cwd=tmp_path)
    finally:
        server.stop()
    assert ended.code == code, ended.output
