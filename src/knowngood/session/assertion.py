"""What a failed comparison shows, where its sides are large.

pytest explains a comparison line by line and letter by letter, which takes minutes and gigabytes
for two pages of ten megabytes, and prints what it finds.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

LARGE: Final = 20_000
"""Characters and members of a side of a comparison that pytest explains itself."""

_AROUND: Final = 40  # characters shown before and after the first difference
_BLOCK: Final = 4096


class _Excerpt(reprlib.Repr):
    """The beginning of anything, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 100
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = self.maxfrozenset = 4
        self.maxlevel = 3

    def repr_bytes(self, value: bytes, level: int) -> str:
        return repr(value[:100]) + ("..." if len(value) > 100 else "")


_excerpt: Final = _Excerpt().repr


def explanation(operator: str, left: Any, right: Any) -> str | None:
    """A comparison that did not hold, in a few lines; None where pytest may explain it itself."""
    if _size(left, LARGE) < LARGE and _size(right, LARGE) < LARGE:
        return None
    told = [f"assert {_excerpt(left)} {operator} {_excerpt(right)}"]
    told += [f"left: {_measure(left)}, right: {_measure(right)}"]
    place = _first_difference(left, right) if operator == "==" else None
    if place is not None:
        told += [f"they differ first at {place}:"]
        told += [_excerpt(side[max(0, place - _AROUND) :][: 2 * _AROUND]) for side in (left, right)]
    return "\n".join(told)


def _size(value: Any, most: int) -> int:
    """How large ``value`` is, roughly; what is ``most`` or more is not looked into further."""
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if not isinstance(value, Mapping | Sequence | Set):
        return 1
    size = len(value)
    parts = [*value, *value.values()] if isinstance(value, Mapping) and size < most else value
    for part in parts if size < most else ():
        size += _size(part, most - size)
        if size >= most:
            break
    return size


def _measure(value: Any) -> str:
    named = type(value).__name__
    return f"{named} of {len(value)}" if hasattr(value, "__len__") else named


def _first_difference(left: Any, right: Any) -> int | None:
    """Where two sequences of one type part; None for anything else."""
    if type(left) is not type(right) or not isinstance(left, str | bytes | list | tuple):
        return None
    start = 0
    while left[start : start + _BLOCK] == right[start : start + _BLOCK]:
        start += _BLOCK
    pairs = zip(left[start : start + _BLOCK], right[start : start + _BLOCK], strict=False)
    differing = (number for number, (one, other) in enumerate(pairs) if one != other)
    shorter = min(len(left), len(right), start + _BLOCK) - start
    return start + next(differing, shorter)
