"""When a probe is tried again: tenacity, wrapped in one place."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias, cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, wait_exponential, wait_random

from .probe import NOT_NOW, RETRIED_CAUSES, RETRIED_STATUSES, Answer, Attempt, Exchange, Probe

Tried: TypeAlias = tuple[Attempt, Answer | None]

LEAST: Final = 0.25
"""Seconds that a further attempt must have left. With less it could only put a timeout in the
place of what the attempts before it found out."""

_WAIT: Final = wait_exponential(multiplier=0.25, max=4.0) + wait_random(0, 0.25)


async def retried(
    probe: Probe,
    once: Callable[[Attempt | None], Awaitable[Tried]],
    most: int,
    left: Callable[[], float],
) -> Exchange:
    """Try ``once``, given the attempt before, until there is an answer to keep, ``most`` attempts
    were made or ``left()`` seconds do not suffice for another.
    """
    attempts: list[Attempt] = []

    async def attempt() -> Tried:
        tried = await once(attempts[-1] if attempts else None)
        attempts.append(tried[0])
        return tried

    def enough(state: RetryCallState) -> bool:
        made = sum(not each.stale for each in attempts)
        return made >= most or state.upcoming_sleep + LEAST > left()

    result = await attempt()
    if not worth_a_retry(probe, *result):
        return Exchange(probe, tuple(attempts), result[1])  # nearly always: tenacity has its price
    first = [result]

    async def next_attempt() -> Tried:
        return first.pop() if first else await attempt()

    retrying = AsyncRetrying(
        retry=retry_if_result(lambda tried: worth_a_retry(probe, *tried)),
        wait=_wait,
        stop=enough,
        retry_error_callback=lambda state: cast("Any", state.outcome).result(),
    )
    result = await retrying(next_attempt)
    return Exchange(probe, tuple(attempts), result[1])


def worth_a_retry(probe: Probe, attempt: Attempt, answer: Answer | None) -> bool:
    """What never reached an answer, and "not now"; and where it may not be repeated, only if
    nothing can have been written.
    """
    again = probe.may_be_repeated
    if answer is None:
        return attempt.cause in RETRIED_CAUSES and (again or attempt.never_sent)
    return answer.status in (RETRIED_STATUSES if again else NOT_NOW)


def _wait(state: RetryCallState) -> float:
    """Seconds to the next attempt: Retry-After where the answer has one, or a growing pause."""
    attempt, answer = cast("Tried", cast("Any", state.outcome).result())
    if attempt.stale:
        return 0.0
    asked = _retry_after(answer.header("retry-after")) if answer is not None else None
    return asked if asked is not None else _WAIT(state)


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After in either of its forms (RFC 9110, 10.2.3); None for neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
