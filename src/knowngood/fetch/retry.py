"""Decide when a probe is tried again, by what the last attempt ended in.

========================================= =========== ===========================================
the last attempt ended in                 tried again when
========================================= =========== ===========================================
an answer that can be judged              never
408, 421, 429, 503: nothing was done      always      after Retry-After, or a growing pause
502, 504, 520 to 524: a gateway's error   if harmless after Retry-After, or a growing pause
a kept connection that was closed         if harmless at once; it does not count as an attempt
an error that may pass by itself          if harmless after a growing pause
no HTTP, on a kept connection             if harmless after a growing pause, on a new connection
any other error, such as of a certificate never
========================================= =========== ===========================================

It is harmless if the probe may be repeated, or its request was never sent. All that holds while
attempts and time are left; gateway errors of a deployment that may be settling are waited out.

Nobody else decides about another attempt: :class:`Tries` has the whole way of one probe, from its
first attempt to its last. :mod:`.attempts` makes an attempt.
"""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from .attempt_error import GATEWAY_ERRORS, NOT_NOW, RETRIED_ERRORS, AttemptError, Excuse
from .probe import Answer, Attempt, Exchange, Probe

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.wait import wait_base

    from .attempts import Attempts
    from .received import MayGrow

LEAST: Final = 0.25
"""Seconds that must be left for a further attempt. With less it could only time out, and hide what
the attempts before it have shown."""

SHORTEST: Final = 0.5
"""Seconds that an attempt gets even if they are more than its share of the probe's time."""

STALE: Final = 3
"""Attempts in a row that may be stale. On HTTP/2 a server may refuse a few requests that were sent
before it said how many it takes; one that refuses all is at fault."""


