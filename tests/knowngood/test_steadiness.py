"""Trouble told from outages, and chance from what is no chance: by arithmetic and by simulation."""

import random
from array import array
from math import comb

import pytest

from knowngood.steadiness import FALSE_ALARM, OUTAGE, SOUND, Attempts, may_be_chance


def attempts(fates: str) -> Attempts:
    """One attempt after the other: ``.`` was answered, ``x`` failed."""
    answered = array("d", [place for place, fate in enumerate(fates) if fate == "."])
    return Attempts(answered, [float(place) for place, fate in enumerate(fates) if fate == "x"])


@pytest.mark.parametrize(
    ("fates", "alone"),
    [
        ("", []),
        ("....", []),
        (".x.", [1]),
        ("x.x.", [0, 2]),
        (".xxx.", [1, 2, 3]),
        (".xxxx.", []),
        ("xxxx", []),
        (".x.xxxxxxxx.x", [1, 12]),
    ],
)
def test_what_fails_while_the_origin_is_up(fates: str, alone: list[int]) -> None:
    """Four in a row are an outage; what fails before and after it is not."""
    assert sorted(attempts(fates).alone()) == alone


def test_the_order_is_that_in_which_attempts_began() -> None:
    """They end, and are noted, in another: the slow ones last."""
    found = Attempts(array("d", [5.0, 1.0, 3.0]), [4.0, 2.0])
    assert found.alone() == {2.0, 4.0}


@pytest.mark.parametrize("share", [1 / 3, 1 / 2])
def test_lasting_trouble_is_no_outage(share: float) -> None:
    """Of trouble that strikes each attempt by itself, what is counted is above a fifth."""
    choose = random.Random(8)  # noqa: S311
    fates = "".join("x" if choose.random() < share else "." for _ in range(50_000))
    lost = share ** (OUTAGE - 1) * (OUTAGE - (OUTAGE - 1) * share)
    counted = len(attempts(fates).alone()) / len(fates)
    assert counted == pytest.approx(share * (1 - lost), rel=0.03)
    assert counted > 0.25


@pytest.mark.parametrize("asked", [6, 10, 24, 48, 100, 1000])
def test_chance_is_the_binomial_tail(asked: int) -> None:
    """Held against the sum written out."""
    for troubled in range(asked + 1):
        tail = sum(
            comb(asked, number) * SOUND**number * (1 - SOUND) ** (asked - number)
            for number in range(troubled, min(asked, troubled + 200) + 1)
        )
        assert may_be_chance(troubled, asked) is (tail > FALSE_ALARM), troubled


def test_chance_of_many() -> None:
    """Forty thousand requests are no matter."""
    assert may_be_chance(1600, 40_000)
    assert not may_be_chance(8000, 40_000)


@pytest.mark.parametrize(("troubled", "chance"), [(0, True), (1, False)])
def test_where_no_trouble_is_expected(troubled: int, chance: bool) -> None:
    """An environment that tolerates nothing takes nothing for chance."""
    assert may_be_chance(troubled, 100, 0.0) is chance
