"""Count what one process asked for, and how it went."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import islice
from sys import intern
from typing import Any, Final

from .answer_times import AnswerTimes
from .attempt_error import RETRIED_STATUSES, SILENT
from .decompression import decoded
from .exchange_summary import summary
from .flakiness import AttemptLog
from .probe import SAFE_METHODS, Answer, Attempt, Exchange, Probe
from .turned_away import is_turned_away

LOOKED_AT_AGAIN: Final = 16
"""Probes without an answer that a process asks once more at its end. If there are more, these
stand for the others."""

SLOWEST: Final = 5
"""Exchanges of a process that the report lists as its slowest."""

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class FlakyExchange:
    """What is kept of a flaky exchange.

    Attributes:
        origin: the name of its origin.
        groups: the origin and the declaration that it counts for.
        failed: its failed attempts.
        probe: what was asked.
    """

    origin: str
    groups: frozenset[str]
    failed: tuple[Attempt, ...]
    probe: Probe


@dataclass(slots=True)
class RequestStatistics:
    """What one process asked for. A group is an origin or a declaration.

    Attributes:
        run_id: the run's id, which is removed from URLs that are compared.
        began: when the run began to ask, in seconds since the epoch.
        takes: with how many requests at once a crowded server is asked; 0 if none is.
        rates: how many requests a second each origin takes that refuses more.
        excused: the origins whose failures of a kind that passes by itself have passed
            (:mod:`.second_look`).
        built: the origin whose answers are compared with a manifest; empty without one.
        requests: exchanges finished.
        attempts: attempts made.
        received: bytes of bodies as sent.
        asked: exchanges by group.
        attempt_logs: how attempts ended, by origin.
        flaky_exchanges: the flaky exchanges themselves.
        answers: the answers of each origin by how long they took.
        turned_away: how many of them turn the run away, or may do so.
        answered_at: when each origin answered last, in seconds since the epoch.
        slowest: the five slowest exchanges: seconds and probe.
        certificates: when the first certificate of each origin ends, in seconds since the epoch.
        retried: summaries of the exchanges with an attempt that failed before the last; one that
            is stale did not.
        silent: probes that nobody answered, in order.
        witnesses: the last probe of each origin that was answered and may be repeated.
        there: the URLs that a plain GET got 200 from, by origin; without those asked at edges.
        bodies: for each URL asked at edges, a digest of the decoded body by edge.
        served: URL, edge and whole digest of each answer of ``built``.
    """

    run_id: str = ""
    began: float = 0.0
    takes: int = 0
    rates: dict[str, float] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    built: str = ""
    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    attempt_logs: defaultdict[str, AttemptLog] = field(
        default_factory=lambda: defaultdict(AttemptLog)
    )
    flaky_exchanges: list[FlakyExchange] = field(default_factory=list)
    answers: defaultdict[str, AnswerTimes] = field(default_factory=lambda: defaultdict(AnswerTimes))
    turned_away: Counter[str] = field(default_factory=Counter)
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)
    silent: dict[Probe, None] = field(default_factory=dict)
    witnesses: dict[str, Probe] = field(default_factory=dict)
    there: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bodies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    served: set[tuple[str, str, str]] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """Return what the processes of a run report to its controller, as plain data."""
        return {
            "requests": self.requests,
            "attempts": self.attempts,
            "received": self.received,
            "asked": dict(self.asked),
            "flaky": dict(self.flaky),
            "erratic": dict(self.erratic),
            "answers": {origin: asdict(times) for origin, times in self.answers.items()},
            "turned_away": dict(self.turned_away),
            "answered_at": self.answered_at,
            "slowest": self.slowest,
            "certificates": self.certificates,
            "retried": self.retried,
            "bodies": dict(self.bodies),
        }

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange."""
        probe, answer = exchange.probe, exchange.answer
        self.requests += 1
        self.attempts += len(exchange.attempts)
        groups = frozenset({probe.origin, probe.template or probe.origin})
        for group in groups:
            self.asked[group] += 1
        connections = sum(attempt.connected for attempt in exchange.attempts)
        if connections:
            self.asked[by_connection(probe.origin)] += connections
        failed = self._note_attempts(exchange)
        if exchange.flaky:
            self.flaky_exchanges.append(FlakyExchange(probe.origin, groups, failed, probe))
        trouble = any(not attempt.stale for attempt in exchange.attempts[:-1])
        if trouble and len(self.retried) < RETRIES_KEPT:
            self.retried.append(summary(exchange))
        silent = exchange.error in SILENT and probe.method in SAFE_METHODS
        if silent and len(self.silent) < LOOKED_AT_AGAIN:
            self.silent.setdefault(probe)
        if len(self.slowest) < SLOWEST or exchange.seconds > self.slowest[-1][0]:
            slowest = [*self.slowest, (exchange.seconds, str(probe))]
            self.slowest = sorted(slowest, reverse=True)[:SLOWEST]
        if answer is not None:
            self._note_answer(exchange, answer)

    def _note_answer(self, exchange: Exchange, answer: Answer) -> None:
        probe = exchange.probe
        self.received += len(answer.body)
        self.answers[probe.origin].add(exchange.attempts[-1].seconds)
        self.turned_away[probe.origin] += is_turned_away(exchange)
        self.note_reached(exchange)
        if probe.method in SAFE_METHODS:
            self.witnesses[probe.origin] = probe
        if answer.certificate_expires is not None:  # edges may differ: keep the first
            first = self.certificates.get(probe.origin, answer.certificate_expires)
            self.certificates[probe.origin] = min(first, answer.certificate_expires)
        if probe.method == "GET" and not (probe.varies or probe.headers):
            self._note_body(probe, answer)

    def note_reached(self, exchange: Exchange) -> None:
        """Note that the origin of ``exchange`` answered."""
        last = exchange.attempts[-1]
        self.answered_at[exchange.probe.origin] = last.began + last.seconds

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Keep digests of the decoded body, as edges may compress as they like. The caller leaves
        out requests with headers of their own, since the answer may depend on them.
        """
        built = probe.origin == self.built
        if answer.status == 200 and not probe.address:
            self.there[probe.origin].add(probe.url)
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

    def _note_attempts(self, exchange: Exchange) -> tuple[Attempt, ...]:
        """Log when each attempt began; return those that failed."""
        log = self.attempt_logs[exchange.probe.origin]
        failed = tuple(attempt for attempt in exchange.attempts if attempt.failed)
        log.failed += [attempt.began for attempt in failed]
        last = exchange.attempts[-1]
        if last.error is None and last.status not in RETRIED_STATUSES:
            log.answered.append(last.began)
        return failed

    def _passing(self, exchange: FlakyExchange) -> list[Attempt]:
        """Return the failures of a kind that passes by itself. Those of writes do not count: nobody
        can ask again to see whether they have passed.
        """
        if exchange.probe.method not in SAFE_METHODS:
            return []
        paced = exchange.origin in self.rates
        return [
            attempt
            for attempt in exchange.failed
            if attempt.settling
            or (self.takes > 0 and attempt.crowd > 1)
            or (paced and attempt.status == 503)
        ]

    def passing(self) -> dict[str, list[Probe]]:
        """Return by origin the probes with such failures; a few for all of them."""
        probes: defaultdict[str, dict[Probe, None]] = defaultdict(dict)
        for exchange in self.flaky_exchanges:
            if self._passing(exchange):
                probes[exchange.origin].setdefault(exchange.probe)
        return {origin: list(islice(few, LOOKED_AT_AGAIN)) for origin, few in probes.items()}

    def warnings(self) -> list[str]:
        """Return a sentence on each kind of failure that was excused."""
        excused = [e for e in self.flaky_exchanges if e.origin in self.excused]
        attempts = [a for exchange in excused for a in self._passing(exchange)]
        settling = [a.began for a in attempts if a.settling]
        crowded = sum(a.crowd > 1 for a in attempts) if self.takes else 0
        sentences = []
        if settling:
            sentences.append(
                f"the deployment was settling: {len(settling)} answers were 502, 503 or 504, the "
                f"last {max(settling) - self.began:.0f} s after the first check began, and none in "
                "the end; see settle in [budget]"
            )
        if crowded:
            sentences.append(
                f"the deployment turned {crowded} requests away that came at once with others; "
                f"asked with {self.takes} at once it answered all; see concurrency in [budget]"
            )
        for origin, rate in self.rates.items():
            sentences.append(
                f"{origin} refused requests for their rate; asked {rate:.0f} times a second it "
                "answered all; let this machine pass the limit"
            )
        return sentences

    @property
    def flaky(self) -> Counter[str]:
        """The flaky exchanges by group."""
        return Counter(group for exchange in self.flaky_exchanges for group in exchange.groups)

    @property
    def erratic(self) -> Counter[str]:
        """The events of trouble by group: each flaky exchange with a failure that no outage
        explains, and each outage once, however many exchanges it hit. What is excused is none.
        """
        outages = {origin: log.outages() for origin, log in list(self.attempt_logs.items())}
        events: defaultdict[str, set[object]] = defaultdict(set)
        for exchange in self.flaky_exchanges:
            excused = self._passing(exchange) if exchange.origin in self.excused else []
            failed = [a.began for a in exchange.failed if a not in excused]
            if not failed:
                continue
            explained = [outages[exchange.origin].get(began) for began in failed]
            event = exchange if None in explained else (exchange.origin, explained[0])
            for group in exchange.groups:
                events[group].add(event)
            hung = [
                a for a in exchange.failed if a.hung and a.began not in outages[exchange.origin]
            ]
            events[by_connection(exchange.origin)].update((exchange, a.began) for a in hung)
        return Counter({group: len(found) for group, found in events.items() if found})


def by_connection(origin: str) -> str:
    """Return the name of the group that counts the new connections to an origin, and those that it
    accepted and then left without an answer: one of several backends may hang.
    """
    return f"{origin} by connection"
