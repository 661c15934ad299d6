"""Trouble told from outages, and chance from what is no chance: by arithmetic and by simulation."""

import heapq
import random
from array import array
from collections.abc import Callable, Iterator, Sequence
from math import comb

import pytest
from results_of_a_run import results_of

from knowngood.fetch.flakiness import FALSE_ALARM, OUTAGE, SOUND, AttemptLog, may_be_chance
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.statistics import RequestStatistics
from knowngood.verdict.decide import fold
from knowngood.verdict.run_results import RunResults


def attempts(fates: str, apart: float = 0.01) -> AttemptLog:
    """One attempt after the other, so many seconds apart: ``.`` was answered, ``x`` failed."""
    at = {
        fate: [apart * place for place, each in enumerate(fates) if each == fate] for fate in ".x"
    }
    return AttemptLog(array("d", at["."]), at["x"])


@pytest.mark.parametrize(
    ("fates", "rows"),
    [
        ("", []),
        ("....", []),
        (".x.", []),
        (".xxx.", []),
        (".xxxx.", [4]),
        ("xxxx", [4]),
        ("x.x.x", [1, 1]),
        (".x.xxxxxxxx.x.", [8]),
        (".xxxx.xxxx.", [4, 4]),
    ],
)
def test_four_in_a_row_are_an_outage(fates: str, rows: list[int]) -> None:
    """What fails before and after it is not; what fails first or last of all may be."""
    outages = list(attempts(fates).outages().values())
    assert sorted(outages.count(outage) for outage in set(outages)) == rows


@pytest.mark.parametrize(("apart", "explained"), [(0.1, 0), (0.13, 2)])
def test_where_nothing_was_answered_for_a_while(apart: float, explained: int) -> None:
    """At a low concurrency an outage meets few requests, and all of them wait."""
    assert len(attempts(".x.", apart=apart).outages()) == explained // 2
    assert len(attempts(".xx.", apart=apart).outages()) == 2  # 0.3 s at least


def test_the_order_is_that_in_which_attempts_began() -> None:
    """They end, and are noted, in another: the slow ones last."""
    assert AttemptLog(array("d", [0.05, 0.01, 0.03]), [0.04, 0.02]).outages() == {}


def test_attempts_that_end_while_they_are_counted() -> None:
    """A run that is stopped has requests under way, whose threads still note how they end."""

    class Growing(list[float]):
        def __iter__(self) -> Iterator[float]:
            copied = super().__iter__()
            self.append(9.0)
            return copied

    log = AttemptLog(array("d", [1.0]), Growing([0.1, 0.2, 0.3, 0.4]))
    assert set(log.outages()) >= {0.1, 0.2, 0.3, 0.4}


@pytest.mark.parametrize("share", [1 / 3, 1 / 2])
def test_lasting_trouble_is_no_outage(share: float) -> None:
    """Of trouble that strikes each attempt by itself, what is counted is above a fifth."""
    choose = random.Random(8)  # noqa: S311
    fates = "".join("x" if choose.random() < share else "." for _ in range(50_000))
    lost = share ** (OUTAGE - 1) * (OUTAGE - (OUTAGE - 1) * share)
    log = attempts(fates)
    counted = (len(log.failed) - len(log.outages())) / len(fates)
    assert counted == pytest.approx(share * (1 - lost), rel=0.03)
    assert counted > 0.25


GROUPS = [24, 8, 24, 140, 70, 70, 76, 200, 24, 8, 10, 45]
"""Requests of each declaration, as FHR's checks have them with eight locales."""

BROWNOUT = 0.3  # seconds

Fails = Callable[[int, float], bool]


def simulated(fails: Fails, concurrency: int, seconds: float, choose: random.Random) -> RunResults:
    """A run against an origin at which the attempt at a request of a group, made at a time,
    fails or not, in the order of these times; answers take so many seconds.
    """
    statistics = RequestStatistics()
    waiting = [(group, number) for group, count in enumerate(GROUPS) for number in range(count)]
    waiting.reverse()
    slots = [(0.0004 * slot, waiting.pop(), ()) for slot in range(concurrency)]
    while slots:
        now, request, before = heapq.heappop(slots)
        bad = fails(request[0], now + seconds / 2)
        tried: tuple[Attempt, ...] = (*before, Attempt(now, seconds, 503 if bad else 200))
        now += seconds * choose.uniform(0.8, 1.2)
        if bad and len(tried) < 6:
            pause = min(4.0, 0.25 * 2 ** len(before)) + choose.uniform(0, 0.25)
            heapq.heappush(slots, (now + pause, request, tried))
            continue
        probe = Probe("content", "http://h/{}/{}".format(*request), template=str(request[0]))
        statistics.note(Exchange(probe, tried, Answer(tried[-1].status or 0, probe.url, (), b"")))
        if waiting:
            heapq.heappush(slots, (now, waiting.pop(), ()))
    return results_of(
        asked=statistics.asked,
        flaky=statistics.failures.flaky,
        erratic=statistics.failures.erratic,
    )


def noise(share: float, choose: random.Random) -> Fails:
    """So much trouble for each attempt, and an outage every ten seconds on average."""
    outages = [choose.uniform(0, 1.5)]
    while outages[-1] < 300:
        outages.append(outages[-1] + BROWNOUT + choose.expovariate(0.1))

    def fails(_group: int, now: float) -> bool:
        down = any(0 <= now - began < BROWNOUT for began in outages)
        return down or choose.random() < share

    return fails


def every_second(group: int, others: Fails) -> Fails:
    """Each second request of one group, besides the others' trouble."""
    met: list[float] = []

    def fails(asked: int, now: float) -> bool:
        if asked == group:
            met.append(now)
        return (asked == group and len(met) % 2 == 0) or others(asked, now)

    return fails


@pytest.mark.parametrize("seconds", [0.003, 0.05, 0.2])
@pytest.mark.parametrize("concurrency", [1, 2, 3, 4, 8, 64])
def test_trouble_is_told_from_noise(concurrency: int, seconds: float) -> None:
    """Whatever is under way at once, and however long answers take: noise and outages pass;
    under them a group of 24 that fails every second time, and all that fail each third, do not.
    """
    choose = random.Random(f"{concurrency} {seconds}")  # noqa: S311

    def unsteady(make: Callable[[], Fails]) -> Sequence[str]:
        return fold(simulated(make(), concurrency, seconds, choose)).judged.all_unsteady

    assert unsteady(lambda: noise(SOUND, choose)) == []
    assert "2" in unsteady(lambda: every_second(2, noise(SOUND, choose)))
    assert "content" in unsteady(lambda: noise(1 / 3, choose))


@pytest.mark.parametrize("asked", [6, 10, 24, 48, 100, 300])
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
