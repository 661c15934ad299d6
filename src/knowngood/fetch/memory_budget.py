"""How much memory answers may take: what is held is counted, and what would be too much waits.

Bodies that nobody reads yet are asked for while little is held. What a check waits for goes
first, and may take more. A body that turns out large needs one of few permits: it is cut off
without one, and asked for again once there is one, so that sixty requests under way cannot grow
to sixty bodies of the largest size.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Final

from ..safety.errors import KnowngoodError
from .probe import Exchange

MIB: Final = 1 << 20

LARGE: Final = 128 * 1024
"""Bytes beyond which a body needs a permit. At 64 requests under way 8 MiB are unaccounted for."""

PERMITS: Final = 4
"""Large bodies under way at once."""

AHEAD: Final = 16 * MIB
"""Bytes held up to which answers are asked for ahead of their readers: two thousand of the size
of FHR's files, or sixty of 250 KB."""

MOST: Final = 48 * MIB
"""Bytes held in all. What one check reads, and what others that share it have yet to read, must
fit; a check that reads two locales may so read 24 MiB of each."""

_MMAP_THRESHOLD: Final = -3  # in <malloc.h>
_HEADER: Final = 160  # what Python needs to keep one header, beside its bytes


class Postponed(KnowngoodError):
    """The answer turned out larger than there was room for; it was not kept. ``exchange`` is the
    one whose answer came in whole.
    """

    def __init__(self, exchange: Exchange | None = None) -> None:
        super().__init__()
        self.exchange = exchange


@dataclass(slots=True, eq=False)
class Reservation:
    """What one request asks of the room. ``urgent`` says that somebody waits for it, ``need`` how
    many bytes it is known to take, ``large`` that it needs a permit. ``alone`` is for a request
    that may not be repeated, and is one at a time: it goes through in any case.
    """

    urgent: bool = False
    alone: bool = False
    need: int = 0
    large: bool = False


class MemoryBudget:
    """The room for answers of one fetcher, whose ``loop`` alone may call it, but for ``held``.

    ``body`` is the most that one body may have, in bytes; where an environment allows more than
    usual, there is room for it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, body: int) -> None:
        self._loop = loop
        self._body = body
        self._ahead = max(AHEAD, body)
        self.most = max(MOST, 4 * body)
        self._permits: set[Reservation] = set()
        self._reserved: dict[Reservation, int] = {}
        self._waiting: dict[Reservation, asyncio.Future[bool]] = {}
        self._changes: deque[int] = deque()
        self._counting = threading.Lock()
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes of the answers that somebody still holds.

        They may be let go on any thread and within any line, by the garbage collector too:
        ``deque.append`` is all that happens there, and here nobody ever waits for the lock.
        """
        if self._counting.acquire(blocking=False):
            try:
                while self._changes:
                    self._held += self._changes.popleft()
            finally:
                self._counting.release()
        return self._held

    @property
    def crowded(self) -> bool:
        """Whether so much is held that it is worth looking for what could be let go."""
        return self.held > self._ahead // 2

    async def enter(self, claim: Reservation) -> bool:
        """Wait until there is room for ``claim``; False when there never will be."""
        answer = self._admit(claim)
        if answer is not None:
            return answer
        waiting: asyncio.Future[bool] = self._loop.create_future()
        self._waiting[claim] = waiting
        self._wake()  # room may have been made before this one was known to wait
        try:
            return await waiting
        finally:
            self._waiting.pop(claim, None)

    def grow(self, claim: Reservation, size: int) -> bool:
        """Whether the body under way may become large; ``size`` is what it will have, as far as
        is known.
        """
        if claim.alone or claim in self._permits:
            return True
        claim.large = True
        claim.need = max(claim.need, size)
        return self._admit(claim) is True

    def leave(self, claim: Reservation) -> None:
        """The request is done with."""
        self._permits.discard(claim)
        self._reserved.pop(claim, None)
        self._wake()

    def keep(self, claim: Reservation, exchange: Exchange) -> bool:
        """Count the answer of ``exchange`` for as long as it is held; False when it is too much.

        Ahead of their readers, small answers are kept in any case: no more than are under way.
        """
        weight = _weight(exchange)
        most = self.most if claim.urgent else self._ahead
        small = weight <= LARGE and not claim.urgent
        if self.held + weight > most and not small:
            claim.need = max(claim.need, weight)
            return False
        self._changes.append(weight)
        weakref.finalize(exchange, self._let_go, weight).atexit = False
        return True

    def hurry(self, claim: Reservation) -> None:
        """Somebody waits for this one now."""
        claim.urgent = True
        if claim in self._waiting:
            self._wake()

    def _let_go(self, weight: int) -> None:
        self._changes.append(-weight)
        if self._waiting:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for claim, waiting in list(self._waiting.items()):
            answer = None if waiting.done() else self._admit(claim)
            if answer is not None:
                waiting.set_result(answer)

    def _admit(self, claim: Reservation) -> bool | None:
        """Whether ``claim`` may go on; None when it has to wait. What it needs is set aside."""
        if claim.urgent and self.held + claim.need > self.most:
            return False
        if claim.large and len(self._permits) >= PERMITS:
            return None
        if (claim.need or not claim.urgent) and not self._fits(claim):
            return None
        if claim.large:
            self._permits.add(claim)
        if claim.need:
            self._reserved[claim] = claim.need
        return True

    def _fits(self, claim: Reservation) -> bool:
        taken = self.held + sum(self._reserved.values()) - self._reserved.get(claim, 0)
        return taken + claim.need <= (self.most if claim.urgent else self._ahead)


def _weight(exchange: Exchange) -> int:
    """Bytes that an answer takes: its body as sent, what that decodes to, and its headers."""
    answer = exchange.answer
    if answer is None:
        return 0
    headers = sum(len(name) + len(value) + _HEADER for name, value in answer.headers)
    return len(answer.body) + answer.decoded + headers


def return_large_blocks() -> None:
    """Have the C library return large blocks to the system as soon as they are free.

    glibc learns from the first such block to keep the next ones for itself, and a run would hold
    several times what its answers need (mallopt(3), M_MMAP_THRESHOLD). Others do not have this.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)
