"""A TCP proxy that delays: ``python -m benchmarks.delay HOST:PORT SECONDS``.

What either side sends arrives so many seconds later, in order; and as no data crosses a network
before the handshake has, a connection's first bytes leave one round trip after it was opened.
It prints its own port. For each line on its standard input it prints the median of the requests
in flight since the line before, and it ends when that input does. One thread, no framework: its
CPU time is taken from what is measured through it.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import selectors
import socket
import sys
import time
from collections import deque
from itertools import count
from typing import Final

from .in_flight import InFlight

_CHUNK: Final = 64 * 1024
_EARLY: Final = 0.0005
"""Seconds by which data may leave too early: selectors round a wait up to milliseconds, so on
average this makes the delay right."""


class End:
    """One side of a connection: its socket, and what waits to be written to it."""

    __slots__ = (
        "asking",
        "backlog",
        "client",
        "closed",
        "eof",
        "events",
        "not_before",
        "peer",
        "sock",
    )

    def __init__(self, sock: socket.socket, not_before: float, *, client: bool) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.client = client  # whether requests come from this side
        self.asking = False  # whether one did that is not answered yet
        self.not_before = not_before  # when the handshake lets this side send
        self.backlog: deque[bytes] = deque()
        self.eof = False
        self.closed = False
        self.events = 0  # what the selector waits for
        self.peer: End


class Proxy:
    """Forwards connections to ``target``, each way with ``delay`` seconds."""

    def __init__(self, target: tuple[str, int], delay: float) -> None:
        self._target = target
        self._delay = delay
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._order = count()
        self._on_the_way: list[tuple[float, int, End, bytes]] = []
        self._in_flight = InFlight()

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self._listener.getsockname()[1])

    def run(self, until_eof_of: int) -> None:
        """Forward until this file descriptor ends."""
        self._selector.register(until_eof_of, selectors.EVENT_READ)
        while True:
            for key, events in self._selector.select(self._pause()):
                if key.fd == until_eof_of:
                    if not os.read(until_eof_of, _CHUNK):
                        return
                    self._report()
                elif key.fileobj is self._listener:
                    self._accept()
                else:
                    self._serve(key.data, events)
            self._deliver()

    def _report(self) -> None:
        sys.stdout.write(f"{self._in_flight.median()}\n")
        sys.stdout.flush()
        self._in_flight = InFlight()

    def _pause(self) -> float | None:
        if not self._on_the_way:
            return None
        return max(0.0, self._on_the_way[0][0] - _EARLY - time.monotonic())

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except BlockingIOError:
                return
            try:
                upstream = socket.create_connection(self._target)
            except OSError:
                accepted.close()
                continue
            client = End(accepted, time.monotonic() + 2 * self._delay, client=True)
            server = End(upstream, 0.0, client=False)
            client.peer, server.peer = server, client
            for end in (client, server):
                self._watch(end)

    def _serve(self, end: End, events: int) -> None:
        if end.closed:  # by its peer, in this very round
            return
        if events & selectors.EVENT_WRITE:
            self._write(end)
        if events & selectors.EVENT_READ and not end.closed:
            self._read(end)

    def _read(self, end: End) -> None:
        try:
            data = end.sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            end.eof = True
            self._watch(end)
        now = time.monotonic()
        if data and end.client and not end.asking:
            end.asking = True
            self._in_flight.asked(now)
        due = max(now, end.not_before) + self._delay
        heapq.heappush(self._on_the_way, (due, next(self._order), end.peer, data))

    def _deliver(self) -> None:
        now = time.monotonic() + _EARLY
        while self._on_the_way and self._on_the_way[0][0] <= now:
            _, _, end, data = heapq.heappop(self._on_the_way)
            if end.closed:
                continue
            end.backlog.append(data)
            if len(end.backlog) == 1:
                self._write(end)

    def _write(self, end: End) -> None:
        """Write what has arrived; an empty piece is the end of the other side."""
        try:
            while end.backlog:
                data = end.backlog[0]
                if not data:
                    self._finish(end)
                    return
                sent = end.sock.send(data)
                if end.asking:
                    end.asking = False
                    self._in_flight.answered(time.monotonic())
                if sent < len(data):
                    end.backlog[0] = data[sent:]
                else:
                    end.backlog.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self._close(end)
            return
        self._watch(end)

    def _finish(self, end: End) -> None:
        """The other side has ended; so has the connection once this one has, too."""
        if end.eof:
            self._close(end)
            return
        end.backlog.clear()
        with contextlib.suppress(OSError):
            end.sock.shutdown(socket.SHUT_WR)

    def _watch(self, end: End) -> None:
        """Wait for what this side can still do, and only for that."""
        events = 0 if end.eof else selectors.EVENT_READ
        events |= selectors.EVENT_WRITE if end.backlog else 0
        if events == end.events:
            return
        if end.events:
            self._selector.unregister(end.sock)
        if events:
            self._selector.register(end.sock, events, end)
        end.events = events

    def _close(self, end: End) -> None:
        for side in (end, end.peer):
            if not side.closed:
                side.closed = True
                if side.asking:
                    self._in_flight.lost(time.monotonic())
                if side.events:
                    self._selector.unregister(side.sock)
                side.sock.close()


def main() -> int:
    """Run a proxy until standard input ends."""
    target, delay = sys.argv[1:]
    host, _, port = target.rpartition(":")
    proxy = Proxy((host, int(port)), float(delay))
    sys.stdout.write(f"{proxy.port}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        proxy.run(sys.stdin.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
