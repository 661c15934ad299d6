"""A proxy before a real service that changes some of its answers."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from wire import HOST, Request, Server, Talk

_OF_ONE_CONNECTION = {"connection", "transfer-encoding", "content-length", "accept-encoding"}


@dataclass
class Answer:
    """An answer on its way back; a fault changes it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """A fault of one kind of request.

    Attributes:
        request: a pattern for the method and the target, such as ``GET /v1/``.
        change: changes the answer.
    """

    request: str
    change: Callable[[Answer], None]

    def concerns(self, request: Request) -> bool:
        """Whether it changes the answer to ``request``."""
        return re.fullmatch(self.request, f"{request.method} {request.target}") is not None


def status(code: int) -> Callable[[Answer], None]:
    """Answer with this status in place of the service's."""

    def change(answer: Answer) -> None:
        answer.status = code

    return change


def replaced(pattern: str, text: str) -> Callable[[Answer], None]:
    """Replace what a pattern finds in the body, which it must find."""

    def change(answer: Answer) -> None:
        answer.body, count = re.subn(pattern.encode(), text.encode(), answer.body)
        assert count, f"{pattern}: not in {answer.body[:500]!r}"

    return change


def without(header: str) -> Callable[[Answer], None]:
    """Leave out a header."""

    def change(answer: Answer) -> None:
        answer.headers = [pair for pair in answer.headers if pair[0].lower() != header]

    return change


@contextlib.contextmanager
def proxied(url: str, *faults: Fault) -> Iterator[str]:
    """The URL of a proxy before the service at ``url``, until the end of the block."""
    port = urlsplit(url).port
    assert port is not None

    def play(talk: Talk) -> None:
        changes = [fault.change for fault in faults if fault.concerns(talk.request)]
        if "upgrade" in talk.request.headers and not changes:
            _tunnel(talk, port)
        else:
            _pass_on(talk, port, changes)

    server = Server(play)
    try:
        yield server.url
    finally:
        server.stop()


def _pass_on(talk: Talk, port: int, changes: list[Callable[[Answer], None]]) -> None:
    answer = _asked(talk.request, port)
    for change in changes:
        change(answer)
    lines = [f"HTTP/1.1 {answer.status} Status", f"Content-Length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    body = b"" if talk.request.method == "HEAD" or answer.status == 204 else answer.body
    talk.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def _asked(request: Request, port: int) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers.items():
            if name not in _OF_ONE_CONNECTION:
                connection.putheader(name, value)
        if request.body or request.method in {"POST", "PUT"}:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        response = connection.getresponse()
        headers = [p for p in response.getheaders() if p[0].lower() not in _OF_ONE_CONNECTION]
        return Answer(response.status, headers, response.read())


def _tunnel(talk: Talk, port: int) -> None:
    """Pass on every byte both ways, as of a WebSocket."""
    with socket.create_connection((HOST, port), 30) as behind:
        behind.sendall(talk.request.head + b"\r\n\r\n")

        def back() -> None:
            with contextlib.suppress(OSError):
                while data := behind.recv(65536):
                    talk.send(data)
            talk.reset()

        answering = threading.Thread(target=back, daemon=True)
        answering.start()
        with contextlib.suppress(OSError):
            while data := talk.receive():
                behind.sendall(data)
            behind.shutdown(socket.SHUT_WR)
        answering.join(5)
    talk.close()
