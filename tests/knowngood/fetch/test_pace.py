"""Requests go out at the rate that a server takes."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import wait

import pytest
from tenacity import wait_random
from wire import Fetchers, Play, Serve, Server, Talk, answer, in_turn

from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.pace import REFUSED, SLOWEST, TRIES, WINDOW, Pace
from knowngood.fetch.probe import Probe
from knowngood.fetch.second_look import excuse_passed
from knowngood.verdict.unsteady import FLAKY_FLOOR


class Clock:
    """A clock that goes on while somebody waits, and a server with a bucket of tokens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rate: float, burst: float) -> None:
        self.now, self.rate, self.burst, self.tokens = 100.0, rate, burst, burst
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self._wait(max(0.0, seconds))

    def _wait(self, seconds: float) -> None:
        self.now += seconds
        self.tokens = min(self.burst, self.tokens + seconds * self.rate)

    def takes(self) -> bool:
        """Whether it takes a request a millisecond later."""
        self._wait(0.001)
        taken = self.tokens >= 1
        self.tokens -= taken
        return taken


def ask(pace: Pace, count: int, takes: Callable[[], bool]) -> list[bool]:
    """Send requests one after the other; return which were refused."""

    async def send() -> list[bool]:
        refused = []
        for _ in range(count):
            turn = await pace.turn()
            refused.append(not takes())
            pace.note(turn, served=not refused[-1], refused=refused[-1])
        return refused

    return asyncio.run(send())


def test_nobody_waits_without_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand requests take no longer than their answers."""
    pace, clock = Pace(), Clock(monkeypatch, 1e6, 1e6)
    ask(pace, 1000, clock.takes)
    assert pace.rate == 0
    assert clock.now - 100 < 1.1


@pytest.mark.parametrize(("rate", "burst"), [(20, 20), (20, 1), (100, 50), (5, 40), (2, 1)])
def test_the_rate_that_is_taken_is_found(
    monkeypatch: pytest.MonkeyPatch, rate: int, burst: int
) -> None:
    """Few are refused on the way, and little time is lost."""
    pace, clock = Pace(), Clock(monkeypatch, rate, burst)
    refused = ask(pace, 400, clock.takes)
    assert pace.rate > 0
    assert sum(refused) < 60
    assert clock.now - 100 < 2 * 400 / rate


def test_what_no_rate_helps_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each second request is refused, however slowly they come: it is not their rate."""
    pace, clock = Pace(), Clock(monkeypatch, 1e6, 1e6)
    turns = iter(range(10_000))
    ask(pace, 500, lambda: clock.takes() and next(turns) % 2 == 0)
    assert pace.rate == 0
    assert clock.now - 100 < (TRIES - 1) * WINDOW / SLOWEST


def test_a_wall_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is served, no rate would be enough."""
    pace, clock = Pace(), Clock(monkeypatch, 0, 0)
    ask(pace, 100, clock.takes)
    assert pace.rate == 0
    assert clock.now - 100 < 1


def test_single_refusals_are_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in WINDOW changes nothing."""
    pace, clock = Pace(), Clock(monkeypatch, 1e6, 1e6)
    turns = iter(range(10_000))
    ask(pace, 500, lambda: clock.takes() and next(turns) % (WINDOW // REFUSED + 2) > 0)
    assert pace.rate == 0


# -- a server


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow soon, but not all at once."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_random(0.05, 0.2))


def limited(rate: float, burst: float, refuse: Play) -> Play:
    """Answer, as often as a bucket of tokens allows. It is filled up again once it has refused some
    requests: a busy machine might never be too fast otherwise.
    """
    lock, state, refused = threading.Lock(), [burst, time.monotonic()], [0]

    def play(talk: Talk) -> None:
        with lock:
            now = time.monotonic()
            passed = now - state[1] if refused[0] > 2 * REFUSED else 0.0
            tokens = min(burst, state[0] + passed * rate)
            taken = tokens >= 1
            refused[0] += not taken
            state[:] = [tokens - taken, now]
        (answer("fine") if taken else refuse)(talk)

    return play


def asked(fetcher: Fetcher, server: Server, count: int) -> set[int]:
    """Ask for ``count`` URLs at once, until the checks are done; return the statuses."""
    loads = [fetcher.load(Probe("content", f"{server.url}/{n}")) for n in range(count)]
    wait(loads, 90)
    excuse_passed(fetcher)
    answers = [load.result().exchange.answer for load in loads]
    return {answer.status for answer in answers if answer is not None}


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("status", [429, 503])
def test_what_is_refused_for_its_rate_is_answered_in_the_end(
    serve: Serve, fetchers: Fetchers, status: int
) -> None:
    """By either status, and it is said; nothing of it counts as unsteady."""
    server = serve(limited(100, 20, answer(status=status)))
    fetcher = fetchers(server, concurrency=32, attempts=12, probe=15.0)
    assert asked(fetcher, server, 120) == {200}
    assert fetcher.statistics.failures.erratic["content"] <= FLAKY_FLOOR
    assert "refused requests for their rate" in fetcher.statistics.failures.warnings(0.0)[-1]


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(("status", "paced"), [(503, False), (429, True)])
def test_a_write_is_refused(serve: Serve, fetchers: Fetchers, status: int, paced: bool) -> None:
    """By 503 it is not for its rate: what stores it may be in trouble."""
    server = serve(in_turn(*[answer("fine"), answer(status=status)] * 20))
    fetcher = fetchers(server, concurrency=1, attempts=1, writes=True)
    for _ in range(9):
        fetcher.send(Probe("content", server.url, "PUT", body=b"x"))
    assert fetcher.network is not None
    assert bool(fetcher.network.rates) == paced


@pytest.mark.usefixtures("no_waits", "short_looks")
def test_what_another_rate_does_not_end_is_not_excused(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second answer is 503, and nobody has to wait for the next."""
    monkeypatch.setattr("knowngood.fetch.pace.FIRST", 100.0)
    monkeypatch.setattr("knowngood.fetch.pace.SLOWEST", 50.0)
    server = serve(in_turn(*[answer("fine"), answer(status=503)] * 2000))
    fetcher = fetchers(server, concurrency=1, attempts=20, probe=15.0)
    asked(fetcher, server, 200)
    assert fetcher.network is not None
    assert fetcher.network.rates == {}
    assert fetcher.statistics.failures.erratic["content"] > 40
