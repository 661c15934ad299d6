"""Several applications, a socket each, in one process, until told to stop."""

import asyncio
import contextlib
import os
import signal
import socket
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import uvicorn

from fhr_standin.asgi import App
from fhr_standin.errors import UsageError
from fhr_standin.faults import Listens
from fhr_standin.protocol import SeizableProtocol

_BACKLOG = 2048
_KEEP_ALIVE = 75  # seconds a connection may idle, nginx's default


@dataclass(frozen=True, slots=True)
class Surface:
    """An application, the socket it answers on, and its certificate and key if it has TLS.

    `listens` is how the port behaves, and `announced` the host to say in the address's place.
    """

    app: App
    sock: socket.socket
    tls: tuple[Path, Path] | None = None
    listens: Listens = "http"
    announced: str = ""

    @property
    def address(self) -> str:
        """Where to connect to, as HOST:PORT, or where it is said to be."""
        host, port = self.sock.getsockname()[:2]
        host = self.announced or host
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def origin(self) -> str:
        """The origin under which the application is reached, or is said to be."""
        return f"{'https' if self.tls else 'http'}://{self.address}"


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to the process and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class _Resets(asyncio.Protocol):
    """Resets each connection as soon as it stands."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Closed at once, without waiting for anything, a TCP connection is reset.
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        cast("asyncio.Transport", transport).abort()


# A protocol that does nothing takes connections and never answers on them.
_UNSERVED = {"resets": _Resets, "keeps silent": asyncio.Protocol}


def bind(option: str, host: str, port: int, *, listen: bool = True) -> socket.socket:
    """Return a socket, which without `listen` holds its port and refuses all connections.

    Raises UsageError that names `option` and the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that name TCP, which socket.create_server's
    # do not: each answer's body then waited 40 ms for the client to acknowledge the headers.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        if listen:
            sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        reason = error.strerror or error
        raise UsageError(f"{option}: cannot listen on {host} port {port}: {reason}") from None
    return sock


async def run(surfaces: list[Surface], ready: Callable[[], None]) -> None:
    """Serve until SIGTERM, SIGINT or the end of a piped stdin; call `ready` once all answer.

    The servers end with the event loop: uvicorn's own way to stop waits for what nobody misses.
    """
    stopped = asyncio.Event()
    for surface in surfaces:
        if surface.listens in _UNSERVED:
            await asyncio.get_running_loop().create_server(
                _UNSERVED[surface.listens], sock=surface.sock
            )
    served = [surface for surface in surfaces if surface.listens in ("http", "plain http")]
    servers = [_Server(_config(surface)) for surface in served]
    pairs = zip(servers, served, strict=True)
    tasks = [asyncio.create_task(server.serve([surface.sock])) for server, surface in pairs]
    _stop_on(stopped)
    await asyncio.gather(*(_started(*pair) for pair in zip(servers, tasks, strict=True)))
    ready()
    await stopped.wait()


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    """Wait until a server answers; raise what it ended with if it never does."""
    ready = asyncio.create_task(server.ready.wait())
    either: list[asyncio.Task[Any]] = [ready, task]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        ready.cancel()
        task.result()


def _config(surface: Surface) -> uvicorn.Config:
    options: dict[str, Any] = {}
    if surface.tls is not None and surface.listens == "http":
        cert, key = surface.tls
        options = {"ssl_certfile": cert, "ssl_keyfile": key}
    return uvicorn.Config(
        surface.app,
        http=SeizableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        **options,
    )


def _stop_on(stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if sys.stdin is None or not stat.S_ISFIFO(os.fstat(0).st_mode):
        return

    def read() -> None:
        # Whoever started us holds the other end; when they die, nobody else would stop us.
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stopped.set()

    loop.add_reader(0, read)
