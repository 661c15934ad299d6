"""Words for counts and lists, as every message has them, and what prints a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

Say: TypeAlias = Callable[[str], None]
"""Prints a line, or has it printed."""


def plural(count: int, word: str) -> str:
    """Return ``1 case`` or ``2 cases``."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, ``most`` of them, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
