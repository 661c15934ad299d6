"""What one process asked for, counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from sys import intern
from typing import Any, Final

from .decompression import decoded
from .exchange_summary import describe
from .flakiness import AttemptLog
from .probe import RETRIED_STATUSES, SAFE_METHODS, SILENT, Answer, Attempt, Cause, Exchange, Probe

_SAYS_NOTHING: Final = frozenset({Cause.RUNNER, Cause.BUDGET})
"""Causes that lie with the run."""

LOOKED_AT_AGAIN: Final = 16
"""Requests without an answer that a process asks once more at its end. Where more went
unanswered, these stand for the others."""

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class FlakyExchange:
    """A flaky exchange: its origin, the groups it counts in, when its failed attempts began."""

    origin: str
    groups: frozenset[str]
    failed: tuple[float, ...]


@dataclass(slots=True)
class RequestStatistics:
    """What one process asked for. Counters are keyed by origin and by declaration.

    ``silent`` are probes that nobody answered; ``bodies`` has, for what was asked at several
    edges, a digest of each edge's answer. ``served`` has URL, edge and whole digest of each answer
    of the origin ``built``, which is named where there is a manifest to hold them against.
    """

    run_id: str = ""
    built: str = ""
    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    flaky: Counter[str] = field(default_factory=Counter)
    tried: defaultdict[str, AttemptLog] = field(default_factory=lambda: defaultdict(AttemptLog))
    troubled: list[FlakyExchange] = field(default_factory=list)
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)
    silent: dict[Probe, None] = field(default_factory=dict)
    bodies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    served: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange."""
        probe, answer = exchange.probe, exchange.answer
        self.requests += 1
        self.attempts += len(exchange.attempts)
        groups = frozenset({probe.origin, probe.template or probe.origin})
        for group in groups:
            self.asked[group] += 1
            self.flaky[group] += exchange.flaky
        failed = self._note_attempts(exchange)
        if exchange.flaky:
            self.troubled.append(FlakyExchange(probe.origin, groups, failed))
        if exchange.retried and len(self.retried) < RETRIES_KEPT:
            self.retried.append(describe(exchange))
        if exchange.cause in SILENT and probe.method in SAFE_METHODS:
            self._note_silence(probe)
        self.slowest = sorted([*self.slowest, (exchange.seconds, str(probe))], reverse=True)[:5]
        if answer is not None:
            self.received += len(answer.body)
            last = exchange.attempts[-1]
            self.answered_at[probe.origin] = last.began + last.seconds
            if answer.certificate_expires is not None:
                self._note_certificate(probe.origin, answer.certificate_expires)
            if probe.method == "GET" and not (probe.varies or probe.headers):
                self._note_body(probe, answer)

    def _note_certificate(self, origin: str, expires: float) -> None:
        """Of the edges' certificates the one that ends first."""
        self.certificates[origin] = min(expires, self.certificates.get(origin, expires))

    def _note_silence(self, probe: Probe) -> None:
        if len(self.silent) < LOOKED_AT_AGAIN:
            self.silent.setdefault(probe)

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Of the decoded body: edges may compress as they like. Nothing of a request with headers
        of its own, by which the answer may differ.
        """
        built = probe.origin == self.built
        if answer.status != 200 or not (probe.address or built):
            return
        digest = sha256(decoded(answer)).hexdigest()
        if probe.address:
            self.bodies[self._lasting(probe.url)][probe.address] = digest[:16]
        if built:
            self.served.add((self._lasting(answer.url), probe.address, intern(digest)))

    def _lasting(self, url: str) -> str:
        """A URL without the nonce of this run."""
        return re.sub(rf"{re.escape(self.run_id)}-\d+", "", url) if self.run_id else url

    def _note_attempts(self, exchange: Exchange) -> tuple[float, ...]:
        """Note how the origin fared at each attempt; when those that failed began."""
        tried = self.tried[exchange.probe.origin]
        failed = tuple(each.began for each in exchange.attempts if _failed(each))
        tried.failed += failed
        last = exchange.attempts[-1]
        if last.cause is None and last.status not in RETRIED_STATUSES:
            tried.answered.append(last.began)
        return failed

    @property
    def erratic(self) -> Counter[str]:
        """Of ``flaky``, those with a failure of their own, and one more for each outage of the
        origin: an outage fails whatever is under way, and says no more of how steady it is.
        """
        outages = {origin: tried.outages() for origin, tried in self.tried.items()}
        events: defaultdict[str, set[object]] = defaultdict(set)
        for each in self.troubled:
            explained = [outages[each.origin].get(began) for began in each.failed]
            event = each if None in explained else (each.origin, explained[0])
            for group in each.groups:
                events[group].add(event)
        return Counter({group: len(found) for group, found in events.items()})


def _failed(attempt: Attempt) -> bool:
    """Whether an attempt failed for a cause that a sound origin would not have."""
    if attempt.cause is None:
        return attempt.status in RETRIED_STATUSES - {429}
    return not attempt.stale and attempt.cause not in _SAYS_NOTHING
