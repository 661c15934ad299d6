"""Failures that are accepted until a date: they are shown, and never decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Advisory:
    """A claim that decides nothing until a date.

    A pattern is one of the shell: ``*`` is anything, ``?`` one character. An empty one
    matches everything.

    Attributes:
        check: a pattern for checks, such as ``test_config.py::*``.
        reason: why the failures are accepted.
        until: the last day on which they are.
        case: a pattern for one value of the case, or for all of them joined by ``-``.
        url: a pattern for the URL that a failure is about, as ``ORIGIN:/path``.
    """

    check: str
    reason: str
    until: date
    case: str = ""
    url: str = ""

    def holds_on(self, day: date) -> bool:
        """Return whether failures are accepted on ``day``."""
        return day <= self.until
