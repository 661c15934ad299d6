"""Whose clock counts.

A record is dated by the machine that made it, and records are in order by their dates. Three rules
keep a clock that is wrong from changing the order:

- A record is dated after the one that it follows, whatever its clock says (:func:`following`).
- One that is dated more than a day ahead is followed by none: no clock that anybody sets is a day
  ahead, and one that is years ahead must not take all others along. What came after it is known by
  the record that each names as the one before. It may as well be this clock that is days behind, so
  what somebody says against a release follows in any case.
- Between records of two machines that do not name each other, clocks may differ by SKEW.

A PASSED of the future counts when its time has come, and bad news at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..safety import duration, one_line
from .record import Record, RecordKind

SKEW: Final = timedelta(minutes=5)
"""How far another machine's clock may be ahead of ours."""

FARTHEST: Final = timedelta(days=1)
"""How far ahead a record may be dated for later ones to follow it."""

_END: Final = datetime(2099, 12, 31, tzinfo=UTC)
"""The last day that git takes for a date (its date.c)."""

_NOTABLE: Final = 60.0  # seconds by which a clock may be wrong without a warning


def following(record: Record, last: Record | None, farthest: Record | None) -> Record:
    """Return ``record``, which is made now, dated after the one that it follows: ``last``, its
    environment's newest, or ``farthest``, the one with the latest date, if it is bad news.
    """
    now = record.when
    against = record.failed or record.kind in {RecordKind.REJECTED, RecordKind.APPROVED}
    before, latest = (farthest, _END) if against else (last, now + FARTHEST)
    if before is None or before.when < now or before.when >= latest:
        return record
    return replace(record, when=before.when + timedelta(microseconds=1), clock=now)


def skew(one: Record, other: Record) -> timedelta:
    """Return how far the clocks that dated two records may differ."""
    # A record made by hand names no machine; its tagger stands for the clock.
    same_clock = (one.where or one.who) == (other.where or other.who)
    return timedelta() if same_clock else SKEW


def is_past(record: Record, now: datetime) -> bool:
    """Return whether a record was made before ``now``, by its own clock, which may be ahead."""
    return record.made <= now + SKEW


def warnings(records: Iterable[Record], now: datetime) -> list[str]:
    """Return a line for each machine whose clock was wrong when it made one of ``records``: ahead
    of this machine's, which says ``now``, or behind the record before.

    That it was behind is told of its newest record alone, and for a day: one that is in order ends
    it, and a container of CI makes no other.
    """
    ahead: dict[str, float] = {}
    newest: dict[str, Record] = {}
    for record in records:
        host = one_line(record.where or record.who, 80)
        if host not in newest or record.when > newest[host].when:
            newest[host] = record
        if record.clock is None:
            by = (record.when - now).total_seconds()
            ahead[host] = max(by, ahead.get(host, 0.0))
    return [
        *(
            f"the clock of {host} is {duration(by)} ahead of this one, by its records: set the one "
            "that is wrong; until then what it PASSED is not taken for good"
            for host, by in ahead.items()
            if by > _NOTABLE
        ),
        *(
            f"the clock of {host} was {duration(by)} behind the record before its own, or that one "
            f"was ahead: set the one that is wrong; {record.name} is dated after the other; told "
            f"until the next record of {host} is in order, for a day at most"
            for host, record in newest.items()
            if (by := (record.when - record.made).total_seconds()) > _NOTABLE
            and record.made > now - FARTHEST
        ),
    ]
