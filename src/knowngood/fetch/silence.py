"""Give up origins that do not answer at all, so that a run ends soon."""

from __future__ import annotations

import time
from typing import Final

from .attempt_error import RUN_ERRORS, AttemptError
from .probe import Attempt, Exchange, Probe
from .rows import Rows, place_of

SILENT_LIMIT: Final = 32
SILENT_ROW: Final = 4
"""Probes in a row without an answer after which an origin is not asked any more: so many, or these
few if they took longer than two probes may, one after the other. At the default budget an origin
that drops every packet is given up within half a minute."""


class SilentOrigins:
    """Counts the probes in a row that an origin, or one of its edges, left without an answer.

    ``probe_seconds`` is the time that one probe may take.
    """

    def __init__(self, probe_seconds: float) -> None:
        self._probe_seconds = probe_seconds
        self._rows = Rows()
        self._last: dict[str, Attempt] = {}

    def forget(self) -> None:
        """Ask every origin again."""
        self._rows.end_all()

    def refusal(self, probe: Probe) -> Exchange | None:
        """Return the exchange of a probe whose origin is given up; None for any other probe. Where
        the last that was asked failed over TLS, so would this one.
        """
        place = place_of(probe)
        row, seconds = self._rows.row(probe)
        lasting = row >= SILENT_ROW and seconds > 2 * self._probe_seconds
        if row < SILENT_LIMIT and not lasting:
            return None
        detail = f"not asked: {row} requests in a row to {place} got no answer"
        last = self._last[place]
        tls = last.error is AttemptError.TLS
        error, phase = (AttemptError.TLS, last.phase) if tls else (AttemptError.UNREACHABLE, "")
        return Exchange(
            probe, (Attempt(time.time(), 0.0, error=error, detail=detail, phase=phase),)
        )

    def note(self, exchange: Exchange) -> None:
        """Count a finished exchange. One that was never sent does not count."""
        if exchange.heard:
            self._rows.end(exchange)
        elif exchange.error not in RUN_ERRORS and exchange.attempts[-1].seconds:
            self._rows.lengthen(exchange)
            self._last[place_of(exchange.probe)] = exchange.attempts[-1]
