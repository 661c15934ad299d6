"""When `knowngood watch` says something, and how long it remembers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What makes a change of state certain, and what is worth saying again.

    Attributes:
        confirm: FAILED runs in a row that make an alarm.
        recover: PASSED runs in a row that end one.
        stale: minutes without a run that could judge, after which the watch says that it is blind.
        remind: hours after which trouble that lasts is told again.
        keep: days for which runs are kept.
        heartbeat: the name in ``[secrets]`` whose value is a URL that is asked for after each run
            that could judge; empty for none.
    """

    confirm: int = 2
    recover: int = 2
    stale: float = 30.0
    remind: float = 24.0
    keep: float = 30.0
    heartbeat: str = ""
