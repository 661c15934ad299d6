"""Write the history as one HTML file for people, which loads nothing.

Each day is a strip of verdicts from midnight to midnight (UTC). Answer times are a chart over all
days, incidents a table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ..environment import Environment
from ..report import html_template
from ..safety import UsageError, duration, write_atomically
from ..verdict import VerdictKind
from .history import Incident, Span, date_and_time, incidents, milliseconds, spans
from .run import WatchedRun

_DAY: Final = 86400
_POINTS: Final = 200  # of the chart of answer times: a template writes 4000 characters at most
_INCIDENTS: Final = {"FAILED": "failed", "flapping": "failed", "blind": "unsettled"}


def write(path: Path, environment: Environment, runs: Sequence[WatchedRun], now: float) -> None:
    """Write the page of ``runs``, in order, to ``path`` whole or not at all.

    ``now`` is in seconds since the epoch. Raises UsageError if it cannot be written.
    """
    try:
        write_atomically(path, page(environment, runs, now))
    except OSError as error:
        raise UsageError(f"--html {path}: not written: {error.strerror or error}") from None


def page(environment: Environment, runs: Sequence[WatchedRun], now: float) -> str:
    """Return the page."""
    alike = spans(runs)
    return html_template.render(
        "watch/history_page.html.j2",
        ("report/html_page.css", "watch/history_page.css"),
        {},
        environment=environment,
        written=date_and_time(now),
        figures=list(_figures(runs)),
        days=list(_days(alike, now)),
        chart=_chart(runs),
        incidents=[_incident(i, now) for i in incidents(runs, environment.watch)][::-1],
        spans=[_span(span) for span in alike][::-1],
    )


def _figures(runs: Sequence[WatchedRun]) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and colour of the figures at the top of the page."""
    judged = [run for run in runs if run.is_judged]
    passed = sum(run.verdict is VerdictKind.PASSED for run in judged)
    yield "runs", str(len(runs)), ""
    if runs:
        last = runs[-1]
        yield "last verdict", last.verdict, html_template.colour_of(last.verdict)
        yield "release", last.release or "-", ""
    if judged:
        yield "passed, of those that could judge", f"{100 * passed / len(judged):.2f} %", ""
    if len(judged) < len(runs):
        yield "could not judge", str(len(runs) - len(judged)), "unsettled"


def _days(alike: Sequence[Span], now: float) -> Iterator[Mapping[str, Any]]:
    """Yield the strip of each day with runs, the last day first."""
    changes = _release_changes(alike)
    ends = [alike[0].first.began, alike[-1].until] if alike else [1.0, 0.0]
    first, last = (int(end // _DAY) for end in ends)
    for day in range(last, first - 1, -1):
        begin = day * _DAY
        parts = [
            _part(span, begin)
            for span in alike
            if span.first.began < begin + _DAY and span.until > begin
        ]
        marks = [
            {
                "left": _percent(when - begin),
                "anchor": "start" if when - begin < _DAY / 2 else "end",
                "words": f"{release} since {date_and_time(when)[11:]}",
            }
            for when, release in changes
            if begin <= when < begin + _DAY
        ]
        if parts:
            now_at = _percent(max(0.0, min(now - begin, _DAY)))
            yield {"date": date_and_time(begin)[:10], "parts": parts, "marks": marks, "now": now_at}


def _part(span: Span, begin: float) -> Mapping[str, Any]:
    """Return the part of a span on the day that begins at ``begin``."""
    left, right = max(span.first.began - begin, 0.0), min(span.until - begin, _DAY)
    return {
        "left": _percent(left),
        "width": _percent(right - left),
        "state": html_template.colour_of(span.first.verdict),
        "title": ": ".join(filter(None, (_when(span), span.words))),
    }


def _when(span: Span) -> str:
    release = f", {span.first.release}" if span.first.release else ""
    begin, end = date_and_time(span.first.began)[11:], date_and_time(span.until)[11:]
    return f"{begin}–{end} {span.first.verdict}{release}"


def _percent(seconds: float) -> str:
    return f"{100 * seconds / _DAY:.3f}%"


def _release_changes(alike: Sequence[Span]) -> list[tuple[float, str]]:
    """Return when each release was seen first, without the release of the first run."""
    named = [span for span in alike if span.first.release is not None]
    return [
        (after.first.began, str(after.first.release))
        for before, after in pairwise(named)
        if after.first.release != before.first.release
    ]


def _chart(runs: Sequence[WatchedRun]) -> Mapping[str, Any] | None:
    """Return the lines of p50 and p95 in a box of 1000 by 100; None if fewer than two runs have
    times.
    """
    timed = [run for run in runs if run.p50 is not None and run.p95 is not None]
    if len(timed) < 2:
        return None
    begin, seconds = timed[0].began, timed[-1].began - timed[0].began or 1.0
    size = math.ceil(len(timed) / _POINTS)
    groups = [timed[start : start + size] for start in range(0, len(timed), size)]
    most = max(run.p95 or 0.0 for run in timed) or 1.0

    def line(values: list[float]) -> str:
        return " ".join(
            f"{1000 * (group[0].began - begin) / seconds:.1f},{100 - 100 * value / most:.2f}"
            for group, value in zip(groups, values, strict=True)
        )

    return {
        "p50": line([sum(run.p50 or 0.0 for run in group) / len(group) for group in groups]),
        "p95": line([max(run.p95 or 0.0 for run in group) for group in groups]),
        "most": milliseconds(most),
        "begin": date_and_time(begin),
        "end": date_and_time(timed[-1].began),
    }


def _incident(incident: Incident, now: float) -> Mapping[str, Any]:
    end = incident.until
    return {
        "kind": incident.kind,
        "state": _INCIDENTS[incident.kind],
        "begin": date_and_time(incident.since),
        "end": date_and_time(end) if end is not None else "lasts",
        "duration": duration((end if end is not None else now) - incident.since),
        "release": incident.release or "-",
        "causes": incident.causes,
    }


def _span(span: Span) -> Mapping[str, Any]:
    return {
        "begin": date_and_time(span.first.began),
        "end": date_and_time(span.until)[11:],
        "runs": len(span.runs),
        "release": span.first.release or "-",
        "verdict": span.first.verdict,
        "state": html_template.colour_of(span.first.verdict),
        "p50": milliseconds(span.p50),
        "p95": milliseconds(span.p95),
        "flaky": sum(run.flaky for run in span.runs),
        "words": span.words,
    }
