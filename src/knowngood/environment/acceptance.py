"""Accept failures by ``[[advisory]]`` and mutations by ``[[accepted]]``, until a date.

Patterns are those of the shell: ``*`` is anything, ``?`` one character. An empty pattern matches
everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


def is_of(check: str, pattern: str) -> bool:
    """Return whether ``pattern`` means ``check``. One without a slash means files in any folder."""
    below = "" if "/" in pattern else check.rpartition("/")[2]
    return fnmatchcase(check, pattern) or fnmatchcase(below, pattern)


@dataclass(frozen=True, slots=True)
class Advisory:
    """A claim that decides nothing until a date; its failures are shown.

    Attributes:
        check: a pattern for checks, such as ``test_config.py::*``, by :func:`is_of`.
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


@dataclass(frozen=True, slots=True)
class AcceptedMutation:
    """A mutation that no check needs to catch.

    Attributes:
        mutation: a pattern for names of mutations, such as ``header-*``.
        reason: why no check needs to catch it.
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
