"""Decide whether a deployment is flaky: which failures are single, and whether they may be chance.

Requests that fail while those before and after them are answered show a recurring fault. An outage
of a third of a second fails everything that is under way; it counts as one event.
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
"""Attempts in a row, by when they began, that must fail for an outage. Single failures seldom make
such rows, so lasting trouble stays visible (docs/reliability.md)."""

QUIET: Final = 0.25
"""Seconds without an answered attempt that make a shorter row an outage, too: with fewer requests
than ``OUTAGE`` under way, all of them wait to be retried."""

SOUND: Final = 0.04
"""Share of requests to a sound deployment that need a retry on a bad day: two in a hundred reset,
two answered 503."""

FALSE_ALARM: Final = 1e-5
"""Probability that a group of requests to a sound deployment counts as unsteady. A run has some ten
groups: a sound deployment fails once in ten thousand runs."""


@dataclass(slots=True)
class AttemptLog:
    """When the attempts at one origin began, in seconds since the epoch.

    Attributes:
        answered: those that were answered.
        failed: those that failed.
    """

    answered: array[float] = field(default_factory=lambda: array("d"))
    failed: list[float] = field(default_factory=list)

    def outages(self) -> dict[float, int]:
        """Return the failed attempts that belong to outages: the outage's number by their time."""
        answered, failed = sorted(self.answered), list(self.failed)  # a stopped run still adds some
        places = [bisect_left(answered, began) for began in failed]
        rows = Counter(places)  # between the same two answers: one row
        return {
            began: place
            for began, place in zip(failed, places, strict=True)
            if rows[place] >= OUTAGE or _is_quiet(answered, place)
        }


def _is_quiet(answered: Sequence[float], place: int) -> bool:
    """Return whether no answered attempt began for ``QUIET`` seconds around this place."""
    if not 0 < place < len(answered):
        return True
    return answered[place] - answered[place - 1] >= QUIET


def may_be_chance(troubled: int, asked: int, share: float = SOUND) -> bool:
    """Return whether ``troubled`` or more of ``asked`` requests fail with a probability above
    ``FALSE_ALARM``, if each fails by itself with probability ``share`` (binomial tail).
    """
    if not share:
        return not troubled
    odds = log(share), log1p(-share)
    term = exp(_log_choices(asked, troubled) + troubled * odds[0] + (asked - troubled) * odds[1])
    total = 0.0
    for number in range(troubled, asked + 1):  # terms shrink fast: stop once they add nothing
        total += term
        if total > FALSE_ALARM or term < total * 1e-9:
            break
        term *= (asked - number) / (number + 1) * share / (1 - share)
    return total > FALSE_ALARM


def _log_choices(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
