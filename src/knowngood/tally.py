"""What one process asked for, counted."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from .encoding import decoded
from .outcome import describe
from .probe import SAFE_METHODS, SILENT, Answer, Attempt, Exchange, Probe

NEAR: Final = 0.05
"""Seconds around a failed attempt in which another's answer shows that the origin was up."""

LOOKED_AT_AGAIN: Final = 16
"""Requests without an answer that a process asks once more at its end. Where more went
unanswered, these stand for the others."""

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(slots=True)
class Tally:
    """What one process asked for. Counters are keyed by origin and by declaration.

    ``erratic`` counts those of ``flaky`` that failed while others were answered. An outage of a
    second fails all there are, and says nothing of how steady the deployment is. ``silent`` are
    probes that nobody answered; ``bodies`` has, for what was asked at several edges, a digest of
    each edge's answer.
    """

    run_id: str = ""
    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    flaky: Counter[str] = field(default_factory=Counter)
    erratic: Counter[str] = field(default_factory=Counter)
    answers: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)
    silent: dict[Probe, None] = field(default_factory=dict)
    bodies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange."""
        probe, answer = exchange.probe, exchange.answer
        self.requests += 1
        self.attempts += len(exchange.attempts)
        erratic = exchange.flaky and self._alone(exchange)
        for group in {probe.origin, probe.template or probe.origin}:
            self.asked[group] += 1
            self.flaky[group] += exchange.flaky
            self.erratic[group] += erratic
        if exchange.retried and len(self.retried) < RETRIES_KEPT:
            self.retried.append(describe(exchange))
        if exchange.cause in SILENT and probe.method in SAFE_METHODS:
            self._note_silence(probe)
        self.slowest = sorted([*self.slowest, (exchange.seconds, str(probe))], reverse=True)[:5]
        if answer is not None:
            self.received += len(answer.body)
            last = exchange.attempts[-1]
            self.answered_at[probe.origin] = last.began + last.seconds
            if not exchange.transient:
                insort(self.answers[probe.origin], last.began + last.seconds)
            if answer.certificate_expires is not None:
                self.certificates[probe.origin] = answer.certificate_expires
            if probe.address and probe.method == "GET" and not probe.varies:
                self._note_body(probe, answer)

    def _note_silence(self, probe: Probe) -> None:
        if len(self.silent) < LOOKED_AT_AGAIN:
            self.silent.setdefault(probe)

    def _note_body(self, probe: Probe, answer: Answer) -> None:
        """Of the decoded body: edges may compress as they like."""
        if answer.status != 200:
            return
        url = re.sub(rf"{re.escape(self.run_id)}-\d+", "", probe.url) if self.run_id else probe.url
        self.bodies[url][probe.address] = sha256(decoded(answer)).hexdigest()[:16]

    def _alone(self, exchange: Exchange) -> bool:
        """Whether each failed attempt of ``exchange`` has another's answer near it: an outage
        begins and ends among answers, but is longer than that.
        """
        answers = self.answers[exchange.probe.origin]
        return all(_any_near(answers, attempt) for attempt in exchange.attempts[:-1])


def _any_near(answers: list[float], attempt: Attempt) -> bool:
    place = bisect_left(answers, attempt.began - NEAR)
    end = attempt.began + attempt.seconds + NEAR
    return place < len(answers) and answers[place] <= end
