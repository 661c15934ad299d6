"""The one place where the server departs from ASGI: connections closed or taken over."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SEIZE = "fhr_standin.seize"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that the server has let go of: what is written goes out as it is."""

    transport: asyncio.Transport
    flow: FlowControl

    @property
    def open(self) -> bool:
        """Whether the client still listens."""
        return not self.transport.is_closing()

    async def write(self, data: bytes) -> None:
        """Send some bytes, as fast as the client takes them."""
        if self.open:
            self.transport.write(data)
            await self.flow.drain()

    def close(self) -> None:
        """Close the connection; what was written is flushed first."""
        self.transport.close()


class SeizableProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose scopes carry a callable that takes the connection over."""

    def on_message_begin(self) -> None:
        """Start a request; its scope's extensions name the way to the connection."""
        super().on_message_begin()
        self.scope["extensions"] = {SEIZE: cast("dict[object, object]", self.seize)}

    def seize(self) -> Connection:
        """Return the connection, which from now on is the caller's to write to and to close."""
        # The running cycle must not answer 500 in the place of the missing answer.
        self.cycle.disconnected = True
        return Connection(self.transport, self.flow)


def seize(scope: dict[str, object]) -> Connection:
    """Take over the connection of an ASGI scope that came from SeizableProtocol."""
    extensions = cast("dict[str, Callable[[], Connection]]", scope["extensions"])
    return extensions[SEIZE]()


def drop(scope: dict[str, object]) -> None:
    """Close the connection: what was sent so far is flushed, nothing more follows."""
    seize(scope).close()
