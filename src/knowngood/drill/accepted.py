"""What becomes of mutants that the environment accepts: they are listed, and do not count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from ..environment import AcceptedMutation, as_declared
from .mutant_results import MutantResult, Notice
from .mutation_score import UNCAUGHT
from .url_kinds import of_url_alone


def accept(
    results: Iterable[MutantResult],
    accepted: Sequence[AcceptedMutation],
    origins: Mapping[str, str],
    today: date,
) -> Iterator[MutantResult]:
    """Yield ``results``, as accepted with its reason what the environment accepts today and no
    check caught.

    ``origins`` are URLs by name.
    """
    for result in results:
        entry = next((e for e in accepted if _accepts(e, result, origins, today)), None)
        if entry is None:
            yield result
        else:
            yield replace(result, notice=Notice.ACCEPTED, reason=entry.reason)


def warnings(
    results: Sequence[MutantResult],
    accepted: Sequence[AcceptedMutation],
    origins: Mapping[str, str],
    today: date,
    *,
    whole: bool,
) -> Iterator[str]:
    """Yield a line on each entry that has ended, and on each that accepts none of ``results``.

    ``results`` are as they came out, before :func:`accept`; ``whole`` says that they are all
    mutants that there are.
    """
    for number, entry in enumerate(accepted):
        words = f"accepted.{number}: {entry.mutation}" + (f" at {entry.url}" if entry.url else "")
        if not entry.holds_on(today):
            yield (
                f"{words} ended on {entry.until}, so that it counts again: "
                f"remove it or move its date ({entry.reason})"
            )
        elif not any(_accepts(entry, result, origins, today) for result in results):
            notices = {result.notice for result in results if _matches(entry, result, origins)}
            if Notice.CAUGHT in notices:
                yield f"{words} is caught by now: remove it ({entry.reason})"
            elif whole and not notices:
                yield f"{words} matches no mutant: remove it or fix its spelling"


def _accepts(
    entry: AcceptedMutation, result: MutantResult, origins: Mapping[str, str], today: date
) -> bool:
    uncaught = result.notice in UNCAUGHT
    return uncaught and entry.holds_on(today) and _matches(entry, result, origins)


def _matches(entry: AcceptedMutation, result: MutantResult, origins: Mapping[str, str]) -> bool:
    if not fnmatchcase(result.mutation, entry.mutation):
        return False
    pattern = entry.url or "*"
    kinds = result.kind, of_url_alone(result.kind)
    places = [as_declared(url, origins) for url in result.urls]
    return any(fnmatchcase(kind, pattern) for kind in kinds) or all(
        fnmatchcase(place, pattern) for place in places
    )
