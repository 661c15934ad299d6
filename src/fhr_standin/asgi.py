"""The few ASGI types and helpers the three applications share."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Response(NamedTuple):
    """A whole answer, before it is sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def asked(scope: Scope) -> str:
    """Return `METHOD /path?query` of a request, as the counts of requests name it."""
    query: bytes = scope["query_string"]
    suffix = f"?{query.decode('latin-1')}" if query else ""
    return f"{scope['method']} {scope['path']}{suffix}"


def header(scope: Scope, name: bytes) -> bytes:
    """Return a request header's value (lower-case name), repeated ones joined with a comma."""
    return b",".join(value for key, value in scope["headers"] if key == name)


async def answer(
    send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    """Send a whole response."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
