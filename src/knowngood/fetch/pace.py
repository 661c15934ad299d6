"""Keep to the rate at which a server takes requests.

A server with a rate limit is sound. It answers 429, or 503 to a request that was alone. If many are
refused so while others are served, requests are sent one after the other, at the rate of those
served. If lower and lower rates do not help, the rate was not the reason, and nothing waits any
more.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from typing import Final

WINDOW: Final = 16
REFUSED: Final = 4
"""The rate is lowered if REFUSED of WINDOW requests in a row are refused, as in
:mod:`.concurrency`."""

TRIES: Final = 3
"""Times that the rate is lowered in vain before it is lifted."""

FIRST: Final = 4.0
SLOWEST: Final = 1.0
"""The lowest rate that is tried first, and the lowest ever, in requests a second: at less, a run of
some hundred requests does not end in time."""

_SHARE: Final = 0.8  # of the rate that was served
_RAISED: Final = 1.25  # how much faster it is tried after a window without a refusal


class Pace:
    """Spaces the requests to one place. Use it on the thread of one event loop only.

    Attributes:
        rate: requests a second; 0 as long as nobody has to wait.
    """

    def __init__(self) -> None:
        self.rate = 0.0
        self._number = 0  # of rates so far
        self._queue = asyncio.Lock()
        self._next = self._changed = 0.0
        self._served: deque[float] = deque(maxlen=1024)
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._tries = 0
        self._ceiling = math.inf

    async def turn(self) -> int:
        """Wait until the next request may go; return what to call ``note`` with."""
        if self.rate:
            async with self._queue:
                await asyncio.sleep(self._next - time.monotonic())
                self._next = time.monotonic() + 1 / (self.rate or math.inf)
        return self._number

    def note(self, turn: int, *, served: bool, refused: bool) -> None:
        """Note whether a request was served or refused. One that was sent before the last change of
        the rate does not count.
        """
        if served:
            self._served.append(time.monotonic())
        if turn != self._number or self._tries > TRIES or not (served or refused):
            return
        self._last.append(refused)
        if sum(self._last) >= REFUSED:
            self._lower()
        elif self.rate and len(self._last) == WINDOW and not any(self._last):
            self._raise()

    def _lower(self) -> None:
        """Lower the rate to what was served of late; lift it if nothing helps."""
        self._tries += 1
        now = time.monotonic()
        if self.rate:
            self._ceiling = min(self._ceiling, self.rate)
            served = (len(self._last) - sum(self._last)) / (now - self._changed)
            lower = max(served * _SHARE, self.rate / 4, SLOWEST)
        else:
            served = sum(now - at < 1.0 for at in self._served)
            lower = max(served * _SHARE, FIRST) if served else 0.0
        self._use(lower if self._tries <= TRIES else 0.0)

    def _raise(self) -> None:
        """Raise the rate a little, but not to one that was refused."""
        self._tries = 0
        faster = self.rate * _RAISED
        if faster < self._ceiling:
            self._use(faster)
        else:
            self._last.clear()

    def _use(self, rate: float) -> None:
        self.rate = rate
        self._changed = time.monotonic()
        self._number += 1
        self._last.clear()
