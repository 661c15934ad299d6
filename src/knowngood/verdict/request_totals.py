"""What all processes of a run asked for, added up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from ..fetch import AnswerTimes, WriteKind

_SLOWEST: Final = 5  # requests


@dataclass(slots=True)
class RequestTotals:
    """What all processes of a run asked for. A group is an origin or a declaration.

    Attributes:
        sent: how many requests there were.
        attempts: how many attempts they took.
        received: bytes of bodies as sent.
        asked: how many requests each group made.
        flaky: how many of them needed a retry.
        erratic: the same, with all requests that one outage hit counted as one.
        answers: the answers of each origin by how long they took.
        turned_away: how many of them turn the run away, or may do so.
        writes_taken: the kinds of writes that were taken.
        writes_refused: those that were refused while others were taken.
        answered_at: when each origin last answered, in seconds since the epoch.
        slowest: seconds and request of the slowest requests.
        certificates: when each origin's certificate expires, in seconds since the epoch.
        retried: the exchanges that needed a retry, as plain data.
        left_behind: URLs that were written and could not be deleted.
        asked_again: for each (origin, URL) without an answer, whether it answered later; None
            where there was no time to ask.
        lacking: the exchanges with addresses that lack what was found by their name.
        bodies: for each URL the digest of the body at each edge.
    """

    sent: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    flaky: Counter[str] = field(default_factory=Counter)
    erratic: Counter[str] = field(default_factory=Counter)
    answers: defaultdict[str, AnswerTimes] = field(default_factory=lambda: defaultdict(AnswerTimes))
    turned_away: Counter[str] = field(default_factory=Counter)
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

    def add(self, report: Mapping[str, Any]) -> None:
        """Add what one process asked for."""
        self.sent += report["requests"]
        self.attempts += report["attempts"]
        self.received += report["received"]
        self.asked.update(report["asked"])
        self.flaky.update(report["flaky"])
        self.erratic.update(report["erratic"])
        for origin, times in report["answers"].items():
            self.answers[origin].add_all(**times)
        self.turned_away.update(report["turned_away"])
        self.writes_taken.update(WriteKind(*kind) for kind in report["writes_taken"])
        self.writes_refused.update(WriteKind(*kind) for kind in report["writes_refused"])
        self.lacking += report["lacking"]
        for origin, when in report["answered_at"].items():
            self.answered_at[origin] = max(when, self.answered_at.get(origin, 0.0))
        requests = [*self.slowest, *((seconds, request) for seconds, request in report["slowest"])]
        self.slowest = sorted(requests, reverse=True)[:_SLOWEST]
        for origin, when in report["certificates"].items():
            self.certificates[origin] = min(when, self.certificates.get(origin, when))
        self.retried += report["retried"]
        self.left_behind += report["left_behind"]
        self.asked_again |= {(o, url): back for o, url, back in report["asked_again"]}
        for url, digests in report["bodies"].items():
            self.bodies[url].update(digests)

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
