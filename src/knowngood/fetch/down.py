"""Find origins that are down: they say nothing but "not now" for as long as a probe may take."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from .attempt_error import GATEWAY_ERRORS
from .probe import Exchange, Probe

ROW: Final = 2
"""Probes in a row that got an error of a gateway in each attempt; one may be in trouble alone."""


class DownOrigins:
    """Counts the probes in a row that an origin, or one of its edges, left at a gateway's error.

    ``seconds`` is the time that one probe may take. Whoever waited so long for several probes need
    not wait for the next: one attempt shows whether the origin is up again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._in_a_row: Counter[tuple[str, str]] = Counter()
        self._since: dict[tuple[str, str], float] = {}

    def has(self, probe: Probe) -> bool:
        """Whether the origin of a probe is down."""
        place = probe.origin, probe.address
        lasting = time.time() - self._since.get(place, time.time()) > self._seconds
        return lasting and self._in_a_row[place] >= ROW

    def note(self, exchange: Exchange) -> None:
        """Count a finished exchange. One without an answer does not count."""
        probe, answer = exchange.probe, exchange.answer
        place = probe.origin, probe.address
        if answer is None:
            return
        if answer.status in GATEWAY_ERRORS and answer.status != probe.expect:
            self._in_a_row[place] += 1
            self._since.setdefault(place, exchange.attempts[0].began)
        else:
            self._in_a_row[place] = 0
            self._since.pop(place, None)
