"""Who is told what becomes of an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVENTS: Final = ("failed", "recovered", "blind", "rolled-back")
"""What can be told; each means what :class:`knowngood.notify.EventKind` says."""


@dataclass(frozen=True, slots=True)
class NotifyEntry:
    """A table of ``[[notify]]``.

    Attributes:
        secret: the name in ``[secrets]`` whose value is the Apprise URL to send to.
        on: the kinds of events that are sent there.
    """

    secret: str
    on: tuple[str, ...] = EVENTS
