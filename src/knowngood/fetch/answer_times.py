"""Count in buckets how long answers took, so that millions of them take a few numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_STEPS: Final = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
_BOUNDS: Final = tuple(round(step * 10.0**power, 7) for power in range(-3, 2) for step in _STEPS)
"""Upper bounds of the buckets in seconds, from 1 ms to 80 s: the preferred numbers R10 of ISO 3.
Each is a quarter above the one before, so every time is known to a quarter."""

_REPORTED: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds that verdict documents have, some of ``_BOUNDS``."""


@dataclass(slots=True)
class AnswerTimes:
    """The answers of one origin by how long they took.

    Attributes:
        counts: how many are in each bucket; the last is for what took longer than any bound.
        seconds: how long all of them took together.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one answer."""
        self.counts[bisect_left(_BOUNDS, seconds)] += 1
        self.seconds += seconds

    def add_all(self, counts: Sequence[int], seconds: float) -> None:
        """Count the answers of another process."""
        self.counts = [ours + theirs for ours, theirs in zip(self.counts, counts, strict=True)]
        self.seconds += seconds

    @property
    def count(self) -> int:
        """How many answers there were."""
        return sum(self.counts)

    def quantile(self, share: float) -> float:
        """Return the seconds within which ``share`` of the answers came; 0 without answers.

        Within a bucket the answers are taken to be spread evenly, as Prometheus does.
        """
        rank, before = share * self.count, 0
        lows, highs = (0.0, *_BOUNDS), (*_BOUNDS, _BOUNDS[-1])
        for low, high, count in zip(lows, highs, self.counts, strict=True):
            if count and before + count >= rank:
                return low + (high - low) * (rank - before) / count
            before += count
        return 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what a verdict document has of it; the buckets are cumulative."""
        return {
            "count": self.count,
            "seconds": round(self.seconds, 3),
            "p50": round(self.quantile(0.5), 4),
            "p95": round(self.quantile(0.95), 4),
            "buckets": [
                {"seconds": bound, "count": sum(self.counts[: _BOUNDS.index(bound) + 1])}
                for bound in _REPORTED
            ],
        }
