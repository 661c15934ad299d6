"""What was measured, as data: the tables, the targets and ``--json`` are made from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import linear_regression, median

from .process import Usage

Key = tuple[str, int]
"""What was run, and the round-trip time in milliseconds, or how many records there were."""

OURS, OURS2, FLOOR, HURL = "ours", "ours in two processes", "floor", "hurl"
NAIVE, NAIVE8 = "naive alone", "naive in parallel"
BARE, ONE = "pytest, one test", "pytest --env, one check"
VERIFY, DRILL = "knowngood verify, one check", "a run of a drill, one check"

CONCURRENCY = 64
"""Requests under way at once, for us and for everything we are compared with."""


def at_once(name: str, count: int) -> str:
    """Return the name of a run with another number of requests at once than usual."""
    return name if count == CONCURRENCY else f"{name}, {count} at a time"


@dataclass(slots=True)
class Series:
    """The repetitions of one measurement: of wall and CPU time, of peak memory, and of the median
    of the requests in flight.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    note: str = ""

    def add(self, usage: Usage, note: str = "", in_flight: int | None = None) -> None:
        """Add one repetition; ``in_flight`` is None if it was not measured."""
        self.wall.append(usage.wall)
        self.cpu.append(usage.cpu)
        self.peak.append(usage.peak)
        self.in_flight += [] if in_flight is None else [in_flight]
        self.note = note or self.note

    @property
    def seconds(self) -> float:
        """The median time."""
        return median(self.wall)


@dataclass(slots=True)
class Results:
    """All that one run of the benchmarks measured."""

    repeat: int
    locales: int
    rtt: int
    quick: bool = False
    measured_rtt: dict[int, float] = field(default_factory=dict)
    requests: int = 0
    claims: int = 0
    ceilings: dict[str, list[float]] = field(default_factory=dict)
    runs: dict[Key, Series] = field(default_factory=dict)
    scaling: dict[int, Series] = field(default_factory=dict)
    transports: dict[Key, Series] = field(default_factory=dict)
    schemas: dict[str, Series] = field(default_factory=dict)
    records: dict[Key, Series] = field(default_factory=dict)
    starts: dict[str, Series] = field(default_factory=dict)

    def series(self, name: str, rtt: int) -> Series:
        """The repetitions of one run, to which more can be added."""
        return self.runs.setdefault((name, rtt), Series())

    def line(self) -> Line | None:
        """How time grows with locales; None with fewer than three points."""
        points = [(count, series.seconds) for count, series in sorted(self.scaling.items())]
        return Line.through(points) if len(points) > 2 else None

    def to_json(self) -> dict[str, object]:
        """Plain data; a pair of name and number becomes one key."""
        return {
            "repeat": self.repeat,
            "locales": self.locales,
            "rtt_ms": self.rtt,
            "quick": self.quick,
            "measured_rtt_ms": self.measured_rtt,
            "requests": self.requests,
            "claims": self.claims,
            "requests_per_second": self.ceilings,
            "runs": _plain(self.runs.items()),
            "scaling": {count: _series(series) for count, series in self.scaling.items()},
            "transports": _plain(self.transports.items()),
            "schemas": {name: _series(series) for name, series in self.schemas.items()},
            "records": {f"{name}, {n}": _series(s) for (name, n), s in self.records.items()},
            "starts": {name: _series(series) for name, series in self.starts.items()},
        }


@dataclass(frozen=True, slots=True)
class Line:
    """The least-squares line through points, and how well it fits.

    ``deviation`` is the largest relative distance of a point from the line.
    """

    slope: float
    intercept: float
    r_squared: float
    deviation: float

    @classmethod
    def through(cls, points: list[tuple[int, float]]) -> Line:
        """Fit; at least two points that differ."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        slope, intercept = linear_regression(xs, ys)
        fitted = [intercept + slope * x for x in xs]
        middle = sum(ys) / len(ys)
        rest = sum((y - fit) ** 2 for y, fit in zip(ys, fitted, strict=True))
        spread = sum((y - middle) ** 2 for y in ys)
        deviation = max(abs(y - fit) / y for y, fit in zip(ys, fitted, strict=True))
        return cls(slope, intercept, 1 - rest / spread if spread else 1.0, deviation)


def _plain(items: Iterable[tuple[Key, Series]]) -> dict[str, object]:
    return {f"{name}, {rtt} ms": _series(series) for (name, rtt), series in items}


def _series(series: Series) -> dict[str, object]:
    return {
        "wall": series.wall,
        "cpu": series.cpu,
        "peak": series.peak,
        "in_flight": series.in_flight,
        "note": series.note,
    }
