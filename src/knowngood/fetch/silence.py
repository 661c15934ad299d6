"""Give up origins that do not answer at all, so that a run ends soon."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from .attempt_error import RUN_ERRORS, AttemptError
from .probe import Attempt, Exchange, Probe

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
        self._in_a_row: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self._last: dict[str, Attempt] = {}

    def forget(self) -> None:
        """Ask every origin again."""
        self._in_a_row.clear()
        self._since.clear()

    def refusal(self, probe: Probe) -> Exchange | None:
        """Return the exchange of a probe whose origin is given up; None for any other probe. Where
        the last that was asked failed over TLS, so would this one.
        """
        place = _place(probe)
        row = self._in_a_row[place]
        seconds = time.time() - self._since.get(place, time.time())
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
        place = _place(exchange.probe)
        if exchange.heard:
            self._in_a_row[place] = 0
            self._since.pop(place, None)
        elif exchange.error not in RUN_ERRORS and exchange.attempts[-1].seconds:
            self._in_a_row[place] += 1
            self._since.setdefault(place, exchange.attempts[0].began)
            self._last[place] = exchange.attempts[-1]


def _place(probe: Probe) -> str:
    """The name of what may be silent as a whole: an origin, or one of its edges."""
    return f"{probe.origin} at {probe.address}" if probe.address else probe.origin
