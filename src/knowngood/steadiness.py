"""Whether a deployment is steady: which trouble is its own, and how much of it is no accident.

Single requests that fail while those before and after them are answered tell of a deployment in
which something is wrong now and then. An outage of a third of a second fails whatever is under
way, at high concurrency every request of a declaration, and tells of that third of a second.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from math import exp, lgamma, log, log1p
from typing import Final

OUTAGE: Final = 4
"""Attempts that fail in a row, by when they began, before an origin is taken to be down. Of
trouble that strikes each attempt by itself with probability p, p³(4 - 3p) lies in such rows: a
ninth where p is a third, 31 % where it is a half. What is left of either (0.30, 0.34) is still
above the fifth that an environment tolerates by default. An outage met at a concurrency below this
counts as at most so many requests less one."""

SOUND: Final = 0.04
"""Share of requests that need a retry on a sound way to a sound deployment: two in a hundred reset,
two answered 503. Public services promise a hundredth of that; this is a bad day."""

FALSE_ALARM: Final = 1e-5
"""Probability, for each group of requests, that trouble of the share ``SOUND`` is taken for the
deployment's own. A run has some ten groups, so a sound one is failed once in ten thousand at most;
in groups of more than sixty the tolerated fifth is rarer still, and decides."""


@dataclass(slots=True)
class Attempts:
    """When the attempts at one origin began (seconds since the epoch), by how they ended."""

    answered: array[float] = field(default_factory=lambda: array("d"))
    failed: list[float] = field(default_factory=list)

    def alone(self) -> set[float]:
        """When those attempts began that failed while the origin was up."""
        answered = sorted(self.answered)
        places = [bisect_left(answered, began) for began in self.failed]
        rows = Counter(places)  # between the same two answers: one row
        alike = zip(self.failed, places, strict=True)
        return {began for began, place in alike if rows[place] < OUTAGE}


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
