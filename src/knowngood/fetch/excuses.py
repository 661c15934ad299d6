"""Excuse failures that pass by themselves, once it is seen that they have passed.

Two kinds are excused, that is, do not make a deployment unsteady: gateway errors while it settles
after a push, and failures in a crowd that its server has no place for. Trouble that lasts looks the
same at first. So what failed is asked for again when the checks are done, of each origin by itself.
Writes are not, and so never excused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final

from .attempt_error import GATEWAY_ERRORS
from .probe import Exchange, Probe

REQUESTS: Final = 32
TOLERATED: Final = 2
"""Requests that are asked again, and how many of them may fail. Trouble of one request in
three passes for none once in a thousand times, noise of 4 % (docs/reliability.md) in 86 of 100."""

ROUNDS: Final = 3
PAUSE: Final = 0.5
"""So often they are asked at least, so many seconds apart; more often while the deployment may be
settling. A crowded server fails one round where the limit on requests was just raised."""


def has_passed(
    again: Callable[[Sequence[Probe]], list[Exchange]],
    probes: Sequence[Probe],
    until: float,
    deadline: float,
) -> bool:
    """Return whether what failed is answered now, or comes to be. ``again`` makes one attempt at
    each probe; a deployment may be settling ``until`` then, the run ends at ``deadline`` (both in
    seconds since the epoch).
    """
    requests = list(islice(cycle(probes), REQUESTS))
    rounds = 0
    while sum(map(_fails, again(requests))) > TOLERATED:
        rounds += 1
        if time.time() + PAUSE > (deadline if rounds < ROUNDS else min(until, deadline)):
            return False
        time.sleep(PAUSE)
    return True


def _fails(exchange: Exchange) -> bool:
    return exchange.answer is None or exchange.answer.status in GATEWAY_ERRORS
