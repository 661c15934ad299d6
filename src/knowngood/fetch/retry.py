"""Decide when a probe is tried again, by what the last attempt ended in.

========================================= =========== ===========================================
the last attempt ended in                 tried again when
========================================= =========== ===========================================
an answer that can be judged              never
408, 421, 429, 503: nothing was done      always      after Retry-After, or a growing pause
502, 504, 520 to 524: a gateway's error   if harmless after Retry-After, or a growing pause
a kept connection that was closed         if harmless at once; it does not count as an attempt
an error that may pass by itself          if harmless after a growing pause
any other error, such as of a certificate never
========================================= =========== ===========================================

It is harmless if the probe may be repeated, or its request was never sent. All that holds while
attempts and time are left; gateway errors of a deployment that may be settling are waited out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

from .attempt_error import GATEWAY_ERRORS, NOT_NOW, RETRIED_ERRORS, Excuse
from .probe import Answer, Attempt, Exchange, Probe, Tried

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.wait import wait_base

LEAST: Final = 0.25
"""Seconds that must be left for a further attempt. With less it could only time out, and hide what
the attempts before it have shown."""

STALE: Final = 3
"""Attempts in a row that may be stale. On HTTP/2 a server may refuse a few requests that were sent
before it said how many it takes; one that refuses all is at fault."""


class Sender(Protocol):
    """Sends one probe, and knows how often and for how long that may be done."""

    async def send(self, before: Attempt | None) -> Tried | None:
        """Make an attempt after ``before``. Where ``most`` became less meanwhile, it may return
        None in place of another.
        """

    def most(self) -> int:
        """Return how many attempts there may be."""

    def seconds_left(self) -> float:
        """Return the seconds that are left for the probe."""

    def seconds_to_settle(self) -> float:
        """Return for how many seconds gateway errors are waited out."""


async def retried(probe: Probe, sender: Sender) -> Exchange:
    """Try ``probe`` by ``sender`` until there is an answer to keep, or no other attempt."""
    tries = _Tries(probe, sender)
    await tries.another()
    if tries.need_another():  # few do, and tenacity costs time
        from tenacity import AsyncRetrying

        retrying = AsyncRetrying(
            retry=lambda _: tries.need_another(),
            wait=tries.pause,
            stop=tries.are_enough,
            retry_error_callback=lambda _: None,
        )
        await retrying(tries.first_or_another)
    return Exchange(probe, tuple(tries.attempts), tries.answer)


@dataclass(slots=True)
class _Tries:
    """The attempts at one probe, and whether there is another.

    Attributes:
        probe: what is asked.
        sender: makes the attempts.
        attempts: those made so far.
        answer: that of the last one; None if it brought none.
    """

    probe: Probe
    sender: Sender
    attempts: list[Attempt] = field(default_factory=list)
    answer: Answer | None = None
    _first_is_news: bool = True

    async def another(self) -> None:
        """Make an attempt."""
        tried = await self.sender.send(self.attempts[-1] if self.attempts else None)
        if tried is not None:
            attempt, self.answer = tried
            self.attempts.append(self._counted(attempt))

    async def first_or_another(self) -> None:
        """Make an attempt; the first call stands for the one that there is already."""
        if not self._first_is_news:
            await self.another()
        self._first_is_news = False

    def _counted(self, attempt: Attempt) -> Attempt:
        """Return ``attempt`` as one that counts, if too many before it were stale as well."""
        row = (*self.attempts[-STALE:], attempt)
        if len(row) <= STALE or not all(one.stale for one in row):
            return attempt
        return replace(attempt, excuses=attempt.excuses & ~Excuse.STALE)

    def need_another(self) -> bool:
        """Return whether another attempt may help."""
        return may_help(self.probe, self.attempts[-1], self.answer)

    def pause(self, state: RetryCallState) -> float:
        """Return the seconds to the next attempt."""
        last = self.attempts[-1]
        if last.stale:
            return 0.0
        asked = _retry_after(self.answer.header("retry-after")) if self.answer is not None else None
        seconds = asked if asked is not None else _growing()(state)
        return min(seconds, self.sender.seconds_to_settle()) if last.settling else seconds

    def are_enough(self, state: RetryCallState) -> bool:
        """Return whether there is no other."""
        if self.attempts[-1].settling:
            return False
        made = sum(not attempt.stale for attempt in self.attempts)
        too_late = state.upcoming_sleep + LEAST > self.sender.seconds_left()
        return made >= self.sender.most() or too_late


def may_help(probe: Probe, attempt: Attempt, answer: Answer | None) -> bool:
    """Return whether another attempt may help, and does no harm."""
    harmless = probe.may_be_repeated or attempt.never_sent
    if answer is None:
        return harmless and attempt.error in RETRIED_ERRORS
    if answer.status == probe.expect:
        return False
    return answer.status in NOT_NOW or (harmless and answer.status in GATEWAY_ERRORS)


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
