"""Notice what fails several times in a row, so that nobody waits for the next.

An origin, or an edge of it, that is silent is not asked any more. One that is down, which answers
"not now" for as long as a probe may take, gets one attempt a probe; and so does a kind of requests
that hangs while its origin answers others: ``GET /{locale}/js/config.json`` in all locales.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from .attempt_error import ANSWERED_WRONG, GATEWAY_ERRORS, RUN_ERRORS, AttemptError
from .made_up import is_id
from .probe import Attempt, Exchange, Probe

SILENT_LIMIT: Final = 32
SILENT_ROW: Final = 4
"""Probes in a row without an answer after which an origin is given up: so many, or these few if
they took longer than two probes may. At the default budget an origin that drops every packet is
given up within half a minute."""

DOWN_ROW: Final = 2
"""Probes in a row that got a gateway's error in each attempt; one may be in trouble alone."""

KIND_ROW: Final = 4
"""Attempts in a row that time out: one more than there is time for at one probe, which may be in
trouble alone."""


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
        self._rows = Rows()

    def refusal(self, probe: Probe) -> Exchange | None:
        """Return the exchange of a probe whose origin is given up; None for any other probe. Its
        error is TLS if that ended the last attempt.
        """
        place = place_of(probe)
        row, seconds = self._rows.row(place)
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
        place = place_of(exchange.probe)
        if exchange.heard:
            self._rows.end(place)
        elif exchange.error not in RUN_ERRORS and exchange.attempts[-1].seconds:
            self._rows.lengthen(place, exchange.attempts[0].began)
            self._last[place] = exchange.attempts[-1]


class DownOrigins:
    """Counts the probes in a row that an origin, or one of its edges, left at a gateway's error.

    ``probe_seconds`` is the time that one probe may take.
    """

    def __init__(self, probe_seconds: float) -> None:
        self._probe_seconds = probe_seconds
        self._rows = Rows()

    def has(self, probe: Probe) -> bool:
        """Return whether the origin of a probe is down."""
        row, seconds = self._rows.row(place_of(probe))
        return row >= DOWN_ROW and seconds > self._probe_seconds

    def note(self, exchange: Exchange) -> None:
        """Count a finished exchange. One without an answer does not count."""
        probe, answer = exchange.probe, exchange.answer
        if answer is None:
            return
        if answer.status in GATEWAY_ERRORS and answer.status != probe.expect:
            self._rows.lengthen(place_of(probe), exchange.attempts[0].began)
        else:
            self._rows.end(place_of(probe))


class SilentKinds:
    """Counts the attempts in a row that a kind of requests left without an answer.

    ``seconds`` is the time that one probe may take. Where nothing of a kind was answered for so
    long, one attempt at each further probe shows whether that is over. ``params`` are the values
    that fields of URLs stand for, by name.
    """

    def __init__(self, seconds: float, params: Mapping[str, Iterable[str]]) -> None:
        self._seconds = seconds
        self._values = {value for values in params.values() for value in values if value}
        self._rows = Rows()

    def has(self, probe: Probe) -> bool:
        """Return whether the kind of a probe hangs."""
        if not self._rows:
            return False
        row, seconds = self._rows.row(self._kind_of(probe))
        return row >= KIND_ROW and seconds > self._seconds

    def note(self, probe: Probe, attempt: Attempt) -> None:
        """Count an attempt."""
        if attempt.error is AttemptError.TIMEOUT:
            self._rows.lengthen(self._kind_of(probe), attempt.began)
        elif self._rows and (attempt.error is None or attempt.error in ANSWERED_WRONG):
            self._rows.end(self._kind_of(probe))

    def not_tried_again(self, probe: Probe) -> str:
        """Return why a probe of a kind that hangs gets no further attempt."""
        _, seconds = self._rows.row(self._kind_of(probe))
        return f"not tried again, as no request like it was answered for {seconds:.0f} s"

    def _kind_of(self, probe: Probe) -> str:
        segments = urlsplit(probe.url).path.split("/")
        path = "/".join("{}" if s in self._values or is_id(s) else s for s in segments)
        return f"{probe.method} {place_of(probe)} {path}"


class Rows:
    """How often in a row something failed, and since when, by its name."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, float]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def lengthen(self, name: str, began: float) -> None:
        """Count one more failure; the first of a row begins it, in seconds since the epoch."""
        count, first = self._rows.get(name, (0, began))
        self._rows[name] = count + 1, first

    def end(self, name: str) -> None:
        """End a row."""
        self._rows.pop(name, None)

    def row(self, name: str) -> tuple[int, float]:
        """Return the length of a row, and how many seconds ago it began."""
        count, began = self._rows.get(name, (0, time.time()))
        return count, time.time() - began


def place_of(probe: Probe) -> str:
    """Return the name of what fails as a whole: an origin, or one of its edges."""
    return f"{probe.origin} at {probe.address}" if probe.address else probe.origin
