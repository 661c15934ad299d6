"""Explain a failed comparison whose sides are large.

pytest explains a comparison line by line and letter by letter. For two pages of ten megabytes that
takes minutes and gigabytes, and prints all of it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

LARGE: Final = 20_000
"""Characters or members of one side up to which pytest explains a comparison itself."""

_AROUND: Final = 40  # characters shown before and after the first difference
_BLOCK: Final = 4096  # compared at once


class _Excerpt(reprlib.Repr):
    """Represents the beginning of any value in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 100
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = self.maxfrozenset = 4
        self.maxlevel = 3

    def repr_bytes(self, value: bytes, level: int) -> str:
        return repr(value[:100]) + ("..." if len(value) > 100 else "")


_excerpt: Final = _Excerpt().repr


def explanation(operator: str, left: Any, right: Any) -> str | None:
    """Return a few lines on a failed comparison; None where pytest may explain it itself."""
    if _size(left, LARGE) < LARGE and _size(right, LARGE) < LARGE:
        return None
    lines = [f"assert {_excerpt(left)} {operator} {_excerpt(right)}"]
    lines += [f"left: {_type_and_length(left)}, right: {_type_and_length(right)}"]
    place = _first_difference(left, right) if operator == "==" else None
    if place is not None:
        start = max(0, place - _AROUND)
        lines += [f"the first difference is at {place}:"]
        lines += [_excerpt(side[start : start + 2 * _AROUND]) for side in (left, right)]
    return "\n".join(lines)


def _size(value: Any, limit: int) -> int:
    """Return about how many characters and members ``value`` has; stop counting at ``limit``."""
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if not isinstance(value, Mapping | Sequence | Set):
        return 1
    size = len(value)
    if size >= limit:
        return size
    for member in [*value, *value.values()] if isinstance(value, Mapping) else value:
        size += _size(member, limit - size)
        if size >= limit:
            break
    return size


def _type_and_length(value: Any) -> str:
    name = type(value).__name__
    return f"{name} of {len(value)}" if hasattr(value, "__len__") else name


def _first_difference(left: Any, right: Any) -> int | None:
    """Return the first index at which two sequences of one type differ; None for other values."""
    if type(left) is not type(right) or not isinstance(left, str | bytes | list | tuple):
        return None
    start = 0
    while left[start : start + _BLOCK] == right[start : start + _BLOCK]:
        start += _BLOCK
    pairs = zip(left[start : start + _BLOCK], right[start : start + _BLOCK], strict=False)
    differing = (number for number, (one, other) in enumerate(pairs) if one != other)
    shorter = min(len(left), len(right), start + _BLOCK) - start
    return start + next(differing, shorter)
