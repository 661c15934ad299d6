"""Find kinds of requests that hang while an origin answers others, so that a run ends soon.

A kind is a method on one kind of URL: ``GET /{locale}/js/config.json`` in all locales.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from .attempt_error import ANSWERED_WRONG, AttemptError
from .failing_origins import Rows, place_of
from .made_up import is_id
from .probe import Attempt, Probe

ROW: Final = 4
"""Attempts in a row that time out: one more than there is time for at one probe, which may be in
trouble alone."""


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
        """Whether the kind of a probe hangs."""
        if not self._rows:
            return False
        row, seconds = self._rows.row(self._kind_of(probe))
        return row >= ROW and seconds > self._seconds

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
