"""Decide when a probe is tried again."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from .attempt_error import NOT_NOW, RETRIED_ERRORS, RETRIED_STATUSES
from .probe import Answer, Attempt, Exchange, Probe

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.wait import wait_base

Tried: TypeAlias = tuple[Attempt, Answer | None]

LEAST: Final = 0.25
"""Seconds that must be left for a further attempt. With less it could only time out, and hide what
the attempts before it have shown."""

STALE: Final = 3
"""Attempts in a row that may be stale. On HTTP/2 a server may refuse a few requests that were sent
before it said how many it takes; one that refuses all is at fault."""


async def retried(
    probe: Probe,
    send: Callable[[Attempt | None], Awaitable[Tried | None]],
    most: Callable[[], int],
    seconds_left: Callable[[], float],
    seconds_to_settle: Callable[[], float],
) -> Exchange:
    """Call ``send`` until there is an answer to keep, ``most()`` attempts were made, or
    ``seconds_left()`` is too little for another. ``send`` is given the attempt before; where
    ``most()`` became less meanwhile, it may return None in place of another.

    An attempt that is settling is followed by another for ``seconds_to_settle()``. One that is
    stale does not count, unless ``STALE`` of them came before it in a row.
    """
    tries = _Tries(send, most, seconds_left, seconds_to_settle)
    result = await tries.another()
    if worth_a_retry(probe, *result):  # few do, and tenacity costs time
        result = await _retry(probe, tries, result)
    return Exchange(probe, tuple(tries.attempts), result[1])


async def _retry(probe: Probe, tries: _Tries, first: Tried) -> Tried:
    """Return the last result, where ``first`` is the one so far."""
    from tenacity import AsyncRetrying, retry_if_result

    results = [first]

    async def following() -> Tried:
        return results.pop() if results else await tries.another()

    retrying = AsyncRetrying(
        retry=retry_if_result(lambda tried: worth_a_retry(probe, *tried)),
        wait=tries.pause,
        stop=tries.are_enough,
        retry_error_callback=lambda state: cast("Any", state.outcome).result(),
    )
    return await retrying(following)


@dataclass(slots=True)
class _Tries:
    """The attempts at one probe, and whether there is another.

    Attributes:
        send, most, seconds_left, seconds_to_settle: as ``retried`` has them.
        attempts: those made so far.
    """

    send: Callable[[Attempt | None], Awaitable[Tried | None]]
    most: Callable[[], int]
    seconds_left: Callable[[], float]
    seconds_to_settle: Callable[[], float]
    attempts: list[Attempt] = field(default_factory=list)

    async def another(self) -> Tried:
        """Make an attempt."""
        attempts = self.attempts
        tried = await self.send(attempts[-1] if attempts else None)
        if tried is None:
            return attempts[-1], None
        attempt, answer = tried
        if len(attempts) >= STALE and all(one.stale for one in (*attempts[-STALE:], attempt)):
            attempt = replace(attempt, stale=False)
        attempts.append(attempt)
        return attempt, answer

    def pause(self, state: RetryCallState) -> float:
        """Return the seconds to the next attempt."""
        seconds = _wait(state)
        settling = self.attempts[-1].settling
        return min(seconds, self.seconds_to_settle()) if settling else seconds

    def are_enough(self, state: RetryCallState) -> bool:
        """Return whether there is no other."""
        if self.attempts[-1].settling:
            return False
        made = sum(not attempt.stale for attempt in self.attempts)
        return made >= self.most() or state.upcoming_sleep + LEAST > self.seconds_left()


def worth_a_retry(probe: Probe, attempt: Attempt, answer: Answer | None) -> bool:
    """Whether another attempt may help: after no answer, and after "not now". A probe that may not
    be repeated gets one only if nothing can have been written.
    """
    repeatable = probe.may_be_repeated
    if answer is None:
        return attempt.error in RETRIED_ERRORS and (repeatable or attempt.never_sent)
    not_now = RETRIED_STATUSES if repeatable else NOT_NOW
    return answer.status in not_now and answer.status != probe.expect


def _wait(state: RetryCallState) -> float:
    """Return the seconds to the next attempt: Retry-After if the answer has it, or a pause that
    grows with each attempt.
    """
    attempt, answer = cast("Tried", cast("Any", state.outcome).result())
    if attempt.stale:
        return 0.0
    seconds = _retry_after(answer.header("retry-after")) if answer is not None else None
    return seconds if seconds is not None else _growing()(state)


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