class Tries:
    """The attempts at one probe: makes them by ``attempts``, and decides whether there is another.

    ``may_grow`` says whether the body of an answer may become large.
    """

    def __init__(self, attempts: Attempts, probe: Probe, may_grow: MayGrow) -> None:
        self._attempts = attempts
        self._probe = probe
        self._may_grow = may_grow
        self._made: list[Attempt] = []
        self._answer: Answer | None = None
        self._end = time.monotonic() + attempts.budget.probe
        self._is_down = attempts.down.has(probe)
        self._crowded_at: list[int] = []

    async def exchange(self) -> Exchange:
        """Try until there is an answer to keep, or no other attempt."""
        await self._another()
        if self._may_help():  # seldom, and tenacity costs time
            from tenacity import AsyncRetrying

            retrying = AsyncRetrying(
                retry=lambda _: self._may_help(),
                wait=self._pause,
                stop=self._are_enough,
                retry_error_callback=lambda _: None,
            )
            async for attempt in retrying:
                with attempt:
                    if attempt.retry_state.attempt_number > 1:  # the first is made already
                        await self._another()
            self._note_giving_up()
        return Exchange(self._probe, tuple(self._made), self._answer)

    # -- whether and when there is another

    def _may_help(self) -> bool:
        """Return whether another attempt may help, and does no harm."""
        last, probe = self._made[-1], self._probe
        harmless = probe.may_be_repeated or last.never_sent
        if self._answer is None:
            return harmless and (last.error in RETRIED_ERRORS or self._is_of_another(last))
        status = self._answer.status
        if status == probe.expect:
            return False
        return status in NOT_NOW or (harmless and status in GATEWAY_ERRORS)

    def _is_of_another(self, last: Attempt) -> bool:
        """Return whether what came may be the rest of an answer to another request: one that is
        longer than its Content-Length goes on where the next answer should begin.
        """
        shared = self._attempts.follower.transport.shares(self._probe)
        return last.error is AttemptError.PROTOCOL and not (last.connected or shared)

    def _pause(self, state: RetryCallState) -> float:
        """Return the seconds to the next attempt."""
        last, answer = self._made[-1], self._answer
        if last.stale:
            return 0.0
        asked = _retry_after(answer.header("retry-after")) if answer is not None else None
        seconds = asked if asked is not None else _growing()(state)
        return min(seconds, self._attempts.settle_left()) if last.settling else seconds

    def _are_enough(self, state: RetryCallState) -> bool:
        """Return whether there is no other."""
        if self._made[-1].settling:
            return False
        counted = sum(not attempt.stale for attempt in self._made)
        return counted >= self._most() or state.upcoming_sleep + LEAST > self._seconds_left()

    def _most(self) -> int:
        """Return how many attempts there may be. Those that failed under a higher limit than there
        is now do not count: else a server that takes few requests at once could refuse them all
        before the run knows how many it takes.
        """
        if self._is_down or self._attempts.silent_kinds.has(self._probe):
            return 1
        limit = self._attempts.concurrency.limit
        return self._attempts.budget.attempts + sum(then > limit for then in self._crowded_at)

    def _seconds_left(self) -> float:
        return min(self._end - time.monotonic(), self._attempts.run_left())

    def _hangs(self, last: Attempt) -> bool:
        """Return whether an attempt timed out as all of the probe's kind do."""
        timed_out = last.error is AttemptError.TIMEOUT
        return timed_out and self._attempts.silent_kinds.has(self._probe)

    def _note_giving_up(self) -> None:
        """Add to the last attempt that there is no other only because the probe's kind hangs."""
        last, few = self._made[-1], len(self._made) < self._attempts.budget.attempts
        if few and self._seconds_left() > SHORTEST and self._hangs(last):
            why = self._attempts.silent_kinds.not_tried_again(self._probe)
            self._made[-1] = replace(last, detail=f"{last.detail}, and {why}")

    # -- making one

    async def _another(self) -> None:
        """Make an attempt, if that still makes sense when it is its turn. Waiting for that, and
        what failed for a crowd or a deployment that settles, costs the probe none of its time. An
        attempt that times out before its share of the time is up shows less than an answer before.
        """
        attempts, before = self._attempts, self._made[-1] if self._made else None
        asked = time.monotonic()
        turn, place = await attempts.enter(self._probe)
        excuses = before.excuses if before is not None else Excuse.NONE
        starved = Excuse.STARVED in excuses and attempts.concurrency.lowered
        if starved or Excuse.SETTLING in excuses:
            self._end = asked + attempts.budget.probe
        else:
            self._end += time.monotonic() - asked
        if before is not None and self._hangs(before):  # since it waits for its place
            attempts.concurrency.give_back()
            return
        fresh = before is not None and self._needs_new_connection(before)
        fresh = fresh and not starved  # those that are kept are served
        hurried = self._answer is not None and self._seconds_left() < attempts.share
        send = attempts.attempt(self._probe, self._end, fresh=fresh, may_grow=self._may_grow)
        attempt, answer = await attempts.in_place(place, turn, self._probe, send, before)
        if Excuse.CROWDED in attempt.excuses:
            self._crowded_at.append(place.allowed)
        if hurried and attempt.error is AttemptError.TIMEOUT:
            return
        self._answer = answer
        self._made.append(self._counted(attempt))

    def _needs_new_connection(self, before: Attempt) -> bool:
        """Return whether an attempt after this one must not be made on a kept connection: others
        may have been closed together with it, and one that is shared stays open after a timeout.

        libcurl knows by itself when a shared one takes no more requests; then all of them share
        the next.
        """
        stale = before.stale and not self._attempts.follower.transport.shares(self._probe)
        misdirected = before.status == 421  # this connection leads to a server of other hosts
        spoilt = before.error in {AttemptError.PROTOCOL, AttemptError.TIMEOUT}
        return stale or misdirected or spoilt

    def _counted(self, attempt: Attempt) -> Attempt:
        """Return ``attempt`` as one that counts, if too many before it were stale as well."""
        row = (*self._made[-STALE:], attempt)
        if len(row) <= STALE or not all(one.stale for one in row):
            return attempt
        return replace(attempt, excuses=attempt.excuses & ~Excuse.STALE)


@cache
def _growing() -> wait_base:
    """Return the pauses of an answer without Retry-After: a quarter of a second, doubled each time
    up to four, and up to a quarter more by chance.
    """
    from tenacity import wait_exponential, wait_random

    return wait_exponential(multiplier=0.25, max=4.0) + wait_random(0, 0.25)


def _retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After stands for, in either form (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
