"""A server of our own for tests of what happens on the wire: it plays what it is told, sound or
not, over real sockets, and keeps what it was asked.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TypeAlias

import trustme

from knowngood.fetch.fetcher import Fetcher

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """A request as it arrived: ``head`` is every byte before the body."""

    connection: int
    head: bytes
    body: bytes = b""

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        return self.head.split(b" ", 1)[0].decode("latin-1")

    @property
    def target(self) -> str:
        """Path and query, as they were sent."""
        return self.head.split(b" ", 2)[1].decode("latin-1")

    @property
    def headers(self) -> dict[str, str]:
        """The headers, names in lower case."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines if line)
        return {name.lower(): value.strip() for name, _, value in pairs}


class Talk:
    """One request, and the connection it came over."""

    def __init__(self, server: Server, sock: socket.socket, request: Request) -> None:
        self.server = server
        self.request = request
        self.closed = False
        self._sock = sock
        self._waiting = True

    def send(self, data: bytes) -> None:
        """Say this."""
        self.answered()
        self._sock.sendall(data)

    def answered(self) -> None:
        """The request is no longer under way."""
        if self._waiting:
            self._waiting = False
            self.server.note_answer()

    def receive(self) -> bytes:
        """What the other side says next."""
        return self._sock.recv(65536)

    def hang(self) -> None:
        """Say nothing more until the other side gives up."""
        while self._sock.recv(65536):
            pass
        self.close()

    def close(self) -> None:
        """End the connection."""
        self.closed = True
        self._sock.close()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


Play: TypeAlias = Callable[[Talk], None]
Serve: TypeAlias = "Callable[..., Server]"
Fetchers: TypeAlias = Callable[..., Fetcher]


