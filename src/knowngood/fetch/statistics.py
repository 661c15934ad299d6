"""Count the requests of one process, and how they ended."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from sys import intern
from typing import Any, Final

from .attempt_error import SILENT
from .decompression import decoded
from .exchange_summary import summary
from .failure_log import LOOKED_AT_AGAIN, FailureLog, by_connection
from .probe import SAFE_METHODS, Answer, Exchange, Probe
from .request_totals import SLOWEST, RequestTotals
from .turned_away import RefusedWrites, is_turned_away

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(slots=True)
class RequestStatistics(RequestTotals):
    """What one process asked for, and what it must know to count that.

    Attributes:
        run_id: the run's id, which is removed from URLs that are compared.
        began: when the run began to ask, in seconds since the epoch.
        built: the origin whose answers are compared with a manifest; empty without one.
        failures: which attempts failed.
        writes: which kinds of writes each origin takes, and which it refuses.
        silent: probes that nobody answered, in order.
        witnesses: the last answered probe of each origin that may be repeated, and its status.
        there: the URLs that answered a plain GET with 200, by origin, and whether each is a file;
            without those at edges.
        served: URL, edge and whole digest of each answer of ``built``.
    """

    run_id: str = ""
    began: float = 0.0
    built: str = ""
    failures: FailureLog = field(default_factory=FailureLog)
    writes: RefusedWrites = field(default_factory=RefusedWrites)
    silent: dict[Probe, None] = field(default_factory=dict)
    witnesses: dict[str, tuple[Probe, int]] = field(default_factory=dict)
    there: defaultdict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    served: set[tuple[str, str, str]] = field(default_factory=set)

    def to_report(self) -> dict[str, Any]:
        """Return what the process reports, with what can be counted only at its end."""
        self.flaky, self.erratic = self.failures.flaky, self.failures.erratic
        self.writes_taken, self.writes_refused = self.writes.taken, self.writes.refused
        return RequestTotals.to_report(self)

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange."""
        probe, answer = exchange.probe, exchange.answer
        self.sent += 1
        self.attempts += len(exchange.attempts)
        groups = frozenset({probe.origin, probe.template or probe.origin})
        for group in groups:
            self.asked[group] += 1
        connections = sum(attempt.connected for attempt in exchange.attempts)
        if connections:
            self.asked[by_connection(probe.origin)] += connections
        if self.is_refused(exchange):
            return
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

    def is_refused(self, exchange: Exchange) -> bool:
        """Return whether an unpublished URL got no answer from an origin that answers others."""
        probe = exchange.probe
        return probe.unpublished and exchange.error in SILENT and probe.origin in self.answered_at

    def _note_answer(self, exchange: Exchange, answer: Answer) -> None:
        probe = exchange.probe
        self.received += len(answer.body)
        self.answers[probe.origin].add(exchange.attempts[-1].seconds)
        self.turned_away[probe.origin] += is_turned_away(exchange)
        self.writes.note(exchange)
        self.note_reached(exchange)
        if probe.method in SAFE_METHODS:
            self.witnesses[probe.origin] = probe, answer.status
        if answer.certificate is not None:
            self.note_certificate(probe.origin, answer.certificate.expires)
        if probe.method == "GET" and not (probe.varies or probe.headers):
            self._note_body(probe, answer)

    def note_reached(self, exchange: Exchange) -> None:
        """Note that the origin of ``exchange`` answered."""
        last = exchange.attempts[-1]
        self.answered_at[exchange.probe.origin] = last.began + last.seconds

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Keep digest and size of the decoded body; edges may compress differently."""
        built = probe.origin == self.built
        if answer.status == 200 and not probe.address:
            self.there[probe.origin][probe.url] = _is_file(answer)
        if answer.status != 200 or not (probe.address or built):
            return
        body = decoded(answer)
        digest = sha256(body).hexdigest()
        if probe.address:
            self.bodies[self._lasting(probe.url)][probe.address] = f"{digest[:16]} {len(body):,}"
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
