"""Answer times: few numbers, from which quantiles and buckets are known well enough."""

from __future__ import annotations

import random
from dataclasses import asdict

import pytest

from knowngood.fetch.request_totals import AnswerTimes


def times_of(*seconds: float) -> AnswerTimes:
    """Answers that took so long."""
    times = AnswerTimes()
    for each in seconds:
        times.add(each)
    return times


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_quantiles_are_known_to_a_quarter(share: float) -> None:
    """Whatever the times are, as long as they are within the bounds."""
    chance = random.Random(7)  # noqa: S311 - the same in every run
    seconds = sorted(chance.lognormvariate(-3, 1.2) + 0.001 for _ in range(5000))
    exact = seconds[int(share * len(seconds)) - 1]
    assert times_of(*seconds).quantile(share) == pytest.approx(exact, rel=0.25)


@pytest.mark.parametrize(
    ("seconds", "low", "high"), [(0.0, 0.0, 0.001), (0.3, 0.25, 0.315), (1000.0, 80.0, 80.0)]
)
def test_one_answer(seconds: float, low: float, high: float) -> None:
    """A quantile of one answer lies in its class; beyond all bounds it is the last of them."""
    assert low <= times_of(seconds).quantile(0.5) <= high


def test_no_answer() -> None:
    """Nothing is made of nothing."""
    shown = AnswerTimes().to_json()
    assert (shown["count"], shown["p50"], shown["p95"]) == (0, 0.0, 0.0)


def test_buckets_are_cumulative_and_include_their_bound() -> None:
    """An answer that took exactly a bound counts for it, as `le` of Prometheus means it."""
    buckets = times_of(0.001, 0.01, 0.011, 0.5, 60.0).to_json()["buckets"]
    counts = {bucket["seconds"]: bucket["count"] for bucket in buckets}
    assert list(counts) == [
        *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    ]
    assert (counts[0.001], counts[0.005], counts[0.01], counts[0.025]) == (1, 1, 2, 3)
    assert (counts[0.25], counts[0.5], counts[5.0]) == (3, 4, 4)


def test_processes_add_up() -> None:
    """What two processes counted is what one would have."""
    both = times_of(0.1)
    both.add_all(**asdict(times_of(0.2, 30.0)))
    assert both == times_of(0.1, 0.2, 30.0)
