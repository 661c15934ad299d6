"""Read while a write hangs, to see whether its origin is in reach."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from .attempt_error import AttemptError
from .probe import Exchange


async def with_read_beside(
    write: Coroutine[Any, Any, Exchange],
    read: Callable[[], Coroutine[Any, Any, Exchange]],
    seconds: float,
) -> tuple[Exchange, Exchange | None]:
    """Await ``write``; if it takes longer than ``seconds``, ``read`` once meanwhile and once after.

    Returns the exchange of the write, and that of the last read if the write timed out while both
    reads were answered: no outage of the network explains that.
    """
    writing = asyncio.ensure_future(write)
    done, _ = await asyncio.wait([writing], timeout=seconds)
    if done:
        return writing.result(), None
    beside = await read()
    exchange = await writing
    if exchange.error is not AttemptError.TIMEOUT or not beside.heard:
        return exchange, None
    after = await read()
    return exchange, after if after.heard else None
