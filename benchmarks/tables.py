"""Results as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from .results import Key, Results, Series
from .targets import MEGABYTE, Target

_HEAD: Final = ("", "RTT", "seconds", "range", "CPU s", "peak MB", "in flight", "")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in aligned columns: the first to the left, numbers to the right, notes as they are."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *middle, last = row
        cells = [text.rjust(width) for text, width in zip(middle, widths[1:-1], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells, last]).rstrip()


def runs(results: Results) -> Iterator[str]:
    """Full runs, the floor, the naive suites."""
    yield (
        f"full runs: {results.locales} locales, {results.claims} cases, "
        f"{results.requests} requests, median of {results.repeat}"
    )
    yield from table([_HEAD, *_timed(results.runs.items())])
    yield (
        "peak: resident memory of the process tree without servers, highest of all repetitions, "
        "sampled every 0.1 s and at least ru_maxrss"
    )
    yield (
        "in flight: requests that wait for their first byte, the median over time from the first "
        "answer to the last, counted by the proxy that delays"
    )
    yield (
        "extrapolated: start-up is measured apart, the cost of a URL in every Nth of them, "
        "and multiplied"
    )


def scaling(results: Results) -> Iterator[str]:
    """How time and memory grow with locales."""
    yield f"locales: our full run at RTT 0, median of {results.repeat}"
    rows = [(f"{count} locales", 0, series) for count, series in sorted(results.scaling.items())]
    yield from table([_HEAD, *(_row(name, rtt, series) for name, rtt, series in rows)])
    line = results.line()
    if line is not None:
        yield (
            f"{1000 * line.slope:.1f} ms a locale + {line.intercept:.2f} s, "
            f"r² {line.r_squared:.4f}, largest deviation {100 * line.deviation:.1f} %"
        )


def transports(results: Results) -> Iterator[str]:
    """What a transport costs."""
    yield f"transports: the same small files, median of {results.repeat}"
    yield from table([_HEAD, *_timed(results.transports.items())])


def schemas(results: Results) -> Iterator[str]:
    """What a validator costs."""
    yield f"schemas: large date_format.json documents, median of {results.repeat}"
    yield from table([_HEAD, *_untimed(results.schemas)])


def records(results: Results) -> Iterator[str]:
    """What it costs to ask many records, and how that grows with their number."""
    yield f"records: whole commands without a fetch, median of {results.repeat}"
    ordered = sorted(results.records.items())
    rows = [_row(f"knowngood {name}", None, series) for (name, _), series in ordered]
    yield from table([_HEAD, *rows])
    counts = [count for _, count in results.records]
    for name in sorted({name for name, _ in results.records}):
        few, many = (results.records[name, count] for count in (min(counts), max(counts)))
        growth = median(many.cpu) - median(few.cpu)
        larger = (max(many.peak) - max(few.peak)) / MEGABYTE
        yield (
            f"  knowngood {name}: from {min(counts):,} to {max(counts):,} records "
            f"{growth:+.2f} s of CPU, {larger:+.0f} MB"
        )


def starts(results: Results) -> Iterator[str]:
    """What it costs to start and to end."""
    count = max(len(series.wall) for series in results.starts.values())
    yield f"start-up: whole commands, median of {count}"
    yield from table([_HEAD, *_untimed(results.starts)])


def ceilings(results: Results) -> Iterator[str]:
    """What the proxy could do, and the delays that were measured."""
    yield "server and proxy: curl --parallel, one small file, requests a second"
    for name, rates in results.ceilings.items():
        yield f"  {name}: {sorted(rates)[len(rates) // 2]:,.0f}"
    yield "  the delay also holds a new connection back by one round trip, as a handshake does"
    for rtt, measured in results.measured_rtt.items():
        yield f"  RTT {rtt} ms: {measured:.2f} ms on a kept connection"


def targets(demands: Iterable[Target], judged: bool) -> Iterator[str]:
    """Each target, what was measured, and whether it was met."""
    yield "targets" if judged else "targets (not judged: --quick is too small)"
    words = {True: "met", False: "MISSED", None: ""}
    yield from table([(t.demand, t.measured, words[t.met] if judged else "") for t in demands])


def _timed(items: Iterable[tuple[Key, Series]]) -> list[tuple[str, ...]]:
    return [_row(name, rtt, series) for (name, rtt), series in items]


def _untimed(runs: Mapping[str, Series]) -> list[tuple[str, ...]]:
    """Return the rows of what has no round-trip time."""
    return [_row(name, None, series) for name, series in runs.items()]


def _row(name: str, rtt: int | None, series: Series) -> tuple[str, ...]:
    low, high = min(series.wall), max(series.wall)
    cpu = sorted(series.cpu)[len(series.cpu) // 2]
    return (
        name,
        "" if rtt is None else f"{rtt} ms",
        f"{series.seconds:.2f}",
        f"{low:.2f}–{high:.2f}",
        f"{cpu:.2f}" if cpu else "",
        f"{max(series.peak) / MEGABYTE:.0f}" if any(series.peak) else "",
        f"{median(series.in_flight):.0f}" if series.in_flight else "",
        series.note,
    )
