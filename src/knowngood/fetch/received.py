"""Collect what libcurl receives in one attempt, within its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pycurl

from .memory_budget import LARGE

HEADER_LIMIT: Final = 64 * 1024
"""Bytes of status lines and headers of one answer. Browsers stop at 256 KiB; nginx and Apache send
at most 8 KiB a line."""

MayGrow: TypeAlias = Callable[[int], bool] | None
"""Says whether a body of at most so many bytes may become large; None: any may."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may use.

    Attributes:
        seconds: time for the whole attempt.
        body: bytes of the body as sent.
        fresh: whether it needs a new connection in place of a kept one.
        may_grow: says whether a body may become large.
    """

    seconds: float
    body: int
    fresh: bool = False
    may_grow: MayGrow = None


@dataclass(slots=True)
class Received:
    """What libcurl's callbacks have collected of one answer so far.

    Attributes:
        limits: what the attempt may use.
        requests: how often the request was put on the wire.
        headers_complete: whether the headers of the final answer came to their end.
        status_line: the first line of the answer.
        headers: names and values in the order in which they came.
        body: the body as sent, so far.
        too_large: which limit the answer has exceeded, in words; empty for none.
        postponed: whether the body turned out large and may not become so now.
        switched: whether the server speaks another protocol from here on (101), as a WebSocket.
        sent: the request line and headers as sent, where they are recorded.
        note_sent: called when the request is about to be put on the wire.
    """

    limits: Limits
    requests: int = 0
    headers_complete: bool = False
    status_line: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    too_large: str = ""
    postponed: bool = False
    switched: bool = False
    sent: bytes = b""
    note_sent: Callable[[], object] = lambda: None
    _header_bytes: int = 0
    _interim: bool = False
    _length: int = 0
    _may_grow: bool = False

    @property
    def stale(self) -> bool:
        """Whether libcurl wanted to ask on another connection: the kept one was closed, or the
        server refused the request on it before it began (REFUSED_STREAM, GOAWAY).
        """
        return self.requests > 1

    def on_request(self, *_: object) -> int:
        """Let the first request of the attempt go out (PREREQFUNCTION), and no other.

        Where a kept connection turns out to be closed, libcurl would ask again by itself: an
        attempt that no report would show.
        """
        self.requests += 1
        self.note_sent()
        first = self.requests == 1
        return int(pycurl.PREREQFUNC_OK if first else pycurl.PREREQFUNC_ABORT)

    def on_debug(self, kind: int, data: bytes) -> None:
        """Take what libcurl says of its work (DEBUGFUNCTION)."""
        if kind == pycurl.INFOTYPE_HEADER_OUT:
            self.sent += data

    def on_header(self, line: bytes) -> int | None:
        """Take one line of the headers (HEADERFUNCTION); 0 ends the transfer."""
        self._header_bytes += len(line)
        if self._header_bytes > HEADER_LIMIT:
            self.too_large = f"more than {HEADER_LIMIT} bytes of headers"
            return 0
        if self.headers_complete:
            return None  # a trailer must not pass for a header
        name, colon, value = line.partition(b":")
        if line.startswith(b"HTTP/"):
            self.status_line = line
            self.headers.clear()  # an interim answer (1xx) came before this one
            self._length = 0
            self._interim = line.partition(b" ")[2].startswith(b"1")
        elif colon:
            name, value = name.strip(), value.strip()
            self.headers.append((name, value))
            if name.lower() == b"content-length" and value.isdigit():
                self._length = int(value[:20])
        elif not line.strip():
            self.switched = self.status_line.partition(b" ")[2].startswith(b"101")
            self.headers_complete = self.switched or not self._interim
            return 0 if self.switched else None  # libcurl would wait for another answer
        return None

    def on_body(self, chunk: bytes) -> int | None:
        """Take one piece of the body (WRITEFUNCTION); 0 ends the transfer."""
        size = max(len(self.body) + len(chunk), self._length)
        if size > self.limits.body:
            self.too_large = f"a body of more than {self.limits.body} bytes"
            return 0
        if size > LARGE and not self._may_be_large():
            self.postponed = True
            return 0
        self.body += chunk  # into one buffer: a server may send it byte by byte
        return None

    def _may_be_large(self) -> bool:
        ask = self.limits.may_grow
        if not self._may_grow and ask is not None:
            self._may_grow = ask(self._length or self.limits.body)
        return self._may_grow or ask is None
