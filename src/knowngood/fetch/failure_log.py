"""Log failed attempts, and count those that show an unsteady deployment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from ..safety import plural
from .attempt_error import RETRIED_STATUSES
from .flakiness import AttemptLog
from .probe import SAFE_METHODS, Attempt, Exchange, Probe

LOOKED_AT_AGAIN: Final = 16
"""Probes without an answer that a process asks once more at its end. If there are more, these
stand for the others."""


@dataclass(frozen=True, slots=True, eq=False)
class FlakyExchange:
    """A flaky exchange, without its answer.

    Attributes:
        groups: the origin and the declaration that it counts for.
        failed: its failed attempts.
        probe: what was asked.
    """

    groups: frozenset[str]
    failed: tuple[Attempt, ...]
    probe: Probe


@dataclass(slots=True)
class FailureLog:
    """The failures of one process. A group is an origin or a declaration.

    Attributes:
        attempts: how attempts ended, by origin.
        flaky_exchanges: the exchanges that needed a retry.
        excused: the origins whose passing failures have passed (:mod:`.second_look`).
        takes: with how many requests at once a crowded server is asked; 0 if none is.
        rates: how many requests a second each origin takes that refuses more.
    """

    attempts: defaultdict[str, AttemptLog] = field(default_factory=lambda: defaultdict(AttemptLog))
    flaky_exchanges: list[FlakyExchange] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    takes: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)

    def note(self, exchange: Exchange, groups: frozenset[str]) -> None:
        """Note how the attempts of an exchange ended; it counts for ``groups``."""
        log = self.attempts[exchange.probe.origin]
        failed = tuple(attempt for attempt in exchange.attempts if attempt.failed)
        log.failed += [attempt.began for attempt in failed]
        last = exchange.attempts[-1]
        if last.error is None and last.status not in RETRIED_STATUSES:
            log.answered.append(last.began)
        if exchange.flaky:
            self.flaky_exchanges.append(FlakyExchange(groups, failed, exchange.probe))

    def _passing(self, exchange: FlakyExchange) -> list[Attempt]:
        """Return the failures of a kind that passes by itself. Writes have none, since they cannot
        be sent again to see whether that has passed.
        """
        if exchange.probe.method not in SAFE_METHODS:
            return []
        paced = exchange.probe.origin in self.rates
        return [
            attempt
            for attempt in exchange.failed
            if attempt.settling
            or (self.takes > 0 and attempt.was_crowded_out)
            or (paced and attempt.status == 503)
        ]

    def passing(self) -> dict[str, list[Probe]]:
        """Return a few probes with such failures, by origin."""
        return _a_few(e.probe for e in self.flaky_exchanges if self._passing(e))

    def repeatable(self) -> dict[str, list[Probe]]:
        """Return a few probes that needed a retry and may be sent again, by origin."""
        return _a_few(e.probe for e in self.flaky_exchanges if e.probe.method in SAFE_METHODS)

    def warnings(self, began: float) -> list[str]:
        """Return a sentence on each kind of failure that was excused. ``began`` is when the first
        check did, in seconds since the epoch.
        """
        excused = [e for e in self.flaky_exchanges if e.probe.origin in self.excused]
        attempts = [a for exchange in excused for a in self._passing(exchange)]
        settling = [a for a in attempts if a.settling]
        # 503 says that there are too many at once, or that they come too fast.
        crowded = sum(a.was_crowded_out for a in attempts) if self.takes and not self.rates else 0
        sentences = []
        if settling:
            statuses = " or ".join(sorted({str(attempt.status) for attempt in settling}))
            last = max(attempt.began for attempt in settling) - began
            sentences.append(
                f"the deployment was settling: {plural(len(settling), 'answer')} with {statuses}, "
                f"the last {last:.0f} s after the first check began, and none in the end; see "
                "settle in [budget]"
            )
        if crowded:
            sentences.append(
                f"the deployment turned {crowded} requests away that came at once with others; "
                f"asked with {self.takes} at once it answered all; see concurrency in [budget]"
            )
        for origin, rate in self.rates.items():
            sentences.append(
                f"{origin} refused requests for their rate; in the end it was asked {rate:.0f} "
                "times a second; let this machine pass the limit"
            )
        return sentences

    @property
    def flaky(self) -> Counter[str]:
        """The flaky exchanges by group."""
        return Counter(group for exchange in self.flaky_exchanges for group in exchange.groups)

    @property
    def erratic(self) -> Counter[str]:
        """The events of trouble by group: each flaky exchange with a failure outside of outages,
        and each outage once. Excused failures do not count.
        """
        outages = {origin: log.outages() for origin, log in list(self.attempts.items())}
        by_group: defaultdict[str, set[object]] = defaultdict(set)
        for exchange in self.flaky_exchanges:
            excused = self._passing(exchange) if exchange.probe.origin in self.excused else []
            failed = [a.began for a in exchange.failed if a not in excused]
            if not failed:
                continue
            explained = [outages[exchange.probe.origin].get(began) for began in failed]
            event = exchange if None in explained else (exchange.probe.origin, explained[0])
            for group in exchange.groups:
                by_group[group].add(event)
            hung = [
                a
                for a in exchange.failed
                if a.hung and a.began not in outages[exchange.probe.origin]
            ]
            if hung:
                group = by_connection(exchange.probe.origin)
                by_group[group].update((exchange, attempt.began) for attempt in hung)
        return Counter({group: len(events) for group, events in by_group.items()})


def _a_few(probes: Iterable[Probe]) -> dict[str, list[Probe]]:
    by_origin: defaultdict[str, dict[Probe, None]] = defaultdict(dict)
    for probe in probes:
        by_origin[probe.origin].setdefault(probe)
    return {origin: list(islice(few, LOOKED_AT_AGAIN)) for origin, few in by_origin.items()}


def by_connection(origin: str) -> str:
    """Return the group that counts new connections to an origin, and those without an answer: one
    of several backends may hang.
    """
    return f"{origin} by connection"
