"""A deployment that settles after a push: gateway errors are waited out, if they end."""

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from tenacity import wait_fixed
from wire import Fetchers, Play, Serve, answer, by_method, by_path, close, in_turn

from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.second_look import REQUESTS, excuse_passed, has_passed

pytestmark = pytest.mark.usefixtures("waits_of_a_hundredth", "short_looks")


@pytest.fixture
def waits_of_a_hundredth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow after a hundredth of a second."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_fixed(0.01))


def settling(status: int, errors: int = 20, **headers: str) -> Play:
    """Answer so many times with an error, then as usual."""
    return in_turn(*[answer("", status, headers)] * errors, answer("up"))


def ask(fetcher: Fetcher, url: str, **of_probe: Any) -> Exchange:
    """Send one probe and wait."""
    return fetcher.send(Probe("content", url, **of_probe))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateway_errors_are_waited_out(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """With more attempts and time than a probe has otherwise."""
    server = serve(settling(status, 5))
    clock = SimpleNamespace(
        time=time.time, monotonic=lambda: time.monotonic() + 4 * len(server.requests)
    )
    for module in ("attempts", "retry"):
        monkeypatch.setattr(f"knowngood.fetch.{module}.time", clock)
    exchange = ask(fetchers(server, settle=50.0, attempts=2, probe=6), server.url)
    assert [attempt.status for attempt in exchange.attempts] == [*[status] * 5, 200]


@pytest.mark.parametrize(
    "play", [answer(status=429), answer(status=500), close], ids=["429", "500", "closed"]
)
def test_nothing_else_is_waited_out(serve: Serve, fetchers: Fetchers, play: Play) -> None:
    """No load balancer says so while it swaps its targets."""
    server = serve(play)
    exchange = ask(fetchers(server, settle=5.0, attempts=2), server.url)
    assert len(exchange.attempts) <= 2
    assert not exchange.attempts[-1].settling


def test_a_gateway_that_names_a_later_time_is_asked_once_more(
    serve: Serve, fetchers: Fetchers
) -> None:
    """At the end of the time to settle: that is as long as anybody waits."""
    server = serve(settling(503, 1, **{"Retry-After": "60"}))
    exchange = ask(fetchers(server, settle=2.0), server.url)
    assert [attempt.status for attempt in exchange.attempts] == [503, 200]


def test_what_is_down_for_good_is_waited_for_once(serve: Serve, fetchers: Fetchers) -> None:
    """All of its URLs share the time: the first uses it up."""
    server = serve(answer(status=503))
    fetcher = fetchers(server, settle=1.0, attempts=1, concurrency=1)
    probes = [Probe("content", f"{server.url}/{n}") for n in range(20)]
    attempts = sorted(len(exchange.attempts) for exchange in fetcher.send_all(probes))
    assert attempts[:-1] == [1] * 19
    assert attempts[-1] > 1


def test_no_more_than_the_run_has(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time ends first, and is not used up before a last attempt."""
    monkeypatch.setattr("knowngood.fetch.attempts.SHORTEST", 5.0)
    server = serve(answer(status=503))
    exchange = ask(fetchers(server, settle=30.0, attempts=1, seconds=5.5), server.url)
    assert exchange.attempts[-1].status == 503


# -- what it counts as

SETTLE = 50.0


def excuse_later(fetcher: Fetcher) -> None:
    """Ask again when the time to settle is over."""
    fetcher.statistics.began -= SETTLE
    excuse_passed(fetcher)


def settled(serve: Serve, fetchers: Fetchers, play: Play, **budget: Any) -> Fetcher:
    """Ask twenty times for a URL that settles, beside another, until the checks are done."""
    server = serve(by_path({"/a": play, "/b": answer()}))
    fetcher = fetchers(server, settle=SETTLE, concurrency=4, **budget)
    fetcher.send_all([Probe("content", f"{server.url}/b", sample=n) for n in range(9)])
    fetcher.send_all([Probe("content", f"{server.url}/a", sample=n) for n in range(20)])
    excuse_later(fetcher)
    return fetcher


def test_what_has_settled_is_not_unsteady(serve: Serve, fetchers: Fetchers) -> None:
    """It is counted as flaky, told, and nothing more."""
    statistics = settled(serve, fetchers, settling(502)).statistics
    assert statistics.failures.flaky["content"] >= 1
    assert statistics.failures.erratic == {}
    assert "the deployment was settling" in statistics.failures.warnings(0.0)[0]


def test_the_warning_names_the_statuses_that_came(serve: Serve, fetchers: Fetchers) -> None:
    """Cloudflare has others than 502 to 504."""
    statistics = settled(serve, fetchers, settling(521)).statistics
    assert " with 521, the last " in statistics.failures.warnings(0.0)[0]


def test_what_never_settles_is_unsteady(serve: Serve, fetchers: Fetchers) -> None:
    """Each third answer is 502, to the end and beyond."""
    play = in_turn(*[answer(), answer(), answer(status=502)] * 2000)
    statistics = settled(serve, fetchers, play).statistics
    assert statistics.failures.erratic["content"] >= 5
    assert statistics.failures.warnings(0.0) == []


def test_what_settles_excuses_neither_writes_nor_another_origin(
    serve: Serve, fetchers: Fetchers
) -> None:
    """Reads of one origin have passed; that each second write, or read elsewhere, fails lasts."""
    site, other = [
        serve(by_method(GET=play, POST=in_turn(*[answer(), answer(status=503)] * 2000)))
        for play in (settling(502), in_turn(*[answer(), answer(status=502)] * 2000))
    ]
    fetcher = fetchers({"content": site.url, "other": other.url}, writes=True, settle=SETTLE)
    probes = [Probe("content", site.url, sample=n) for n in range(20)]
    probes += [Probe("content", f"{site.url}/{n}", "POST", repeatable=True) for n in range(20)]
    probes += [Probe("other", other.url, sample=n) for n in range(40)]
    fetcher.send_all(probes)
    excuse_later(fetcher)
    assert fetcher.statistics.failures.excused == {"content"}
    assert fetcher.statistics.failures.erratic["content"] >= 5
    assert fetcher.statistics.failures.erratic["other"] >= 5


def test_trouble_is_looked_at_no_longer_than_the_run_lasts() -> None:
    """It has not passed, then."""
    looks: list[int] = []

    def again(probes: Sequence[Probe]) -> list[Exchange]:
        looks.append(len(probes))
        return [Exchange(probe, (Attempt(0.0, 0.0),)) for probe in probes]

    now = time.time()
    assert not has_passed(again, [Probe("content", "http://h/")], now + 60, now)
    assert looks == [REQUESTS]


def test_a_round_that_takes_long_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow server that is asked by too many at once gets another round all the same."""
    monkeypatch.setattr("knowngood.fetch.second_look.PAUSE", 0.0)
    rounds: list[Answer | None] = [None, Answer(200, "http://h/", (), b"")]

    def again(probes: Sequence[Probe]) -> list[Exchange]:
        result = rounds.pop(0)
        return [Exchange(probe, (Attempt(0.0, 0.0),), result) for probe in probes]

    assert has_passed(again, [Probe("content", "http://h/")], 0.0, time.time() + 60)


def test_a_sound_deployment_is_not_asked_again(serve: Serve, fetchers: Fetchers) -> None:
    """Nothing failed, so there is nothing to excuse."""
    fetcher = settled(serve, fetchers, answer())
    assert fetcher.statistics.attempts == fetcher.statistics.sent == 29
