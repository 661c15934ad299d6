"""A clock that is wrong is told as that, once for each machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from release_side import NOW

from knowngood.release import clocks
from knowngood.release.record import Record, RecordKind

RECORD = Record(RecordKind.VERIFIED, "prod", "v1", "1" * 40, NOW, "PASSED", where="ci-7")


def test_one_line_for_many_records() -> None:
    """With the most that it was ahead by."""
    ahead = [replace(RECORD, when=NOW + timedelta(minutes=number)) for number in range(57)]
    [line] = clocks.warnings([RECORD, *ahead], NOW)
    assert line.startswith("the clock of ci-7 is 56 min ahead of this one")


def test_a_clock_behind() -> None:
    """By the record before, which was dated later."""
    record = replace(RECORD, clock=NOW - timedelta(minutes=6))
    [line] = clocks.warnings([record], NOW)
    assert line.startswith("the clock of ci-7 was 6 min behind the record before its own")


def test_a_clock_behind_is_told_until_it_is_right() -> None:
    """A later record of that machine is in order. One of a machine that makes no other, such as a
    container of CI, is told for a day.
    """
    record = replace(RECORD, clock=NOW - timedelta(minutes=6))
    later = replace(RECORD, when=NOW + timedelta(hours=3))
    other = replace(later, where="ci-8")
    assert clocks.warnings([later, record], later.when) == []
    assert len(clocks.warnings([record, other], other.when)) == 1
    assert clocks.warnings([record, other], NOW + timedelta(days=1)) == []


@pytest.mark.parametrize("seconds", [-3600, 0, 30])
def test_clocks_that_are_right(seconds: int) -> None:
    """Half a minute is what clocks differ by."""
    assert clocks.warnings([replace(RECORD, when=NOW + timedelta(seconds=seconds))], NOW) == []
