"""The one place where the server departs from ASGI: closing a connection without an answer."""

from collections.abc import Callable
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DROP = "fhr_standin.drop"


class DroppingProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose scopes carry a callable that closes the connection."""

    def on_message_begin(self) -> None:
        """Start a request; its scope's extensions name the way to drop the connection."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP: cast("dict[object, object]", self.drop)}

    def drop(self) -> None:
        """Close the connection: what was sent so far is flushed, nothing more follows."""
        # The running cycle must not answer 500 in the place of the missing answer.
        self.cycle.disconnected = True
        self.transport.close()


def drop(scope: dict[str, object]) -> None:
    """Close the connection of an ASGI scope that came from DroppingProtocol."""
    extensions = cast("dict[str, Callable[[], None]]", scope["extensions"])
    extensions[DROP]()
