"""The table of a drill of faults: a row for each run, and a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..safety import listed, one_line, plural
from .fault_results import DrillResult

_NAME, _NAMED = 44, 36  # widths of columns
_CHECKS: Final = 2  # checks that a row lists
_CAUSES: Final = 3  # causes that are listed below a row

HEADER: Final = (
    f"     {'fault':{_NAME}} {'expected':12} {'got':12} {'time':>7}  {'named':{_NAMED}}  caught by"
)
"""The first line of the table."""


def row(result: DrillResult) -> Iterator[str]:
    """Yield the lines for one run."""
    caught = listed(list(map(_short, result.caught_by)), _CHECKS)
    mark = "ok  " if result.right else "MISS"
    yield (
        f"{mark} {one_line(result.name, 100):{_NAME}} {' or '.join(result.expected):12} "
        f"{result.got:12} {result.seconds:5.1f} s  {_named(result):{_NAMED}}  {caught}"
    )
    if not result.right:
        yield from _why_missed(result)


def _named(result: DrillResult) -> str:
    """Return the path that the first cause names, marked where that is a miss."""
    if result.misnamed:
        return one_line(f"MISS {result.named}", _NAMED)
    return one_line(result.named, _NAMED) or "-"


def _why_missed(result: DrillResult) -> Iterator[str]:
    yield f"     {one_line(result.reason, 300)}"
    if result.quiet:
        quiet = ", ".join(map(_short, result.quiet))
        yield f"     claim to catch it, and did not fail: {quiet}"
    if result.misnamed:
        yield f"     the verdict {one_line(result.misnamed, 300)}"
        for cause in result.causes[:_CAUSES]:
            yield f"     - {one_line(cause, 300)}"


def summary(results: Sequence[DrillResult], seconds: float, pairs: int, seed: int) -> Iterator[str]:
    """Yield how many runs ended as they should and named the fault, and which did not."""
    missed = [one_line(result.name, 100) for result in results if not result.right]
    right = len(results) - len(missed)
    judged = [result for result in results if result.named or result.misnamed]
    named = sum(not result.misnamed for result in judged)
    yield ""
    yield (
        f"{right} of {len(results)} as expected, {named} of {len(judged)} named, "
        f"in {seconds:.0f} s; {plural(pairs, 'pair')}, seed {seed}"
    )
    if missed:
        yield f"missed: {', '.join(missed)}"


def _short(check: str) -> str:
    return check.removeprefix("test_").replace(".py::test_", ": ").replace("_", " ")
