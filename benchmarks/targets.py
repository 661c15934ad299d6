"""What must hold, and whether it did. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from .results import (
    BARE,
    CONCURRENCY,
    DRILL,
    FLOOR,
    NAIVE8,
    ONE,
    OURS,
    OURS2,
    VERIFY,
    Results,
    at_once,
)

MEGABYTE: Final = 1_000_000
SMALL, LARGE = 100, 400
MANY_RECORDS = 50_000
STARTS = {ONE: 0.15, VERIFY: 0.35}
"""Seconds that one check may take over one test of pytest alone."""
DRILLED = 0.8
"""Seconds that a run of a drill may take beside its checks: it starts and ends a deployment."""

IN_FLIGHT = 60
AT_ONCE = (128, 256)

CPU = 4.2
"""Seconds: half of what the run took on the machine on which the target was set."""


@dataclass(frozen=True, slots=True)
class Target:
    """One demand. ``met`` is None if it was not measured."""

    demand: str
    measured: str = "not measured"
    met: bool | None = None


def judge(results: Results) -> list[Target]:
    """Every target."""
    return [
        _near_the_floor(results),
        _always_in_flight(results),
        *_faster_with_more_at_once(results),
        _little_cpu(results),
        _fast_in_two_processes(results),
        _faster_than_naive(results),
        _small(results),
        *_flat_and_linear(results),
        _asked_quickly(results),
        *_starts_quickly(results),
    ]


def _near_the_floor(results: Results) -> Target:
    demand = f"at {results.rtt} ms: at most 1.15 x floor + 1.5 s"
    ours = results.runs.get((OURS, results.rtt))
    floor = results.runs.get((FLOOR, results.rtt))
    if ours is None or floor is None:
        return Target(demand)
    limit = 1.15 * floor.seconds + 1.5
    return Target(demand, f"{ours.seconds:.1f} s, allowed {limit:.1f} s", ours.seconds <= limit)


def _always_in_flight(results: Results) -> Target:
    demand = f"at {results.rtt} ms: at least {IN_FLIGHT} of {CONCURRENCY} requests in flight"
    ours = results.runs.get((OURS, results.rtt))
    if ours is None or not ours.in_flight:
        return Target(demand)
    count = median(ours.in_flight)
    return Target(demand, f"{count:.0f}", count >= IN_FLIGHT)


def _faster_with_more_at_once(results: Results) -> Iterator[Target]:
    """Twice the requests at once must not make a run slower; how much faster it gets, until the
    CPU is the limit, depends on the machine.
    """
    for count in AT_ONCE:
        demand = f"at {results.rtt} ms: faster with {count} at a time than with {count // 2}"
        fewer = results.runs.get((at_once(OURS, count // 2), results.rtt))
        more = results.runs.get((at_once(OURS, count), results.rtt))
        if fewer is None or more is None:
            yield Target(demand)
            continue
        factor = fewer.seconds / more.seconds
        yield Target(demand, f"{factor:.2f} x", factor >= 1)


def _little_cpu(results: Results) -> Target:
    demand = f"at 0 ms: at most {CPU:g} s of CPU"
    ours = results.runs.get((OURS, 0))
    if ours is None:
        return Target(demand)
    return Target(demand, f"{median(ours.cpu):.1f} s", median(ours.cpu) <= CPU)


def _fast_in_two_processes(results: Results) -> Target:
    demand = "at 0 ms: -n 2 takes at most 0.65 x one process"
    one, two = results.runs.get((OURS, 0)), results.runs.get((OURS2, 0))
    if one is None or two is None:
        return Target(demand)
    factor = two.seconds / one.seconds
    return Target(demand, f"{factor:.2f} x", factor <= 0.65)


def _faster_than_naive(results: Results) -> Target:
    demand = f"at {results.rtt} ms: at least 5 x faster than naive -n 8"
    ours = results.runs.get((OURS, results.rtt))
    naive = results.runs.get((NAIVE8, results.rtt))
    if ours is None or naive is None:
        return Target(demand)
    factor = naive.seconds / ours.seconds
    return Target(demand, f"{factor:.1f} x", factor >= 5)


def _small(results: Results) -> Target:
    demand = "peak memory of any run: at most 250 MB"
    peaks = [peak for (name, _), s in results.runs.items() if name == OURS for peak in s.peak]
    peaks += [peak for series in results.scaling.values() for peak in series.peak]
    if not peaks:
        return Target(demand)
    return Target(demand, f"{max(peaks) / MEGABYTE:.0f} MB", max(peaks) <= 250 * MEGABYTE)


def _flat_and_linear(results: Results) -> Iterator[Target]:
    demand = f"peak with {LARGE} locales: at most 1.25 x that with {SMALL}"
    if SMALL in results.scaling and LARGE in results.scaling:
        factor = max(results.scaling[LARGE].peak) / max(results.scaling[SMALL].peak)
        yield Target(demand, f"{factor:.2f} x", factor <= 1.25)
    else:
        yield Target(demand)
    demand = "time linear in locales: r² at least 0.99, no point 15 % off"
    line = results.line()
    if line is None:
        yield Target(demand)
    else:
        yield Target(
            demand,
            f"r² {line.r_squared:.4f}, at most {100 * line.deviation:.0f} % off",
            line.r_squared >= 0.99 and line.deviation <= 0.15,
        )


def _asked_quickly(results: Results) -> Target:
    demand = f"{MANY_RECORDS:,} records: each command within 0.5 s of CPU and 60 MB"
    large = [series for (_, count), series in results.records.items() if count == MANY_RECORDS]
    if not large:
        return Target(demand)
    cpu = max(median(series.cpu) for series in large)
    peak = max(max(series.peak) for series in large) / MEGABYTE
    return Target(demand, f"{cpu:.2f} s, {peak:.0f} MB", cpu <= 0.5 and peak <= 60)


def _starts_quickly(results: Results) -> Iterator[Target]:
    bare = results.starts.get(BARE)
    for name, most in STARTS.items():
        demand = f"{name}: at most {most:g} s over pytest with one test"
        series = results.starts.get(name)
        if series is None or bare is None:
            yield Target(demand)
            continue
        over = series.seconds - bare.seconds
        yield Target(demand, f"{over:.2f} s", over <= most)
    demand = f"{DRILL}: at most {DRILLED:g} s"
    drill = results.starts.get(DRILL)
    if drill is None:
        yield Target(demand)
    else:
        yield Target(demand, f"{drill.seconds:.2f} s", drill.seconds <= DRILLED)
