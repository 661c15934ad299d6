"""Bound the memory that answers take.

Two rules:

- Answers that no check waits for are fetched only while little is held (``AHEAD``).
- All that is held has a limit (``MOST``). An answer beyond it is dropped; its error is BUDGET.

A large body under way counts as held, at its largest possible size. If there is no room for it, it
is cut off as soon as it turns out large, and fetched again later.

tests/knowngood/session/test_hostile_run.py measures whole runs against servers that answer every
request with 8 MB: at most 150 MB more than against a sound deployment.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ..safety import KnowngoodError
from .probe import Exchange

MIB: Final = 1 << 20

LARGE: Final = 128 * 1024
"""Bytes from which on a body is large. 64 smaller ones under way take 8 MiB at most."""

AHEAD: Final = 16 * MIB
"""Bytes held up to which answers are fetched ahead of the checks: two thousand files of FHR's size,
or sixty of 250 KB."""

MOST: Final = 48 * MIB
"""Bytes held in all: what the running check reads, and what later checks will read of it."""

_MMAP_THRESHOLD: Final = -3  # in <malloc.h>
_HEADER: Final = 160  # bytes that Python needs for one header beside its text


class Postponed(KnowngoodError):
    """There was no room for an answer; it has to be asked for again.

    Attributes:
        exchange: the exchange whose answer was dropped, if the answer came in whole.
    """

    def __init__(self, exchange: Exchange | None = None) -> None:
        super().__init__()
        self.exchange = exchange


@dataclass(slots=True, eq=False)
class Reservation:
    """What one request asks of the memory budget.

    Attributes:
        urgent: whether a check waits for the answer.
        size: the most bytes that the answer can take, if it is known to be large.
    """

    urgent: bool = False
    size: int = 0


class MemoryBudget:
    """The memory for the answers of one fetcher. Use it on the thread of ``loop`` only, except
    ``held`` and ``crowded``.

    ``body`` is the largest size that a body may have, in bytes; the limits grow with it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, body: int) -> None:
        self._loop = loop
        self._ahead = max(AHEAD, body)
        self.most = max(MOST, 4 * body)
        self._large: set[Reservation] = set()
        self._waiting: dict[Reservation, asyncio.Future[bool]] = {}
        self._changes: deque[int] = deque()
        self._counting = threading.Lock()
        self._held = 0

    @property
    def held(self) -> int:
        """The bytes of all answers that somebody still refers to.

        The garbage collector may release answers on any thread, between any two instructions. It
        only appends to a deque; they are summed up here, and nobody ever waits for the lock.
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
        """Whether so much is held that it is worth running the garbage collector."""
        return self.held > self._ahead // 2

    async def admit(self, reservation: Reservation) -> bool:
        """Wait until the request may be sent. Return False if there will never be room for it."""
        decision = self._decide(reservation)
        if decision is not None:
            return decision
        waiting: asyncio.Future[bool] = self._loop.create_future()
        self._waiting[reservation] = waiting
        self._wake()  # an answer may have been released before this future was known
        try:
            return await waiting
        finally:
            del self._waiting[reservation]

    def may_grow(self, reservation: Reservation, size: int) -> bool:
        """Return whether the body under way may become large, of at most ``size`` bytes."""
        reservation.size = max(reservation.size, size)
        return self._decide(reservation) is True

    def keep(self, reservation: Reservation, exchange: Exchange) -> bool:
        """Count the answer of ``exchange`` as long as it is held; return False if it is too much.

        Small answers that no check waits for are kept in any case: only few are under way.
        """
        size = _size(exchange)
        small = size <= LARGE and not reservation.urgent
        if self.held + size > self._limit(reservation) and not small:
            reservation.size = max(reservation.size, size)
            return False
        self._changes.append(size)
        weakref.finalize(exchange, self._release, size).atexit = False
        return True

    def finish(self, reservation: Reservation) -> None:
        """Note that the request is no longer under way."""
        self._large.discard(reservation)
        self._wake()

    def hurry(self, reservation: Reservation) -> None:
        """Note that a check waits for the answer now."""
        reservation.urgent = True
        if reservation in self._waiting:
            self._wake()

    def _release(self, size: int) -> None:
        self._changes.append(-size)
        if self._waiting:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for reservation, waiting in list(self._waiting.items()):
            decision = None if waiting.done() else self._decide(reservation)
            if decision is not None:
                waiting.set_result(decision)

    def _limit(self, reservation: Reservation) -> int:
        return self.most if reservation.urgent else self._ahead

    def _decide(self, reservation: Reservation) -> bool | None:
        """Return whether the request may go on; None for not yet, False for never: a check that
        waits releases nothing.
        """
        others = sum(other.size for other in self._large if other is not reservation)
        if reservation.urgent and self.held + reservation.size > self.most:
            return False
        needs_room = reservation.size or not reservation.urgent
        if needs_room and self.held + others + reservation.size > self._limit(reservation):
            return None
        if reservation.size:
            self._large.add(reservation)
        return True


def return_large_blocks() -> None:
    """Have the C library return large blocks to the system as soon as they are free.

    After the first such block, glibc keeps the next ones for itself (mallopt(3),
    M_MMAP_THRESHOLD). Other C libraries do not have this.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


def _size(exchange: Exchange) -> int:
    """Return the bytes that an answer takes: its body as sent and as decoded, and its headers."""
    answer = exchange.answer
    if answer is None:
        return 0
    text = sum(map(len, chain.from_iterable(answer.headers)))
    return len(answer.body) + answer.decoded + text + _HEADER * len(answer.headers)
