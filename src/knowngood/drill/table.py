"""The table of a drill of faults: a row for each run, and a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..safety import one_line
from .results import DrillResult

_NAME_WIDTH: Final = 44
_SHOWN: Final = 2  # checks that are named in a row


def row(result: DrillResult) -> Iterator[str]:
    """Yield the lines for one run."""
    caught = ", ".join(map(_short, result.caught_by[:_SHOWN]))
    rest = len(result.caught_by) - _SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    mark = "ok  " if result.right else "MISS"
    yield (
        f"{mark} {one_line(result.name, 100):{_NAME_WIDTH}} {' or '.join(result.expected):12} "
        f"{result.got:12} {result.seconds:5.1f} s  {caught}{more}"
    )
    if not result.right:
        yield f"     {one_line(result.reason, 300)}"
        if result.quiet:
            quiet = ", ".join(map(_short, result.quiet))
            yield f"     claim to catch it, and did not fail: {quiet}"


def summary(results: Sequence[DrillResult], seconds: float, pairs: int, seed: int) -> Iterator[str]:
    """Yield how many runs ended as they should, and the names of those that did not."""
    missed = [one_line(result.name, 100) for result in results if not result.right]
    right = len(results) - len(missed)
    yield ""
    yield f"{right} of {len(results)} as expected in {seconds:.0f} s; {pairs} pairs, seed {seed}"
    if missed:
        yield f"missed: {', '.join(missed)}"


def _short(check: str) -> str:
    return check.removeprefix("test_").replace(".py::test_", ": ").replace("_", " ")
