"""Words for counts and lists, tables for a terminal, and what prints a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

Say: TypeAlias = Callable[[str], None]
"""Prints a line, or has it printed."""


def plural(count: int, word: str) -> str:
    """Return ``1 case`` or ``2 cases``."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, ``most`` of them, and how many more there are."""
    return " ".join([", ".join(names[:most]), *and_more(len(names) - most)])


def and_more(left: int, what: str = "") -> list[str]:
    """Return, as a member of a list, how many are left that it does not show; none for none."""
    return [f"and {left} more{what}"] if left > 0 else []


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row, with cells that stand below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
