"""Word counts and lists, and lay out tables for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400

Say: TypeAlias = Callable[[str], None]
"""Prints a line."""


def plural(count: int, word: str) -> str:
    """Return ``1 case`` or ``2 cases``."""
    return f"{count} {word if count == 1 else plural_of(word)}"


def plural_of(word: str) -> str:
    """Return ``cases``, ``aliases`` or ``categories``."""
    if re.search(r"(?:s|x|z|ch|sh)\Z", word):
        return f"{word}es"
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y\Z", word) else f"{word}s"


def duration(seconds: float) -> str:
    """Return a duration in its best unit: ``50 s``, ``42 min``, ``5 h``, ``3 days``."""
    for unit, size, most in (
        ("s", 1, 2 * _MINUTE),
        ("min", _MINUTE, 2 * _HOUR),
        ("h", _HOUR, 2 * _DAY),
    ):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return plural(round(seconds / _DAY), "day")


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first ``most`` names, and how many more there are."""
    return " ".join([", ".join(names[:most]), *and_more(len(names) - most)])


def and_more(count: int, ending: str = "") -> list[str]:
    """Return a list with ``and COUNT more``, to add to a list that is cut; empty for no more."""
    return [f"and {count} more{ending}"] if count > 0 else []


def nearest(name: str, names: Iterable[str], likeness: float = 0.6) -> str:
    """Return the one of ``names`` that was nearly written; empty for none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1, likeness)), "")


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row, with aligned cells."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