def answer(
    body: bytes | str = b"",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    close: bool = False,
) -> Play:
    """A sound answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = {"Content-Length": str(len(content)), **(headers or {})}
    lines |= {"Connection": "close"} if close else {}
    head = f"HTTP/1.1 {status} Reason\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())

    def play(talk: Talk) -> None:
        talk.send(f"{head}\r\n".encode() + (b"" if talk.request.method == "HEAD" else content))
        if close:
            talk.close()

    return play


def page(body: str, kind: str = "text/html") -> Play:
    """A sound answer of some media type."""
    return answer(body, headers={"Content-Type": kind})


def redirect(location: str, status: int = 302) -> Play:
    """A redirect to ``location``."""
    return answer(status=status, headers={"Location": location})


def close(talk: Talk) -> None:
    """End the connection without an answer."""
    talk.close()


def reset(talk: Talk) -> None:
    """Reset the connection without an answer."""
    talk.reset()


def hang(talk: Talk) -> None:
    """Take the request and stay silent."""
    talk.hang()


def raw(*parts: bytes, end: Callable[[Talk], None] | None = close) -> Play:
    """Exactly these bytes, and then the end."""

    def play(talk: Talk) -> None:
        for part in parts:
            talk.send(part)
        if end is not None:
            end(talk)

    return play


def drip(start: bytes, forever: bytes, every: float = 0.02) -> Play:
    """``start`` at once, then a byte at a time without end."""

    def play(talk: Talk) -> None:
        talk.send(start)
        for byte in cycle(forever):
            talk.send(bytes([byte]))
            if talk.server.stopped.wait(every):
                return

    return play


def flood(start: bytes, chunk: bytes) -> Play:
    """``start``, then ``chunk`` as fast as it is taken, without end."""

    def play(talk: Talk) -> None:
        talk.send(start)
        while not talk.server.stopped.is_set():
            talk.send(chunk)

    return play


def in_turn(*plays: Play) -> Play:
    """One play for each request; the last one for all that follow."""
    lock = threading.Lock()
    left = list(plays)

    def play(talk: Talk) -> None:
        with lock:
            now = left.pop(0) if len(left) > 1 else left[0]
        now(talk)

    return play


def by_path(plays: Mapping[str, Play]) -> Play:
    """The play of a target; 404 for others."""
    missing = answer("no such thing", 404, {"Content-Type": "text/html"})
    return lambda talk: plays.get(talk.request.target, missing)(talk)


def by_method(**plays: Play) -> Play:
    """The play of a method."""
    return lambda talk: plays[talk.request.method](talk)


class Store:
    """Keeps what is put or posted and lets it be deleted, as a sound service would."""

    def __init__(self, *, after_storing: Play | None = None, deleting: Play | None = None) -> None:
        self.documents: dict[str, bytes] = {}
        self._after_storing = after_storing or answer("stored", 201)
        self._deleting = deleting

    def __call__(self, talk: Talk) -> None:
        """Be the play of a server."""
        request = talk.request
        if request.method in {"POST", "PUT"}:
            self.documents[request.target] = request.body
            self._after_storing(talk)
        elif request.method == "DELETE" and self._deleting is not None:
            self._deleting(talk)
        elif request.method == "DELETE":
            known = self.documents.pop(request.target, None) is not None
            answer(status=200 if known else 404)(talk)
        else:
            answer(self.documents.get(request.target, b""))(talk)


class Server:
    """Plays ``play`` for each request, on a free port of the loopback interface.

    ``greet`` is played for a connection before anything is read from it.
    """

    def __init__(
        self, play: Play, *, tls: ssl.SSLContext | None = None, greet: Play | None = None
    ) -> None:
        self._play = play
        self._tls = tls
        self._greet = greet
        self._lock = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self.most_under_way = 0
        self.stopped = threading.Event()
        self.connections = 0
        self.requests: list[Request] = []
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.port}"

    @property
    def targets(self) -> list[str]:
        """The targets of all requests so far."""
        return [request.target for request in self.requests]

    @property
    def methods(self) -> list[str]:
        """The methods of all requests so far."""
        return [request.method for request in self.requests]

    def wait_for_requests(self, count: int, seconds: float = 60) -> bool:
        """Whether ``count`` requests arrive in this time."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.requests) >= count, seconds)

    def wait_under_way(self, count: int, seconds: float = 60) -> bool:
        """Whether ``count`` requests wait for an answer at once within this time."""
        with self._lock:
            return self._lock.wait_for(lambda: self.most_under_way >= count, seconds)

    def note_request(self, request: Request) -> None:
        """One request more is under way."""
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.most_under_way = max(self.most_under_way, self._under_way)
            self._lock.notify_all()

    def note_answer(self) -> None:
        """One request less is under way."""
        with self._lock:
            self._under_way -= 1

    def stop(self) -> None:
        """Close every connection and end every thread."""
        self.stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, self.port), 1).close()  # wakes accept()
        with self._lock:
            waiting = list(self._open)
        for sock in waiting:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self.stopped.is_set():
                sock.close()
                return
            self.connections += 1
            self._start(self._talk, sock, self.connections)

    def _talk(self, sock: socket.socket, number: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._kept(sock), contextlib.suppress(OSError):
            if self._greet is not None:
                self._greet(Talk(self, sock, Request(number, b"")))
            if self._tls is None:
                self._serve(sock, number)
                return
            secured = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            with self._kept(secured), contextlib.suppress(OSError):
                secured.do_handshake()
                self._serve(secured, number)

    @contextlib.contextmanager
    def _kept(self, sock: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(sock)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _serve(self, sock: socket.socket, number: int) -> None:
        rest = b""
        while not self.stopped.is_set():
            request, rest = _read(sock, number, rest)
            if request is None:
                return
            self.note_request(request)
            talk = Talk(self, sock, request)
            try:
                self._play(talk)
            finally:
                talk.answered()
            if talk.closed:
                return


def _read(sock: socket.socket, number: int, rest: bytes) -> tuple[Request | None, bytes]:
    """The next request on a connection, None at its end; and what was read beyond it."""
    while b"\r\n\r\n" not in rest:
        more = sock.recv(65536)
        if not more:
            return None, b""
        rest += more
    head, _, rest = rest.partition(b"\r\n\r\n")
    length = int(Request(number, head).headers.get("content-length", "0"))
    while len(rest) < length:
        more = sock.recv(65536)
        if not more:
            return None, b""
        rest += more
    return Request(number, head, rest[:length]), rest[length:]


class Authority:
    """A certificate authority of our own: ``pem`` is the file to trust."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.pem = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.pem))

    def context(
        self, host: str = HOST, begins: float = -1, ends: float = 30
    ) -> tuple[ssl.SSLContext, datetime]:
        """What a server shows: a certificate valid between two times, in days from now; and
        when it expires.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        expires = now + timedelta(days=ends)
        certificate = self._ca.issue_cert(
            host, not_before=now + timedelta(days=begins), not_after=expires
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context, expires


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """The URL of a port that nobody listens on, and that nobody else is given meanwhile."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        yield f"http://{HOST}:{bound.getsockname()[1]}"


@contextlib.contextmanager
def full() -> Iterator[str]:
    """The URL of a port that takes no further connection, as behind a firewall that drops."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, 0), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.1)
            try:
                waiting.connect(listener.getsockname())
            except TimeoutError:
                break
        yield f"http://{HOST}:{listener.getsockname()[1]}"


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something comes to hold within this time."""
    end = time.monotonic() + seconds
    never = threading.Event()
    while not holds():
        if time.monotonic() > end:
            return False
        never.wait(0.01)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
