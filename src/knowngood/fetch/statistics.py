"""Count the requests of one process, and how they ended."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from sys import intern
from typing import Any, Final

from .answer_times import AnswerTimes
from .attempt_error import SILENT
from .decompression import decoded
from .exchange_summary import summary
from .failure_log import LOOKED_AT_AGAIN, FailureLog, by_connection
from .probe import SAFE_METHODS, Answer, Exchange, Probe
from .refused_writes import RefusedWrites
from .turned_away import is_turned_away

SLOWEST: Final = 5
"""Exchanges of a process that the report lists as its slowest."""

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(slots=True)
class RequestStatistics:
    """What one process asked for. A group is an origin or a declaration.

    Attributes:
        run_id: the run's id, which is removed from URLs that are compared.
        began: when the run began to ask, in seconds since the epoch.
        built: the origin whose answers are compared with a manifest; empty without one.
        requests: exchanges finished.
        attempts: attempts made.
        received: bytes of bodies as sent.
        asked: exchanges by group.
        failures: which attempts failed.
        answers: the answers of each origin by how long they took.
        turned_away: how many of them turn the run away, or may do so.
        writes: which kinds of writes each origin takes, and which it refuses.
        answered_at: when each origin answered last, in seconds since the epoch.
        slowest: the five slowest exchanges: seconds and probe.
        certificates: when the first certificate of each origin ends, in seconds since the epoch.
        retried: summaries of the exchanges with a failed attempt before the last; stale ones are
            no failures.
        silent: probes that nobody answered, in order.
        witnesses: the last answered probe of each origin that may be repeated, and its status.
        there: the URLs that answered a plain GET with 200, by origin, and whether each is a file;
            without those at edges.
        bodies: for each URL asked at edges, a digest of the decoded body by edge.
        served: URL, edge and whole digest of each answer of ``built``.
    """

    run_id: str = ""
    began: float = 0.0
    built: str = ""
    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    failures: FailureLog = field(default_factory=FailureLog)
    answers: defaultdict[str, AnswerTimes] = field(default_factory=lambda: defaultdict(AnswerTimes))
    turned_away: Counter[str] = field(default_factory=Counter)
    writes: RefusedWrites = field(default_factory=RefusedWrites)
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)
    silent: dict[Probe, None] = field(default_factory=dict)
    witnesses: dict[str, tuple[Probe, int]] = field(default_factory=dict)
    there: defaultdict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    bodies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    served: set[tuple[str, str, str]] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """Return what the processes of a run report to its controller, as plain data."""
        return {
            "requests": self.requests,
            "attempts": self.attempts,
            "received": self.received,
            "asked": dict(self.asked),
            "flaky": dict(self.failures.flaky),
            "erratic": dict(self.failures.erratic),
            "answers": {origin: asdict(times) for origin, times in self.answers.items()},
            "turned_away": dict(self.turned_away),
            "writes_taken": list(map(list, self.writes.taken)),
            "writes_refused": list(map(list, self.writes.refused)),
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
        self.failures.note(exchange, groups)
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
        self.writes.note(exchange)
        self.note_reached(exchange)
        if probe.method in SAFE_METHODS:
            self.witnesses[probe.origin] = probe, answer.status
        if answer.certificate is not None:  # edges may differ: keep the first
            expires = answer.certificate.expires
            first = self.certificates.get(probe.origin, expires)
            self.certificates[probe.origin] = min(first, expires)
        if probe.method == "GET" and not (probe.varies or probe.headers):
            self._note_body(probe, answer)

    def note_reached(self, exchange: Exchange) -> None:
        """Note that the origin of ``exchange`` answered."""
        last = exchange.attempts[-1]
        self.answered_at[exchange.probe.origin] = last.began + last.seconds

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Keep digests of the decoded body; edges may compress differently."""
        built = probe.origin == self.built
        if answer.status == 200 and not probe.address:
            self.there[probe.origin][probe.url] = _is_file(answer)
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


def _is_file(answer: Answer) -> bool:
    """Return whether an answer is a file, the same for everybody: it has the date of its last
    change, and comes from no cache, which may rightly keep an earlier one for a while.
    """
    return answer.header("last-modified") is not None and answer.header("age") is None
