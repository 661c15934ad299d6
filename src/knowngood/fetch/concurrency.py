"""Send as many requests at once as the environment allows, this machine can, and the server takes.

A server that closes connections beyond a number, or answers 503, is sound: it takes fewer requests
at once. If many requests fail so, the limit is halved until they succeed. If they fail one by one
as well, the number was not the reason, and the limit is lifted again.

A server with few workers, each busy with a kept connection, lets further connections wait in
silence. If some wait while others are answered, the limit drops to FEW at once: each that waits
costs a third of its probe's time.
"""

from __future__ import annotations

import asyncio
import os
import resource
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

WINDOW: Final = 16
CROWDED: Final = 4
"""The limit is lowered if CROWDED of WINDOW requests in a row fail that a lower limit would have
held back. With a sound deployment (4 % fail, docs/reliability.md) three in a thousand windows do.
"""

FEW: Final = 2
"""Requests at once that the smallest servers take."""

CLEAR: Final = 32
"""Requests in a row without a failure, all at the limit, after which it is doubled again."""

_PER_CONNECTION: Final = 3
_RESERVED: Final = 24
"""File descriptors: a connection's own and two of its name's look-up, and those for files, pipes
and the looks at release and controls."""


class CrowdPlace(NamedTuple):
    """The place of a request among those under way.

    Attributes:
        limit: the number of the limit that it goes by.
        crowd: how many requests were under way when it began, itself among them.
        allowed: that limit.
    """

    limit: int
    crowd: int
    allowed: int


class Concurrency:
    """Bounds the requests under way. Use it on the thread of one event loop only.

    ``most`` is the limit to begin with; ``changed`` is called with each new one.

    Attributes:
        most: the limit of the environment.
        limit: the limit now.
    """

    def __init__(self, most: int, changed: Callable[[int], None] = lambda _: None) -> None:
        self.most = self.limit = most
        self._changed = changed
        self._ceiling = most
        self._crowd = self._peak = 0
        self._number = 0
        self._last: deque[bool] = deque(maxlen=CLEAR)
        self._starved = 0
        self._answers = False
        self._raised = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def lowered(self) -> bool:
        """Whether the server takes fewer requests at once than the environment allows."""
        return self.limit < self.most

    async def enter(self) -> CrowdPlace:
        """Wait until one more request may go."""
        while self._crowd >= self.limit:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._crowd += 1
        self._peak = max(self._peak, self._crowd)
        return CrowdPlace(self._number, self._crowd, self.limit)

    def leave(
        self, place: CrowdPlace, *, failed: bool, starved: bool = False, answered: bool = False
    ) -> int:
        """Note that a request is done: whether it ``failed`` as in a crowd, ``starved`` on a
        connection that no worker took, or was ``answered``. Return how many were under way when it
        began or ended, whichever is more: the first of a crowd is in it, too.
        """
        crowd = max(place.crowd, self._crowd)
        self._crowd -= 1
        if place.limit == self._number and self._ceiling:
            if starved:
                self._starved += 1
                self._lower_to_few()
            elif crowd > self._peak // 2:
                self._note(failed)
            self._answers |= answered
        self._let_in()
        return crowd

    def give_back(self) -> None:
        """Note that a request that may go does not."""
        self._crowd -= 1
        self._let_in()

    def _let_in(self) -> None:
        free = self.limit - self._crowd
        while self._waiting and free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def was_crowded(self, place: CrowdPlace) -> bool:
        """Return whether more than FEW requests were under way beside one."""
        return (self._peak if place.limit == self._number else place.allowed) > FEW

    def _note(self, failed: bool) -> None:
        self._last.append(failed)
        if failed:
            self._lower()
        elif self.lowered:
            self._raise()

    def _lower_to_few(self) -> None:
        """Go down to FEW if several requests starved while others were answered; raise it up to
        half of where they did.
        """
        if self._starved >= CROWDED and self._answers and self.limit > FEW:
            self._ceiling = self.limit // 2 if self._raised else self._ceiling
            self._raised = False
            self._use(FEW)

    def _lower(self) -> None:
        """Halve the limit if too many failed of late; lift it if they fail one by one as well."""
        if sum(list(self._last)[-WINDOW:]) < CROWDED:
            return
        lower = min(self.limit, self._peak) // 2
        if lower:
            self._ceiling = lower if self._raised else self._ceiling
            self._raised = False
            self._use(lower)
        elif self.lowered:
            self._ceiling = 0
            self._use(self.most)

    def _raise(self) -> None:
        """Double the limit, up to where it once failed, if nothing failed of late."""
        if len(self._last) < CLEAR or any(self._last):
            return
        self._raised = self.limit < self._ceiling
        if self._raised:
            self._use(min(self._ceiling, self.limit * 2))

    def _use(self, limit: int) -> None:
        self.limit = limit
        self._number += 1
        self._peak = self._starved = 0
        self._answers = False
        self._last.clear()
        self._changed(limit)


def affordable(most: int) -> int:
    """Return how many connections this process can open at once, ``most`` at most: one at least."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return most
    return max(1, min(most, (soft - _open_files() - _RESERVED) // _PER_CONNECTION))


def _open_files() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        if Path(folder).is_dir():
            return len(os.listdir(folder))  # noqa: PTH208 - Path.iterdir makes objects for nothing
    return 0
