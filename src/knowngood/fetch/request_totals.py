"""What a process, or all processes of a run together, asked for, and how it went."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from .turned_away import WriteKind

SLOWEST: Final = 5
"""Requests that a report lists as the slowest."""

_STEPS: Final = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
_BOUNDS: Final = tuple(round(step * 10.0**power, 7) for power in range(-3, 2) for step in _STEPS)
"""Upper bounds of the buckets in seconds, from 1 ms to 80 s: the preferred numbers R10 of ISO 3.
Each is a quarter above the one before, so every time is known to a quarter."""

_REPORTED: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds that verdict documents have, some of ``_BOUNDS``."""


@dataclass(slots=True)
class RequestTotals:
    """What was asked for. A group is an origin or a declaration.

    Attributes:
        sent: how many requests there were.
        attempts: how many attempts they took.
        received: bytes of bodies as sent.
        asked: how many requests each group made.
        flaky: how many of them needed a retry.
        erratic: the same, with all requests that one outage hit counted as one.
        answers: the answers of each origin by how long they took.
        turned_away: how many of them turn the run away, or may do so.
        walls: the origins that turned a process away from what they had served it before.
        writes_taken: the kinds of writes that were taken.
        writes_refused: those that were refused while others were taken.
        answered_at: when each origin last answered, in seconds since the epoch.
        slowest: seconds and request of the slowest requests.
        certificates: when the first certificate of each origin ends, in seconds since the epoch.
        retried: the exchanges with a failed attempt before the last, as plain data; stale ones are
            no failures.
        left_behind: URLs that were written and could not be deleted.
        asked_again: for each (origin, URL) without an answer, whether it came back later; None
            where there was no time to ask.
        lacking: the exchanges with addresses that lack what was found by their name.
        bodies: for each URL the digest and the size of the body at each edge.
    """

    sent: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    flaky: Counter[str] = field(default_factory=Counter)
    erratic: Counter[str] = field(default_factory=Counter)
    answers: defaultdict[str, AnswerTimes] = field(default_factory=lambda: defaultdict(AnswerTimes))
    turned_away: Counter[str] = field(default_factory=Counter)
    walls: set[str] = field(default_factory=set)
    writes_taken: set[WriteKind] = field(default_factory=set)
    writes_refused: set[WriteKind] = field(default_factory=set)
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    asked_again: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    lacking: list[dict[str, Any]] = field(default_factory=list)
    bodies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def to_report(self) -> dict[str, Any]:
        """Return what a process reports to the controller of its run, as plain data."""
        return {
            **{f.name: getattr(self, f.name) for f in fields(RequestTotals)},
            "asked": dict(self.asked),
            "flaky": dict(self.flaky),
            "erratic": dict(self.erratic),
            "answers": {origin: asdict(times) for origin, times in self.answers.items()},
            "turned_away": dict(self.turned_away),
            "walls": sorted(self.walls),
            "writes_taken": list(map(list, self.writes_taken)),
            "writes_refused": list(map(list, self.writes_refused)),
            "asked_again": [[*asked, answered] for asked, answered in self.asked_again.items()],
            "bodies": dict(self.bodies),
        }

    def add(self, report: Mapping[str, Any]) -> None:
        """Add what one process reports."""
        self.sent += report["sent"]
        self.attempts += report["attempts"]
        self.received += report["received"]
        for name in ("asked", "flaky", "erratic", "turned_away", "walls"):
            getattr(self, name).update(report[name])
        for origin, times in report["answers"].items():
            self.answers[origin].add_all(**times)
        self.writes_taken.update(WriteKind(*kind) for kind in report["writes_taken"])
        self.writes_refused.update(WriteKind(*kind) for kind in report["writes_refused"])
        for origin, when in report["answered_at"].items():
            self.answered_at[origin] = max(when, self.answered_at.get(origin, 0.0))
        requests = [*self.slowest, *map(tuple, report["slowest"])]
        self.slowest = sorted(requests, reverse=True)[:SLOWEST]
        for origin, when in report["certificates"].items():
            self.note_certificate(origin, when)
        self.retried += report["retried"]
        self.left_behind += report["left_behind"]
        self.lacking += report["lacking"]
        self.asked_again |= {(o, url): back for o, url, back in report["asked_again"]}
        for url, digests in report["bodies"].items():
            self.bodies[url].update(digests)

    def note_certificate(self, origin: str, ends: float) -> None:
        """Keep when the first certificate of an origin ends: its edges may differ."""
        self.certificates[origin] = min(ends, self.certificates.get(origin, ends))

    @property
    def walled(self) -> set[str]:
        """The origins of which every answer turned the run away, or may have done so."""
        answers = self.answers.items()
        return {origin for origin, times in answers if times.count == self.turned_away[origin]}

    @property
    def unwanted(self) -> set[WriteKind]:
        """The kinds of writes that an origin refuses each time, while it takes others."""
        return self.writes_refused - self.writes_taken

    @property
    def differing(self) -> dict[str, dict[str, str]]:
        """The bodies of the URLs at which edges differ."""
        return {url: at for url, at in self.bodies.items() if len(set(at.values())) > 1}

    def copy(self) -> RequestTotals:
        """Return a copy to which more can be added."""
        copies = {f.name: copy(getattr(self, f.name)) for f in fields(self)}
        answers = {origin: replace(times) for origin, times in self.answers.items()}
        return replace(self, **copies | {"answers": defaultdict(AnswerTimes, answers)})

    def to_json(self) -> dict[str, Any]:
        """Return what a verdict document says of requests."""
        return {
            "sent": self.sent,
            "attempts": self.attempts,
            "received_bytes": self.received,
            "retried": self.retried,
            "slowest": [
                {"seconds": round(seconds, 3), "request": request}
                for seconds, request in self.slowest
            ],
        }


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
