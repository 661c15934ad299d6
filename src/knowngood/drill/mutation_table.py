"""What a drill of mutations prints: its blind spots first, in words and with what closes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Final

from ..safety import listed, one_line, plural
from .blind_spots import BlindSpot, blind_spots, path
from .mutant import MutantResult, MutationDrill, Notice
from .mutation_score import by_kind, counts, exit_code, percent, score

_WIDTH: Final = 100  # columns of the table
_KINDS: Final = 40  # rows of the table
_GROUPS: Final = 20  # blind spots in words, of one kind of URL and one mutation together
_ALIKE: Final = 3  # blind spots of such a group that are spelt out
_REASONS: Final = 5  # reasons for which mutants were left out
_LINE: Final = 400  # characters of any line: those to paste must be whole

_COLUMNS: Final = (*Notice, "score")
_KIND: Final = _WIDTH - sum(2 + len(column) for column in _COLUMNS)  # width of the first column


def lines(drill: MutationDrill, fail_under: float | None = None) -> Iterator[str]:
    """Yield the lines; ``fail_under`` is the least score in per cent, if one is asked for."""
    sections = (_table(drill.results), _spots(drill.results), _end(drill, fail_under))
    yield one_line(_headline(drill), _LINE)
    for section in sections:
        for line in section:
            yield one_line(line, _LINE)


def _headline(drill: MutationDrill) -> str:
    """Return what the suite would not notice, in a sentence."""
    numbers = counts(drill.results)
    missed, misnamed = numbers[Notice.MISSED], numbers[Notice.MISNAMED]
    total = missed + misnamed + numbers[Notice.CAUGHT]
    if not total:
        return f"{drill.environment}: no mutant counts: nothing is known of what the suite notices"
    if missed:
        worst = blind_spots(drill.results, Notice.MISSED)[0].sentence
        return (
            f"{drill.environment}: the suite would not notice {missed} of "
            f"{plural(total, 'mutant')}; the worst: {worst}"
        )
    but = f", but names another URL for {misnamed}" if misnamed else ""
    return f"{drill.environment}: the suite notices all of {plural(total, 'mutant')}{but}"


def _table(results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield a row for each kind of URL, those with the most blind spots first."""
    if not results:
        return
    kinds = by_kind(results)
    yield ""
    yield _row("kind of URL", _COLUMNS)
    for kind, mutants in islice(kinds.items(), _KINDS):
        yield _row(shortened(one_line(kind, _LINE), _KIND), _cells(mutants))
    if len(kinds) > _KINDS:
        rest = [mutant for mutants in list(kinds.values())[_KINDS:] for mutant in mutants]
        yield _row(f"{plural(len(kinds) - _KINDS, 'more kind')} of URL", _cells(rest))
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


def shortened(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` characters: of a long one, beginning and end."""
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"


def _spots(results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield the mutants that are not caught, in words."""
    missed = blind_spots(results, Notice.MISSED)
    yield from _section(
        "Missed, the worst first, each with what would catch it:",
        [spot for spot in missed if spot.first.weight >= 1],
    )
    yield from _section("Misnamed:", blind_spots(results, Notice.MISNAMED))
    yield from _section(
        "Missed, and of less weight: users may not notice these either:",
        [spot for spot in missed if spot.first.weight < 1],
    )
    yield from _section("Accepted:", blind_spots(results, Notice.ACCEPTED))


def _section(title: str, spots: Sequence[BlindSpot]) -> Iterator[str]:
    if not spots:
        return
    yield ""
    yield title
    groups = [
        list(group)
        for _, group in groupby(spots, lambda spot: (spot.first.kind, spot.first.mutation))
    ]
    for group in groups[:_GROUPS]:
        yield from _group(group)
    rest = sum(map(len, groups[_GROUPS:]))
    if rest:
        yield f"  … and {rest} more: --html-file=FILE and --json=FILE have all"


def _group(spots: Sequence[BlindSpot]) -> Iterator[str]:
    """Yield blind spots of one mutation at one kind of URL."""
    for spot in spots[:_ALIKE]:
        yield f"  {sentence(spot)}"
        if len(spot.places) > 1:
            yield f"      the same at {listed(spot.places[1:])}"
        if spot.first.notice is not Notice.ACCEPTED:
            yield from (f"      {line}" for line in spot.first.remedy.splitlines())
    if len(spots) > _ALIKE:
        first = spots[0].first
        yield f"  … and {len(spots) - _ALIKE} more of {first.mutation} at {path(first.kind)}"


def sentence(spot: BlindSpot) -> str:
    """Return in words what the suite does not do about a blind spot, or why that is accepted."""
    if spot.first.notice is Notice.MISNAMED:
        return f"{spot.sentence}: the first cause names {path(spot.first.named) or 'no URL'}"
    if spot.first.notice is Notice.ACCEPTED:
        return f"{spot.sentence}: {spot.first.reason}"
    return f"nothing notices when {spot.sentence}"


def _end(drill: MutationDrill, fail_under: float | None) -> Iterator[str]:
    """Yield what was left out, the score, what it cost, and whether it is enough."""
    left_out = Counter(r.reason for r in drill.results if r.notice is Notice.LEFT_OUT)
    yield ""
    for reason, count in left_out.most_common(_REASONS):
        yield f"left out: {plural(count, 'mutant')}: {reason}"
    if len(left_out) > _REASONS:
        rest = left_out.total() - sum(n for _, n in left_out.most_common(_REASONS))
        yield f"left out: {plural(rest, 'mutant')} for other reasons"
    if drill.possible > len(drill.results):
        yield (
            f"tried {len(drill.results)} of {drill.possible} mutants in the time: "
            "--seconds=N gives more"
        )
    share = score(drill.results)
    yield f"score: {percent(share)}; {_cost(drill)}"
    if fail_under is not None:
        code = exit_code(share, fail_under)
        yield f"--fail-under={fail_under:g}: {'below it' if code else 'reached'} (exit {code})"


def _cost(drill: MutationDrill) -> str:
    tried = len(drill.results) - counts(drill.results)[Notice.LEFT_OUT]
    speed = f", {tried / drill.seconds:.0f} a second" if drill.seconds else ""
    return (
        f"{plural(tried, 'mutant')} in {drill.seconds:.1f} s{speed}, "
        f"{plural(drill.requests, 'request')} before them; --seed={drill.seed} draws the same again"
    )
