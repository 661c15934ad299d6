"""What a person sees of a drill: a row for each run, and what it comes to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..safety.sanitize import one_line

if TYPE_CHECKING:
    from .faults import DrillResult

_WIDE = 44  # characters of a fault's name


def row(result: DrillResult) -> None:
    """One run, as it ends."""
    caught = ", ".join(map(_short, result.caught_by[:2]))
    more = f" and {len(result.caught_by) - 2} more" if len(result.caught_by) > 2 else ""
    mark = "ok  " if result.right else "MISS"
    _line(
        f"{mark} {one_line(result.name, 100):{_WIDE}} {' or '.join(result.expected):12} "
        f"{result.got:12} {result.seconds:5.1f} s  {caught}{more}"
    )
    if not result.right:
        _line(f"     {one_line(result.reason, 300)}")
        if result.quiet:
            _line(f"     said nothing: {', '.join(map(_short, result.quiet))}")


def summary(results: Sequence[DrillResult], seconds: float, pairs: int, seed: int) -> None:
    """How many ended as they should."""
    missed = [each.name for each in results if not each.right]
    right = len(results) - len(missed)
    _line("")
    _line(f"{right} of {len(results)} as expected in {seconds:.0f} s; {pairs} pairs, seed {seed}")
    if missed:
        _line(f"missed: {', '.join(one_line(name, 100) for name in missed)}")


def _short(check: str) -> str:
    return check.removeprefix("test_").replace(".py::test_", ": ").replace("_", " ")


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
