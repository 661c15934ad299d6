"""Tell a clock that is wrong by the records that were dated by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ..safety import one_line, plural
from .record import Record

_NOTABLE: Final = timedelta(minutes=1)


def warnings(records: Iterable[Record], now: datetime) -> list[str]:
    """Return a line for each machine whose clock was wrong when it made one of ``records``: ahead
    of this machine's, which says ``now``, or behind the record before.
    """
    ahead: dict[str, timedelta] = {}
    behind: dict[str, tuple[timedelta, str]] = {}
    for record in records:
        host = one_line(record.where or record.who, 80)
        if record.clock is not None:
            by = record.when - record.clock
            behind[host] = max((by, record.name), behind.get(host, (timedelta(), "")))
        else:
            ahead[host] = max(record.when - now, ahead.get(host, timedelta()))
    return [
        *(
            f"the clock of {host} is {_minutes(by)} ahead of this one, by its records: set the one "
            "that is wrong; until then what it PASSED is not taken for good"
            for host, by in ahead.items()
            if by > _NOTABLE
        ),
        *(
            f"the clock of {host} was {_minutes(by)} behind the record before its own: set the one "
            f"that is wrong; {name} is dated after the other"
            for host, (by, name) in behind.items()
            if by > _NOTABLE
        ),
    ]


def _minutes(time: timedelta) -> str:
    return plural(round(time.total_seconds() / 60), "minute")
