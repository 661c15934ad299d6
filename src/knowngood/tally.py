"""What one process asked for, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from .outcome import describe
from .probe import Exchange

RETRIES_KEPT: Final = 1000
"""Retried exchanges that a process keeps for the report with every attempt. All are counted."""


@dataclass(slots=True)
class Tally:
    """What one process asked for. Counters are keyed by origin and by declaration."""

    requests: int = 0
    attempts: int = 0
    received: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    flaky: Counter[str] = field(default_factory=Counter)
    answered_at: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    certificates: dict[str, float] = field(default_factory=dict)
    retried: list[dict[str, Any]] = field(default_factory=list)

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange."""
        probe, answer = exchange.probe, exchange.answer
        self.requests += 1
        self.attempts += len(exchange.attempts)
        for group in {probe.origin, probe.template or probe.origin}:
            self.asked[group] += 1
            self.flaky[group] += exchange.flaky
        if exchange.retried and len(self.retried) < RETRIES_KEPT:
            self.retried.append(describe(exchange))
        self.slowest = sorted([*self.slowest, (exchange.seconds, str(probe))], reverse=True)[:5]
        if answer is not None:
            self.received += len(answer.body)
            last = exchange.attempts[-1]
            self.answered_at[probe.origin] = last.began + last.seconds
            if answer.certificate_expires is not None:
                self.certificates[probe.origin] = answer.certificate_expires
