"""Find origins that are down: they say nothing but "not now" for as long as a probe may take."""

from __future__ import annotations

from typing import Final

from .attempt_error import GATEWAY_ERRORS
from .probe import Exchange, Probe
from .rows import Rows

ROW: Final = 2
"""Probes in a row that got an error of a gateway in each attempt; one may be in trouble alone."""


class DownOrigins:
    """Counts the probes in a row that an origin, or one of its edges, left at a gateway's error.

    ``seconds`` is the time that one probe may take. Whoever waited so long for several probes need
    not wait for the next: one attempt shows whether the origin is up again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rows = Rows()

    def has(self, probe: Probe) -> bool:
        """Whether the origin of a probe is down."""
        row, seconds = self._rows.row(probe)
        return row >= ROW and seconds > self._seconds

    def note(self, exchange: Exchange) -> None:
        """Count a finished exchange. One without an answer does not count."""
        probe, answer = exchange.probe, exchange.answer
        if answer is None:
            return
        if answer.status in GATEWAY_ERRORS and answer.status != probe.expect:
            self._rows.lengthen(exchange)
        else:
            self._rows.end(exchange)
