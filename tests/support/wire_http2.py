"""A server that speaks HTTP/2 over TLS and plays what it is told, sound or not; see ``wire``."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, Event, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from wire import Play, Request, Server, close

_TICK = 0.02  # seconds between two pieces of what comes slowly
LENIENT = {SettingCodes.MAX_CONCURRENT_STREAMS: 1000}


class Stream:
    """One request, and the connection it came over.

    Attributes:
        server: the server that got it.
        number: the number of the connection.
        request: what was asked.
    """

    def __init__(self, connection: Connection, stream: int, request: Request) -> None:
        self.server = connection.server
        self.number = connection.number
        self.request = request
        self.stream = stream
        self._connection = connection

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer soundly."""
        length = {"content-length": str(len(body))}
        self.head(status, {**length, **{k.replace("_", "-"): v for k, v in headers.items()}})
        self.data(body, end=True)

    def head(self, status: int, headers: Mapping[str, str], *, end: bool = False) -> None:
        """Send a status and headers."""
        pairs = [(":status", str(status)), *headers.items()]
        self._connection.http2.send_headers(self.stream, pairs, end_stream=end)
        self._connection.flush()

    def trailers(self, headers: Mapping[str, str]) -> None:
        """Send headers after the body."""
        self._connection.http2.send_headers(self.stream, [*headers.items()], end_stream=True)
        self._connection.flush()

    def data(self, data: bytes, *, end: bool = False) -> None:
        """Send a piece of the body."""
        self._connection.http2.send_data(self.stream, data, end_stream=end)
        self._connection.flush()

    def drip(self, data: bytes) -> None:
        """Send this again and again, slowly, without an end."""
        self._connection.ticks.append(lambda: self.data(data))

    def later(self, play: Callable[[], object]) -> None:
        """Do this when nothing was received for a few milliseconds."""
        self._connection.once.append(play)

    def reset(self, code: ErrorCodes) -> None:
        """Give this stream up, and no other."""
        self._connection.http2.reset_stream(self.stream, code)
        self._connection.flush()

    def go_away(self, last: int, code: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        """Say that streams beyond ``last`` are not answered; go on with the others."""
        self.frame(7, 0, struct.pack(">II", last, code), stream=0)

    def frame(self, kind: int, flags: int, payload: bytes, *, stream: int | None = None) -> None:
        """Send a frame, whatever HTTP/2 says of it (RFC 9113, 4.1)."""
        number = self.stream if stream is None else stream
        head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags])
        self.raw(head + struct.pack(">I", number) + payload)

    def raw(self, data: bytes) -> None:
        """Send these bytes."""
        self._connection.sock.sendall(data)

    def close(self, how: str = "notified") -> None:
        """End the connection: "notified" by TLS, just "cut" with FIN, or "reset" with RST."""
        self._connection.close(how)


StreamPlay: TypeAlias = Callable[[Stream], None]
ServeHttp2: TypeAlias = Callable[..., "Http2Server"]


class Connection:
    """A connection and its streams. All of it happens on one thread.

    Attributes:
        number: which connection of the server it is.
        ticks: what is done whenever nothing was received for a few milliseconds.
        once: what is done so the next time.
    """

    def __init__(self, server: Http2Server, sock: ssl.SSLSocket, number: int) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        self.closed = False
        self.ticks: list[Callable[[], None]] = []
        self.once: list[Callable[[], object]] = []
        config = H2Configuration(
            client_side=False,
            header_encoding="latin-1",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.http2 = H2Connection(config)
        self._requests: dict[int, Request] = {}

    def run(self) -> None:
        """Serve until one side ends it."""
        self._announce(self.server.settings)
        self.sock.settimeout(_TICK)
        while not (self.closed or self.server.stopped.is_set()):
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                self._tick()
                continue
            if not data:
                return
            self._take(data)

    def _announce(self, settings: Mapping[SettingCodes, int]) -> None:
        """Tell the client these settings. What becomes of one that does not know them yet, and asks
        for more, is the play's business.
        """
        self.http2.local_settings = Settings(client=False, initial_values={**settings})
        self.http2.initiate_connection()
        self.http2.local_settings = Settings(client=False, initial_values=LENIENT)
        self.flush()

    def _tick(self) -> None:
        once, self.once = self.once, []
        for tick in [*self.ticks, *once]:
            with contextlib.suppress(ProtocolError):  # the stream is closed
                tick()

    def flush(self) -> None:
        """Send what is to be sent."""
        self.sock.sendall(self.http2.data_to_send())

    def close(self, how: str) -> None:
        """End the connection: see ``Stream.close``."""
        self.closed = True
        if how == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()
            return
        with contextlib.suppress(OSError):
            if how == "notified":
                self.sock.unwrap()
            self.sock.shutdown(socket.SHUT_WR)
            while self.sock.recv(65536):  # with bytes unread, the kernel would send RST
                pass
        self.sock.close()

    def _take(self, data: bytes) -> None:
        try:
            events = self.http2.receive_data(data)
        except ProtocolError:
            self.closed = True
            return
        self.flush()
        for event in events:
            if not self.closed:
                self._handle(event)

    def _handle(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            pairs = [(str(name), str(value)) for name, value in event.headers]
            self._requests[event.stream_id] = _request(self.number, pairs)
        elif isinstance(event, ConnectionTerminated):
            self.server.errors.append(event.error_code or 0)
        elif isinstance(event, StreamEnded):
            stream = Stream(self, event.stream_id, self._requests.pop(event.stream_id))
            self.server.note_request(stream.request)
            self.server.play_stream(stream)


def _request(connection: int, pairs: list[tuple[str, str]]) -> Request:
    """Return the request in the form of HTTP/1.1."""
    pseudo = dict(pair for pair in pairs if pair[0].startswith(":"))
    lines = [f"{pseudo[':method']} {pseudo[':path']} HTTP/2", f"host: {pseudo[':authority']}"]
    lines += [f"{name}: {value}" for name, value in pairs if not name.startswith(":")]
    return Request(connection, "\r\n".join(lines).encode("latin-1"))


class Http2Server(Server):
    """Plays ``play_stream`` for each request over HTTP/2, and ``old`` for one over HTTP/1.1.

    Attributes:
        settings: what the server asks of its clients, such as its most concurrent streams.
        errors: the codes of the GOAWAY frames that clients sent.
    """

    def __init__(
        self,
        play_stream: StreamPlay,
        tls: ssl.SSLContext,
        old: Play = close,
        settings: Mapping[SettingCodes, int] | None = None,
        **options: Any,
    ) -> None:
        self.play_stream = play_stream
        self.settings = settings or LENIENT
        self.errors: list[int] = []
        tls.set_alpn_protocols(["h2", "http/1.1"])
        super().__init__(old, tls=tls, **options)

    def _serve(self, sock: socket.socket, number: int) -> None:
        assert isinstance(sock, ssl.SSLSocket)
        if sock.selected_alpn_protocol() == "h2":
            Connection(self, sock, number).run()
        else:
            super()._serve(sock, number)
