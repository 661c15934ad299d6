"""Count what one process asked for, and how it went."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from sys import intern
from typing import Any, Final

from .decompression import decoded
from .exchange_summary import summary
from .flakiness import AttemptLog
from .probe import (
    RETRIED_STATUSES,
    RUN_ERRORS,
    SAFE_METHODS,
    SILENT,
    Answer,
    Attempt,
    Exchange,
    Probe,
)
from .turned_away import is_turned_away

LOOKED_AT_AGAIN: Final = 16
"""Probes without an answer that a process asks once more at its end. If there are more, these
stand for the others."""

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class FlakyExchange:
    """What is kept of a flaky exchange.

    Attributes:
        origin: the name of its origin.
        groups: the origin and the declaration that it counts for.
        failed: when its failed attempts began, in seconds since the epoch.
    """

    origin: str
    groups: frozenset[str]
    failed: tuple[float, ...]


@dataclass(slots=True)
class RequestStatistics:
    """What one process asked for. A group is an origin or a declaration.

    Attributes:
        run_id: the run's id, which is removed from URLs that are compared.
        built: the origin whose answers are compared with a manifest; empty without one.
        requests: exchanges finished.
        attempts: attempts made.
        received: bytes of bodies as sent.
        asked: exchanges by group.
        attempt_logs: how attempts ended, by origin.
        flaky_exchanges: the flaky exchanges themselves.
        answers: how many answers each origin gave.
        turned_away: how many of them turn the run away, or may do so.
        answered_at: when each origin answered last, in seconds since the epoch.
        slowest: the five slowest exchanges: seconds and probe.
        certificates: when the first certificate of each origin ends, in seconds since the epoch.
        retried: summaries of the exchanges with more than one attempt.
        silent: probes that nobody answered, in order.
        bodies: for each URL asked at edges, a digest of the decoded body by edge.
        served: URL, edge and whole digest of each answer of ``built``.
    """

    run_id: str = ""
    built: str = ""
    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    attempt_logs: defaultdict[str, AttemptLog] = field(
        default_factory=lambda: defaultdict(AttemptLog)
    )
    flaky_exchanges: list[FlakyExchange] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    turned_away: Counter[str] = field(default_factory=Counter)
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
        failed = self._note_attempts(exchange)
        if exchange.flaky:
            self.flaky_exchanges.append(FlakyExchange(probe.origin, groups, failed))
        if exchange.retried and len(self.retried) < RETRIES_KEPT:
            self.retried.append(summary(exchange))
        silent = exchange.error in SILENT and probe.method in SAFE_METHODS
        if silent and len(self.silent) < LOOKED_AT_AGAIN:
            self.silent.setdefault(probe)
        self.slowest = sorted([*self.slowest, (exchange.seconds, str(probe))], reverse=True)[:5]
        if answer is not None:
            self.received += len(answer.body)
            self.answers[probe.origin] += 1
            self.turned_away[probe.origin] += is_turned_away(exchange)
            last = exchange.attempts[-1]
            self.answered_at[probe.origin] = last.began + last.seconds
            if answer.certificate_expires is not None:  # edges may differ: keep the first
                first = self.certificates.get(probe.origin, answer.certificate_expires)
                self.certificates[probe.origin] = min(first, answer.certificate_expires)
            if probe.method == "GET" and not (probe.varies or probe.headers):
                self._note_body(probe, answer)

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Keep digests of the decoded body, as edges may compress as they like. The caller leaves
        out requests with headers of their own, since the answer may depend on them.
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
        """Return ``url`` without the nonce of this run, so that processes can be compared."""
        return re.sub(rf"{re.escape(self.run_id)}-\d+", "", url) if self.run_id else url

    def _note_attempts(self, exchange: Exchange) -> tuple[float, ...]:
        """Log when each attempt began; return when those that failed did."""
        log = self.attempt_logs[exchange.probe.origin]
        failed = tuple(attempt.began for attempt in exchange.attempts if _failed(attempt))
        log.failed += failed
        last = exchange.attempts[-1]
        if last.error is None and last.status not in RETRIED_STATUSES:
            log.answered.append(last.began)
        return failed

    @property
    def flaky(self) -> Counter[str]:
        """The flaky exchanges by group."""
        return Counter(group for exchange in self.flaky_exchanges for group in exchange.groups)

    @property
    def erratic(self) -> Counter[str]:
        """The events of trouble by group: each flaky exchange with a failure that no outage
        explains, and each outage once, however many exchanges it hit.
        """
        outages = {origin: log.outages() for origin, log in self.attempt_logs.items()}
        events: defaultdict[str, set[object]] = defaultdict(set)
        for exchange in self.flaky_exchanges:
            explained = [outages[exchange.origin].get(began) for began in exchange.failed]
            event = exchange if None in explained else (exchange.origin, explained[0])
            for group in exchange.groups:
                events[group].add(event)
        return Counter({group: len(group_events) for group, group_events in events.items()})


def _failed(attempt: Attempt) -> bool:
    """Whether an attempt failed in a way that a sound origin does not."""
    if attempt.error is None:
        return attempt.status in RETRIED_STATUSES - {429}
    return not attempt.stale and attempt.error not in RUN_ERRORS
