"""How much a run of the benchmarks measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. Of ``alone`` and ``parallel`` URLs a naive suite runs one;
    ``workers`` is what the parallel one divides them among. At the last of ``rtts`` our run is
    measured with each of ``at_once``, too. ``starts`` is how often start-up is measured.
    """

    repeat: int
    locales: int
    rtts: tuple[int, ...]
    at_once: tuple[int, ...]
    ladder: tuple[int, ...]
    workers: int
    alone: int
    parallel: int
    files: int
    documents: int
    burst: int
    records: tuple[int, ...]
    starts: int


FULL: Final = Scale(
    repeat=3,
    locales=100,
    rtts=(0, 50),
    at_once=(64, 128, 256),
    ladder=(25, 50, 100, 200, 400),
    workers=8,
    alone=40,
    parallel=10,
    files=2940,
    documents=98,
    burst=5000,
    records=(100, 1000, 10_000, 50_000),
    starts=15,
)
QUICK: Final = Scale(
    repeat=1,
    locales=3,
    rtts=(5,),
    at_once=(64, 128),
    ladder=(3, 4, 5),
    workers=2,
    alone=10,
    parallel=10,
    files=100,
    documents=3,
    burst=200,
    records=(50, 100),
    starts=1,
)

Say = Callable[[str], None]
"""Tells what goes on."""
