"""Group the runs of the last days into spans, and find the incidents among them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise, zip_longest
from statistics import median
from typing import Final

from ..environment import WatchSettings
from ..safety import columns, one_line
from ..verdict import VerdictKind
from . import machine
from .run import WatchedRun
from .state import News, NewsKind, WatchState

_HEADS: Final = (
    *("from (UTC)", "to", "runs", "release"),
    *("verdict", "p50", "p95", "flaky", "first cause"),
)
_WIDEST: Final = 80  # characters of the last column
_GAP: Final = 3.0
"""The watch did not run in a pause that is so many times as long as the usual one."""

_BEGINS: Final = {NewsKind.FAILED: "FAILED", NewsKind.FLAPPING: "flapping", NewsKind.BLIND: "blind"}
_ENDS: Final = {NewsKind.RECOVERED, NewsKind.JUDGED_AGAIN}


@dataclass(frozen=True, slots=True)
class Span:
    """Runs in a row with the same verdict, release and first cause.

    Attributes:
        runs: the runs, at least one.
        until: when the span ends: when the next run begins, or the last of these ends.
    """

    runs: tuple[WatchedRun, ...]
    until: float

    @property
    def first(self) -> WatchedRun:
        """The first run."""
        return self.runs[0]

    @property
    def words(self) -> str:
        """The first cause of the last run, or else its reason; empty if it PASSED."""
        run = self.runs[-1]
        if run.causes:
            return run.causes[0].sentence
        return "" if run.verdict is VerdictKind.PASSED else run.reason

    @property
    def p50(self) -> float | None:
        """The median of the runs' medians, in seconds."""
        medians = [run.p50 for run in self.runs if run.p50 is not None]
        return median(medians) if medians else None

    @property
    def p95(self) -> float | None:
        """The worst of the runs, in seconds."""
        return max((run.p95 for run in self.runs if run.p95 is not None), default=None)


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which a deployment certainly failed, or could not be judged.

    Attributes:
        kind: ``FAILED``, ``flapping`` or ``blind``.
        since: when it began, in seconds since the epoch.
        until: when it ended; None while it lasts.
        causes: what was wrong, in the order in which it became certain.
        release: the release that was live when it began.
    """

    kind: str
    since: float
    until: float | None
    causes: tuple[str, ...]
    release: str | None


def spans(runs: Sequence[WatchedRun]) -> list[Span]:
    """Group ``runs``, which are in order, into spans. A long pause ends a span."""
    pauses = [after.began - before.began for before, after in pairwise(runs)]
    longest = _GAP * median(pauses) if pauses else 0.0
    groups: list[list[WatchedRun]] = []
    for run in runs:
        last = groups[-1][-1] if groups else None
        if last is not None and run.began - last.began <= longest and _ending(run) == _ending(last):
            groups[-1].append(run)
        else:
            groups.append([run])
    separate = [Span(tuple(group), group[-1].ended) for group in groups]
    return [
        replace(span, until=after.first.began)
        if after is not None and after.first.began - span.runs[-1].began <= longest
        else span
        for span, after in zip_longest(separate, separate[1:])
    ]


def _ending(run: WatchedRun) -> tuple[object, ...]:
    """Return what all runs of a span have in common."""
    return run.verdict, run.release, run.causes[0].key if run.causes else ""


def single(runs: Sequence[WatchedRun]) -> list[Span]:
    """Return a span for each run."""
    return [Span((run,), run.ended) for run in runs]


def incidents(runs: Iterable[WatchedRun], settings: WatchSettings) -> list[Incident]:
    """Return the incidents in ``runs``, in order, by the news of a watch that begins with them."""
    state = WatchState()
    incidents: list[Incident] = []
    for run in runs:
        state, news = machine.step(state, run, settings)
        for piece in news:
            _note(incidents, piece)
    return sorted(incidents, key=lambda incident: incident.since)


def _note(incidents: list[Incident], news: News) -> None:
    """Add to ``incidents`` what ``news`` says: one begins, has another cause, or ends."""
    of_blindness = news.kind in (NewsKind.BLIND, NewsKind.JUDGED_AGAIN)
    lasting = [
        number
        for number, incident in enumerate(incidents)
        if incident.until is None and (incident.kind == "blind") is of_blindness
    ]
    text = news.reason or (news.cause.sentence if news.cause else "")
    if news.kind in _BEGINS and not lasting:
        kind = _BEGINS[news.kind]
        incidents.append(Incident(kind, news.since, None, (text,), news.release))
    elif lasting and news.kind in _ENDS:
        incidents[lasting[-1]] = replace(incidents[lasting[-1]], until=news.until)
    elif lasting and news.kind in (*_BEGINS, NewsKind.CAUSE):
        incident = incidents[lasting[-1]]
        causes = tuple(dict.fromkeys((*incident.causes, text)))
        incidents[lasting[-1]] = replace(incident, causes=causes)


def table(spans: Sequence[Span]) -> Iterator[str]:
    """Return the lines of a table with a row for each span, oldest first."""
    return columns([_HEADS, *(_cells(span) for span in spans)])


def _cells(span: Span) -> tuple[str, ...]:
    return (
        date_and_time(span.first.began),
        _end(span),
        str(len(span.runs)),
        one_line(span.first.release or "-", 40),
        span.first.verdict,
        milliseconds(span.p50),
        milliseconds(span.p95),
        str(sum(run.flaky for run in span.runs)),
        one_line(span.words, _WIDEST),
    )


def _end(span: Span) -> str:
    """Return when the last run began, with its date unless that is the day of the first."""
    first, last = date_and_time(span.first.began), date_and_time(span.runs[-1].began)
    return last[11:] if first[:10] == last[:10] else last


def date_and_time(seconds: float) -> str:
    """Return a time with its date (UTC)."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def milliseconds(seconds: float | None) -> str:
    """Return a time in milliseconds; ``-`` if it is not known."""
    return "-" if seconds is None else f"{seconds * 1000:.0f} ms"
