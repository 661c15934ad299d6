"""Define when an alarm is raised and where it is sent: ``[watch]`` and ``[[notify]]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVENTS: Final = ("failed", "recovered", "blind", "rolled-back")
"""The kinds of events; :class:`knowngood.notify.EventKind` says what each means."""


@dataclass(frozen=True, slots=True)
class NotifyEntry:
    """A table of ``[[notify]]``.

    Attributes:
        secret: the name in ``[secrets]`` whose value is the Apprise URL to send to.
        on: the kinds of events that are sent there.
    """

    secret: str
    on: tuple[str, ...] = EVENTS


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """When ``knowngood watch`` reports a change, and how long it remembers runs.

    Attributes:
        confirm: FAILED runs in a row that raise an alarm.
        recover: PASSED runs in a row that end one.
        stale: minutes without a run that could judge, after which the watch reports itself blind.
        remind: hours after which lasting trouble is reported again.
        keep: days for which runs are kept.
        heartbeat: the name in ``[secrets]`` whose value is a URL to request after each run that
            could judge; empty for none.
    """

    confirm: int = 2
    recover: int = 2
    stale: float = 30.0
    remind: float = 24.0
    keep: float = 30.0
    heartbeat: str = ""
