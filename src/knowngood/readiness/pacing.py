"""Decide how long to wait between two looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 5.0
"""Seconds."""


def pauses() -> Iterator[float]:
    """Yield the seconds of one pause after another. Each is half longer than the one before."""
    pause = FIRST
    while True:
        yield pause
        pause = min(LONGEST, pause * 1.5)
