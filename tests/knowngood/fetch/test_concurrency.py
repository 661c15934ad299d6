"""Fewer requests at once where a server or this machine takes no more."""

import asyncio
import resource
import socket
import threading
from collections.abc import Callable
from concurrent.futures import wait

import pytest
from tenacity import wait_random
from wire import Fetchers, Serve, Server, Talk, answer, in_turn

from knowngood.fetch.concurrency import CLEAR, CROWDED, Concurrency, affordable
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.probe import Exchange, Probe
from knowngood.fetch.second_look import excuse_passed
from knowngood.verdict.unsteady import FLAKY_FLOOR


def rounds(
    concurrency: Concurrency, count: int, at_once: int, takes: Callable[[int], bool]
) -> None:
    """Send ``count`` times as many requests ``at_once`` as may go; ``takes`` says by its place in
    the crowd whether the server has one for it.
    """

    async def send() -> None:
        for _ in range(count):
            crowd = min(at_once, concurrency.limit)
            places = [await concurrency.enter() for _ in range(crowd)]
            for place in places:
                concurrency.leave(place, failed=not takes(place.crowd))

    asyncio.run(send())


def test_a_crowd_that_fails_is_made_smaller() -> None:
    """Down to what the server takes; now and then it is tried with more, and then no more."""
    concurrency = Concurrency(64)
    rounds(concurrency, 10, 64, lambda crowd: crowd <= 4)
    assert (concurrency.limit, concurrency.lowered) == (4, True)
    limits: list[int] = []
    concurrency = Concurrency(64, limits.append)
    rounds(concurrency, 100, 64, lambda crowd: crowd <= 4)
    assert (concurrency.limit, limits) == (4, [32, 16, 8, 4, 8, 4])


def test_a_crowd_is_what_is_there_not_what_is_allowed() -> None:
    """Of 64 allowed requests only ten are under way."""
    concurrency = Concurrency(64)
    rounds(concurrency, 10, 10, lambda crowd: crowd <= 4)
    assert concurrency.limit == 2  # half of five


def test_the_first_of_a_crowd_are_in_it_too() -> None:
    """A slow server refuses those that came first, while others are under way."""

    async def send() -> None:
        places = [await concurrency.enter() for _ in range(40)]
        for number, place in enumerate(places):
            concurrency.leave(place, failed=number < 20)

    concurrency = Concurrency(64)
    asyncio.run(send())
    assert concurrency.lowered


def test_a_server_that_fails_one_by_one_gets_no_relief() -> None:
    """It was not the crowd: the limit is lifted, and stays."""
    concurrency = Concurrency(64)
    rounds(concurrency, 40, 64, lambda crowd: False)
    assert (concurrency.limit, concurrency.lowered) == (64, False)


def test_after_an_outage_the_limit_is_raised_again() -> None:
    """Step by step, to all that is allowed."""
    concurrency = Concurrency(64)
    rounds(concurrency, 2, 64, lambda crowd: False)
    assert concurrency.limit == 16
    rounds(concurrency, 8, 64, lambda crowd: True)
    assert concurrency.limit == 64


def test_single_failures_lower_nothing() -> None:
    """One in twenty is noise."""
    concurrency = Concurrency(64)
    rounds(concurrency, 20, 64, lambda crowd: crowd % 20 > 0)
    assert concurrency.limit == 64
    assert CROWDED < CLEAR


def test_whoever_waits_gets_the_next_place() -> None:
    """In the order in which they came."""

    async def take_turns() -> list[int]:
        concurrency, order = Concurrency(1), list[int]()

        async def one(number: int) -> None:
            place = await concurrency.enter()
            order.append(number)
            await asyncio.sleep(0)
            concurrency.leave(place, failed=False)

        await asyncio.gather(*map(one, range(5)))
        return order

    assert asyncio.run(take_turns()) == [0, 1, 2, 3, 4]


# -- this machine


