"""A proxy that makes trouble: ``python -m benchmarks.trouble SEED JSON HOST:PORT…``.

It understands as much of HTTP/1.1 as it takes to choose a fate for each request: passed on,
passed on a second late, answered 503, or its connection reset, before the request was passed on or
after, so that the answer is lost. Now and then all of its origins brown out: nobody is let in, by
one of three ways. Or the network is lost: then it may also be that nothing is said any more. Fates
and brownouts follow from the seed; which request meets which does not, as requests that are under
way together arrive in an order of their own.

It prints its ports as JSON, ends when its standard input does, and then prints what it did.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import struct
import sys
from typing import Any, Final

from .noise import KINDS, Injected, Noise

_CHUNK: Final = 64 * 1024
_LINGER: Final = struct.pack("ii", 1, 0)  # close() sends RST
_UNAVAILABLE: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n"
    b"<h1>503</h1>"
)
_WAYS: Final = ("refused", "reset", "503")  # of being down
_LOST: Final = ("refused", "reset", "silent")  # of being out of reach


class Proxy:
    """Origins of one deployment, and the trouble before them."""

    def __init__(self, seed: str, noise: Noise, targets: list[tuple[str, int]]) -> None:
        self._noise = noise
        self._fates = random.Random(f"{seed} fates")  # noqa: S311  nothing secret
        self._times = random.Random(f"{seed} times")  # noqa: S311  the same
        self._down = ""
        self._began = asyncio.Event()
        self._origins = [Origin(self, target) for target in targets]
        self.done = Injected()

    async def run(self) -> None:
        """Serve until standard input ends."""
        for origin in self._origins:
            await origin.open()
        _print([origin.port for origin in self._origins])
        brownouts = asyncio.create_task(self._brown_out())
        await asyncio.to_thread(sys.stdin.buffer.read)
        brownouts.cancel()
        _print({"requests": self.done.requests, "trouble": self.done.trouble})

    @property
    def noise(self) -> Noise:
        """How much trouble there is to be."""
        return self._noise

    def fate(self) -> str:
        """What becomes of the next request; empty for nothing in particular."""
        self._began.set()
        self.done.requests += 1
        drawn = self._drawn()
        kind = "down" if self._down else drawn
        if kind:
            self.done.trouble[kind] += 1
        return self._down or drawn

    @property
    def silent(self) -> bool:
        """Whether nothing reaches the other side."""
        return self._down == "silent"

    def turns_away(self) -> bool:
        """Whether whoever connects now is reset."""
        if self._down not in {"refused", "reset"}:
            return False
        self.done.trouble["down"] += 1
        return True

    def _drawn(self) -> str:
        drawn = self._fates.random()
        for kind in KINDS:
            drawn -= getattr(self._noise, kind)
            if drawn < 0:
                return kind
        return ""

    async def _brown_out(self) -> None:
        noise = self._noise
        await self._began.wait()
        if noise.lost:
            await asyncio.sleep(self._times.uniform(0, noise.lost_within))
            await self._be_down(_LOST, noise.lost)
        elif noise.brownout:
            await asyncio.sleep(self._times.uniform(0, noise.first))
            while True:
                await self._be_down(_WAYS, noise.brownout)
                await asyncio.sleep(self._times.expovariate(1 / noise.every))

    async def _be_down(self, ways: tuple[str, ...], seconds: float) -> None:
        self._down = self._times.choice(ways)
        self.done.trouble["brownouts"] += 1
        for origin in self._origins if self._down == "refused" else ():
            origin.close()
        await asyncio.sleep(seconds)
        for origin in self._origins if self._down == "refused" else ():
            await origin.open()
        self._down = ""


class Origin:
    """One port of the proxy, and what is behind it."""

    def __init__(self, proxy: Proxy, target: tuple[str, int]) -> None:
        self._proxy = proxy
        self._target = target
        self._held = _bound(0)  # keeps the port while nobody listens on it
        self.port: int = self._held.getsockname()[1]
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        sock = _bound(self.port)
        self._server = await asyncio.start_server(self._serve, sock=sock, backlog=1024)

    def close(self) -> None:
        """Refuse connections; those that stand stay."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._proxy.turns_away():
            _reset(writer)
            return
        talk = Talk(self._proxy, self._target, reader, writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await talk.run()
        talk.end()


class Talk:
    """One connection, and the one behind it that its requests are passed on over."""

    def __init__(
        self,
        proxy: Proxy,
        target: tuple[str, int],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._target = target
        self._reader = reader
        self._writer = writer
        self._behind: asyncio.StreamWriter | None = None
        self._answers: asyncio.Task[None] | None = None
        self._lost = False

    async def run(self) -> None:
        """Read requests, one after the other, and do to each what its fate is."""
        while True:
            request = await _request(self._reader)
            fate = self._proxy.fate()
            if fate in {"reset_before", "reset", "refused"}:
                _reset(self._writer)
                return
            if fate in {"unavailable", "503"}:
                self._writer.write(_UNAVAILABLE)
                continue
            if fate == "silent":
                continue
            if fate == "stalled":
                await asyncio.sleep(self._proxy.noise.stall)
            self._lost = fate == "reset_after"
            await self._pass_on(request)

    def end(self) -> None:
        """Close both sides."""
        if self._answers is not None:
            self._answers.cancel()
        for writer in (self._behind, self._writer):
            if writer is not None:
                writer.close()

    async def _pass_on(self, request: bytes) -> None:
        if self._behind is None:
            answers, self._behind = await asyncio.open_connection(*self._target)
            self._answers = asyncio.create_task(self._return(answers))
        self._behind.write(request)
        await self._behind.drain()

    async def _return(self, answers: asyncio.StreamReader) -> None:
        """Pass answers back; one that is lost has been given, and is not seen."""
        with contextlib.suppress(OSError):
            while data := await answers.read(_CHUNK):
                if self._lost:
                    _reset(self._writer)
                    return
                if self._proxy.silent:
                    return
                self._writer.write(data)
                await self._writer.drain()
        self._writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The next request as it was sent. Ours have a Content-Length or no body."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return head + await reader.readexactly(int(value))
    return head


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    writer.transport.abort()


def _bound(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def _print(data: Any) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run a proxy until standard input ends."""
    seed, noise, *targets = sys.argv[1:]
    pairs = [(host, int(port)) for host, _, port in (target.rpartition(":") for target in targets)]

    async def run() -> None:
        await Proxy(seed, Noise(**json.loads(noise)), pairs).run()

    asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
