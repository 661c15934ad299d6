"""How much of what may go wrong a suite catches, by the weight of each mutation. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Final, TypeVar

from .mutant_results import MutantResult, Notice

_Key = TypeVar("_Key", bound=Hashable)

ENOUGH, TOO_LOW = 0, 1
"""The exit codes of a drill of mutations. A usage error is 4, as everywhere."""

UNCAUGHT: Final = (Notice.MISSED, Notice.MISNAMED)
"""What lowers a score."""


def score(results: Iterable[MutantResult]) -> float | None:
    """Return how many per cent of the weight of all mutants that count belong to caught ones.

    None stands for no mutant that counts: nothing is known of the suite then.
    """
    counted = [result for result in results if result.notice in (Notice.CAUGHT, *UNCAUGHT)]
    weight = math.fsum(result.weight for result in counted)
    caught = math.fsum(result.weight for result in counted if result.notice is Notice.CAUGHT)
    return 100 * caught / weight if weight else None


def percent(score: float | None) -> str:
    """Return a score for people. It is rounded down: only a whole score is 100.0 %."""
    return "no score" if score is None else f"{math.floor(score * 10) / 10:.1f} %"


def exit_code(score: float | None, fail_under: float | None) -> int:
    """Return the exit code of a drill; ``fail_under`` is the least score in per cent, if any.

    No score is below each. Where the run that records the answers did not pass, nothing is drilled
    and the code is ``TOO_LOW``, too.
    """
    if fail_under is None or (score is not None and score >= fail_under):
        return ENOUGH
    return TOO_LOW


def counts(results: Iterable[MutantResult]) -> dict[Notice, int]:
    """Return how many mutants came out in each way."""
    numbers = Counter(result.notice for result in results)
    return {notice: numbers[notice] for notice in Notice}


def left_out_by_reason(results: Iterable[MutantResult]) -> dict[str, int]:
    """Return how many mutants were left out for each reason, the most frequent one first."""
    left_out = (result.reason for result in results if result.notice is Notice.LEFT_OUT)
    return dict(Counter(left_out).most_common())


def by_kind(results: Iterable[MutantResult]) -> dict[str, list[MutantResult]]:
    """Return the mutants of each kind of URL: first the kinds of which most is not caught."""
    kinds = grouped(results, lambda result: result.kind)
    return dict(sorted(kinds.items(), key=lambda item: (-_uncaught_weight(item[1]), item[0])))


def _uncaught_weight(results: Iterable[MutantResult]) -> float:
    return math.fsum(result.weight for result in results if result.notice in UNCAUGHT)


def grid(results: Iterable[MutantResult]) -> dict[str, dict[str, list[MutantResult]]]:
    """Return the mutants of each kind of URL by mutation."""
    return {
        kind: grouped(mutants, lambda result: result.mutation)
        for kind, mutants in by_kind(results).items()
    }


def grouped(
    results: Iterable[MutantResult], key: Callable[[MutantResult], _Key]
) -> dict[_Key, list[MutantResult]]:
    """Return the mutants with one key together, in the order in which the keys come first."""
    groups: dict[_Key, list[MutantResult]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return groups