@pytest.mark.parametrize(("files", "fewest", "most"), [(64, 1, 12), (1 << 16, 64, 64), (10, 1, 1)])
def test_file_descriptors_bound_it(
    monkeypatch: pytest.MonkeyPatch, files: int, fewest: int, most: int
) -> None:
    """As many connections as this process can open; one is tried in any case."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert fewest <= affordable(64) <= most


def test_without_a_limit_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ulimit -n unlimited``."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert affordable(64) == 64


# -- a server


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow soon, but not all at once."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_random(0.01, 0.1))


def load_all(fetcher: Fetcher, server: Server, count: int) -> list[Exchange]:
    """Ask for ``count`` URLs, all at once, and wait."""
    futures = [fetcher.load(Probe("content", f"{server.url}/{n}")) for n in range(count)]
    wait(futures, 90)
    return [future.result().exchange for future in futures]


def at_most(places: int, refuse: Callable[[Talk], None]) -> Callable[[Talk], None]:
    """Answer; refuse a request for which there is no place."""
    lock, under_way, release = threading.Lock(), [0], threading.Event()

    def play(talk: Talk) -> None:
        with lock:
            under_way[0] += 1
            crowded = under_way[0] > places
        try:
            release.wait(0.005)
            (refuse if crowded else answer("fine"))(talk)
        finally:
            with lock:
                under_way[0] -= 1

    return play


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("attempts", [3, 6])
def test_a_fifth_request_that_gets_503_is_asked_again_with_fewer(
    serve: Serve, fetchers: Fetchers, attempts: int
) -> None:
    """All are answered in the end, it is said, and nothing of it counts as unsteady. What was
    refused among more requests than are sent at once by now used up no attempt.
    """
    server = serve(at_most(4, answer(status=503)))
    fetcher = fetchers(server, concurrency=32, attempts=attempts, probe=15.0)
    exchanges = load_all(fetcher, server, 200)
    assert {exchange.answer and exchange.answer.status for exchange in exchanges} == {200}
    excuse_passed(fetcher)
    assert fetcher.statistics.failures.excused
    assert fetcher.statistics.failures.erratic["content"] <= FLAKY_FLOOR
    assert "asked with" in fetcher.statistics.failures.warnings(0.0)[0]


@pytest.mark.usefixtures("short_waits")
def test_a_fifth_connection_that_is_closed_is_not_opened_again(
    serve: Serve, fetchers: Fetchers
) -> None:
    """Kept connections count as well."""
    lock, taken = threading.Lock(), list[socket.socket]()

    def greet(talk: Talk) -> None:
        with lock:
            taken[:] = [place for place in taken if place.fileno() >= 0]
            if len(taken) < 4:
                taken.append(talk._sock)
            else:
                talk.close()

    def play(talk: Talk) -> None:
        talk.server.stopped.wait(0.005)  # or the first four might answer for all
        answer("fine")(talk)

    server = serve(play, greet=greet)
    fetcher = fetchers(server, concurrency=32, attempts=6, probe=15.0)
    exchanges = load_all(fetcher, server, 200)
    assert {exchange.answer and exchange.answer.status for exchange in exchanges} == {200}
    excuse_passed(fetcher)
    assert fetcher.statistics.failures.erratic["content"] <= FLAKY_FLOOR


def workers(count: int) -> Callable[[Talk], None]:
    """As Apache's prefork: a worker stays with one connection while that is kept, here for a second
    and a half, and other connections wait in silence.
    """
    lock, served = threading.Lock(), list[socket.socket]()

    def greet(talk: Talk) -> None:
        while not talk.server.stopped.wait(0.05):  # sixty of them: more often takes all CPU
            with lock:
                served[:] = [place for place in served if place.fileno() >= 0]
                if len(served) < count:
                    served.append(talk._sock)
                    talk._sock.settimeout(1.5)
                    return

    return greet


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("count", [2, 4, 10, 25])
def test_connections_that_no_worker_takes_are_not_opened_again(
    serve: Serve, fetchers: Fetchers, count: int
) -> None:
    """A server with few workers is asked by as few, and not taken for one that hangs."""

    def play(talk: Talk) -> None:
        talk.server.stopped.wait(0.005)
        answer("fine")(talk)

    server = serve(play, greet=workers(count))
    fetcher = fetchers(server, concurrency=64, attempts=6, probe=4.5)
    exchanges = load_all(fetcher, server, 300)
    assert {exchange.answer and exchange.answer.status for exchange in exchanges} == {200}
    excuse_passed(fetcher)
    assert fetcher.statistics.failures.erratic["content"] <= FLAKY_FLOOR


@pytest.mark.usefixtures("no_waits", "short_looks")
def test_trouble_that_fewer_requests_do_not_end_is_not_excused(
    serve: Serve, fetchers: Fetchers
) -> None:
    """Every second answer is 503, whoever else asks."""
    server = serve(in_turn(*[answer("fine"), answer(status=503)] * 2000))
    fetcher = fetchers(server, concurrency=32, attempts=20, probe=15.0)
    load_all(fetcher, server, 200)
    excuse_passed(fetcher)
    assert not fetcher.statistics.failures.excused
    assert fetcher.statistics.failures.erratic["content"] > 40
