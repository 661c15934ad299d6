"""Whether a deployment is steady: which trouble is its own, and how much of it is no accident.

Single requests that fail while those before and after them are answered tell of a deployment in
which something is wrong now and then. An outage of a third of a second fails whatever is under
way, at high concurrency every request of a declaration, and tells of that third of a second.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, lgamma, log, log1p
from typing import Final

OUTAGE: Final = 4
"""Attempts that fail in a row, by when they began, before this is taken for an outage. Of trouble
that strikes each attempt by itself with probability p, p³(4 - 3p) lies in such rows: a ninth where
p is a third, 31 % where it is a half. What is left of either (0.30, 0.34) is above the fifth that
an environment tolerates by default, and each row still counts as one."""

QUIET: Final = 0.25
"""Seconds without the begin of an attempt that is answered, by which a shorter row is taken for an
outage, too. Where fewer requests than ``OUTAGE`` are under way, an outage meets no more than these,
and all of them then wait as long as the shortest pause before a retry. Taking each such row for one
is no loss: it is how often rows begin, for each request that is answered, that is p itself."""

SOUND: Final = 0.04
"""Share of requests that need a retry on a sound way to a sound deployment: two in a hundred reset,
two answered 503. Public services promise a hundredth of that; this is a bad day."""

FALSE_ALARM: Final = 1e-5
"""Probability, for each group of requests, that trouble of the share ``SOUND`` is taken for the
deployment's own. A run has some ten groups, so a sound one is failed once in ten thousand at most;
in groups of more than sixty the tolerated fifth is rarer still, and decides."""


@dataclass(slots=True)
class AttemptLog:
    """When the attempts at one origin began (seconds since the epoch), by how they ended."""

    answered: array[float] = field(default_factory=lambda: array("d"))
    failed: list[float] = field(default_factory=list)

    def outages(self) -> dict[float, int]:
        """The failed attempts that outages explain, by when they began: which outage it was."""
        answered = sorted(self.answered)
        places = [bisect_left(answered, began) for began in self.failed]
        rows = Counter(places)  # between the same two answers: one row
        found = zip(self.failed, places, strict=True)
        return {
            began: place
            for began, place in found
            if rows[place] >= OUTAGE or _is_quiet(answered, place)
        }


def _is_quiet(answered: Sequence[float], place: int) -> bool:
    """Whether nothing that was answered began for a while around this place."""
    if not 0 < place < len(answered):
        return True
    return answered[place] - answered[place - 1] >= QUIET


def may_be_chance(troubled: int, asked: int, share: float = SOUND) -> bool:
    """Whether ``troubled`` or more of ``asked`` requests meet trouble in more than one group of a
    hundred thousand (``FALSE_ALARM``), if each does by itself with probability ``share``.
    """
    if not share:
        return not troubled
    odds = log(share), log1p(-share)
    term = exp(_log_choices(asked, troubled) + troubled * odds[0] + (asked - troubled) * odds[1])
    total = 0.0
    for number in range(troubled, asked + 1):  # terms shrink fast; the rest of them is nothing
        total += term
        if total > FALSE_ALARM or term < total * 1e-9:
            break
        term *= (asked - number) / (number + 1) * share / (1 - share)
    return total > FALSE_ALARM


def _log_choices(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
