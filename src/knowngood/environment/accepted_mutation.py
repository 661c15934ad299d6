"""Mutations that no check need catch: blind spots that somebody has accepted, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AcceptedMutation:
    """What may go wrong without being noticed.

    A pattern is one of the shell: ``*`` is anything, ``?`` one character. An empty one
    matches everything.

    Attributes:
        mutation: a pattern for names of mutations, such as ``header-*``.
        reason: why nobody need notice.
        url: a pattern for the URL that is changed or its kind, as ``ORIGIN:/path``.
        until: the last day on which it is accepted; None if there is none.
    """

    mutation: str
    reason: str
    url: str = ""
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it is accepted on ``day``."""
        return self.until is None or day <= self.until
