"""What a drill of mutations prints: its blind spots first, in words and with what closes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, zip_longest
from typing import Final

from ..safety import and_more, listed, one_line, plural
from .blind_spots import BlindSpot, blind_spots, sections
from .mutant_results import MutantResult, MutationDrill, Notice
from .mutation_score import by_kind, counts, exit_code, left_out_by_reason, percent, score
from .snippets import snippets
from .url_kinds import kind_in_words

_WIDTH: Final = 100  # columns of the table
_KINDS: Final = 25  # rows of the table
_GROUPS: Final = 12  # blind spots in words, of one kind of URL and one mutation together
_ALIKE: Final = 3  # blind spots of such a group that are spelt out
_REASONS: Final = 5  # reasons for which mutants were left out
LINE: Final = 400  # characters of any line: those to paste must be whole

_COLUMNS: Final = (*Notice, "score")
_KIND: Final = _WIDTH - sum(2 + len(column) for column in _COLUMNS)  # width of the first column


def lines(drill: MutationDrill, fail_under: float | None = None) -> Iterator[str]:
    """Yield the lines; ``fail_under`` is the least score in per cent, if one is asked for."""
    tried = f"; {_tried(drill)} were tried" if _is_part(drill) else ""
    head = f"{drill.environment}: {headline(drill.results)}{tried}"
    parts = (
        _table(drill.results),
        _spots(drill.results),
        _snippets(drill.results),
        _end(drill, fail_under),
    )
    for line in chain([head], *parts):
        yield one_line(line, LINE)


def headline(results: Sequence[MutantResult]) -> str:
    """Return what the suite would not notice, in a sentence."""
    numbers = counts(results)
    missed, misnamed = numbers[Notice.MISSED], numbers[Notice.MISNAMED]
    total = missed + misnamed + numbers[Notice.CAUGHT]
    if not total:
        return "no mutant counts: nothing is known of what the suite notices"
    if missed:
        worst = blind_spots(results, Notice.MISSED)[0].change
        return (
            f"the suite would not notice {missed} of {plural(total, 'mutant')}; the worst: {worst}"
        )
    but = f", but names another URL for {misnamed}" if misnamed else ""
    return f"the suite notices all of {plural(total, 'mutant')}{but}"


def _table(results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield a row for each kind of URL, those with the most blind spots first."""
    if not results:
        return
    kinds = by_kind(results)
    yield ""
    yield _row("kind of URL", _COLUMNS)
    for kind, mutants in islice(kinds.items(), _KINDS):
        yield _row(_shortened(one_line(kind, LINE)), _cells(mutants))
    if len(kinds) > _KINDS:
        others = [mutant for mutants in list(kinds.values())[_KINDS:] for mutant in mutants]
        yield _row(f"{plural(len(kinds) - _KINDS, 'more kind')} of URL", _cells(others))
    if len(kinds) > 1:
        yield _row("all", _cells(results))


def _row(name: str, cells: Iterable[str]) -> str:
    columns = (f"{cell:>{len(column)}}" for cell, column in zip(cells, _COLUMNS, strict=True))
    return "  ".join((f"{name:{_KIND}}", *columns))


def _cells(mutants: Iterable[MutantResult]) -> tuple[str, ...]:
    mutants = list(mutants)
    numbers = (str(number) if number else "-" for number in counts(mutants).values())
    share = score(mutants)
    return *numbers, "-" if share is None else percent(share).removesuffix(" %")


def _shortened(kind: str) -> str:
    """Return a kind of URL as it fits its column: of a long one, beginning and end."""
    if len(kind) <= _KIND:
        return kind
    end = (_KIND - 1) // 2
    return f"{kind[: _KIND - 1 - end]}…{kind[-end:]}"


def _spots(results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield the mutants that are not caught, in words."""
    for title, spots in sections(results).items():
        yield ""
        yield f"{title}:"
        yield from _section(spots)


def _section(spots: Sequence[BlindSpot]) -> Iterator[str]:
    groups = [
        list(group)
        for _, group in groupby(spots, lambda spot: (spot.first.kind, spot.first.mutation))
    ]
    for group in groups[:_GROUPS]:
        yield from _group(group)
    hidden = sum(map(len, groups[_GROUPS:]))
    for more in and_more(hidden, ": --html-file=FILE and --json=FILE have all"):
        yield f"  {more}"


def _group(spots: Sequence[BlindSpot]) -> Iterator[str]:
    """Yield blind spots of one mutation at one kind of URL."""
    for spot, following in zip_longest(spots[:_ALIKE], spots[1:_ALIKE]):
        yield f"  {spot.sentence} [{spot.first.mutation}]"
        if len(spot.places) > 1:
            yield f"      the same at {listed(spot.places[1:])}"
        if following is None or following.remedy != spot.remedy:  # it is told once
            yield from (f"      {line}" for line in spot.remedy)
    first = spots[0].first
    where = f" of {first.mutation} at {kind_in_words(first.kind)}"
    yield from (f"  {more}" for more in and_more(len(spots) - _ALIKE, where))


def _snippets(results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield what to paste that takes more than a line, as it is pasted: without indentation."""
    for snippet in snippets(results):
        yield ""
        yield f"--- {snippet.place}:"
        yield from snippet.text.splitlines()


def _end(drill: MutationDrill, fail_under: float | None) -> Iterator[str]:
    """Yield what was left out, the score, what it cost, and whether it is enough."""
    yield ""
    left_out = list(left_out_by_reason(drill.results).items())
    for reason, count in left_out[:_REASONS]:
        yield f"left out: {plural(count, 'mutant')}: {reason}"
    if len(left_out) > _REASONS:
        others = sum(count for _, count in left_out[_REASONS:])
        yield f"left out: {plural(others, 'mutant')} for other reasons"
    yield from (f"warning: {warning}" for warning in drill.warnings)
    share = score(drill.results)
    if _is_part(drill):
        yield (
            f"tried {_tried(drill)} in the time; `knowngood drill` with "
            f"--seconds={_seconds_for_all(drill)} tries all, as it seems"
        )
        yield f"score of these {len(drill.results)}: {percent(share)}; {_cost(drill)}"
    else:
        yield f"score: {percent(share)}; {_cost(drill)}"
    if fail_under is not None:
        code = exit_code(share, fail_under)
        yield f"--fail-under={fail_under:g}: {'below it' if code else 'reached'} (exit {code})"


def _is_part(drill: MutationDrill) -> bool:
    return drill.possible > len(drill.results)


def _tried(drill: MutationDrill) -> str:
    return f"{len(drill.results)} of {drill.possible} mutants"


def _seconds_for_all(drill: MutationDrill) -> int:
    """Return in how many seconds all mutants can be tried at this speed, and some more."""
    seconds = 1.2 * drill.seconds * drill.possible / max(len(drill.results), 1)
    return max(10, math.ceil(seconds / 10) * 10)


def _cost(drill: MutationDrill) -> str:
    tried = len(drill.results) - counts(drill.results)[Notice.LEFT_OUT]
    speed = f", {tried / drill.seconds:.0f} a second" if drill.seconds else ""
    return (
        f"{plural(tried, 'mutant')} in {drill.seconds:.1f} s{speed}, "
        f"{plural(drill.requests, 'request')} before them; --seed={drill.seed} draws the same again"
    )
