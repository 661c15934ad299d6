"""How much is held, what waits for room, and what there is no room for."""

import gc
import gzip
from concurrent.futures import Future
from typing import Any

import pytest
from wire import Fetchers, Play, Serve, Server, Talk, answer, by_path, eventually, page

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.memory_budget import LARGE
from knowngood.fetch.page_loader import PageLoad
from knowngood.fetch.probe import Exchange, Probe

pytestmark = pytest.mark.usefixtures("no_waits")

KIB = 1024


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for small answers, as the numbers in these tests are read easily."""
    monkeypatch.setattr("knowngood.fetch.memory_budget.LARGE", 10 * KIB)
    monkeypatch.setattr("knowngood.fetch.received.LARGE", 10 * KIB)
    monkeypatch.setattr("knowngood.fetch.memory_budget.AHEAD", 100 * KIB)
    monkeypatch.setattr("knowngood.fetch.memory_budget.MOST", 200 * KIB)


def little(fetchers: Fetchers, server: Server, **options: Any) -> Fetcher:
    """A fetcher whose bodies have at most 50 KiB."""
    return fetchers(server, **{"body": 50 * KIB, **options})


def ahead(fetcher: Fetcher, server: Server, *paths: str) -> list[Future[PageLoad]]:
    """Visits that nobody waits for yet."""
    return [fetcher.load(Probe("content", server.url + path)) for path in paths]


def read(fetcher: Fetcher, visit: Future[PageLoad]) -> Exchange:
    """Wait for a visit, as a check does."""
    fetcher.hurry(visit)
    return visit.result(60).exchange


def test_what_nobody_reads_waits_for_room(serve: Serve, fetchers: Fetchers) -> None:
    """Of ten answers of 40 KiB two are asked for ahead, the next when one is let go."""
    server = serve(answer(bytes(40 * KIB)))
    fetcher = little(fetchers, server)
    visits = ahead(fetcher, server, *(f"/{number}" for number in range(10)))
    assert eventually(lambda: sum(visit.done() for visit in visits) == 2)
    assert not eventually(lambda: sum(visit.done() for visit in visits) > 2, 0.2)
    visits = [visit for visit in visits if not visit.done()]
    gc.collect()
    assert eventually(lambda: sum(visit.done() for visit in visits) == 2)


def test_what_is_read_goes_first(serve: Serve, fetchers: Fetchers) -> None:
    """A reader gets its answer though nothing more is asked for ahead, and with it what its page
    needs.
    """
    images = "".join(f"<img src=/image/{number}>" for number in range(2))
    plays: dict[str, Play] = {f"/{number}": answer(bytes(40 * KIB)) for number in range(6)}
    plays |= {f"/image/{number}": answer(bytes(40 * KIB)) for number in range(2)}
    server = serve(by_path({**plays, "/page": page(images)}))
    fetcher = little(fetchers, server)
    waiting = ahead(fetcher, server, *(f"/{number}" for number in range(6)))
    assert eventually(lambda: sum(visit.done() for visit in waiting) == 2)
    visit = fetcher.load(Probe("content", server.url + "/page"), resources=True)
    assert not eventually(visit.done, 0.2)
    assert read(fetcher, visit).answer is not None
    assert [link.exchange is not None for link in visit.result().resources] == [True, True]
    assert sum(visit.done() for visit in waiting) == 2


def test_what_can_never_be_held_is_the_runners_trouble(serve: Serve, fetchers: Fetchers) -> None:
    """A check that reads more at once than there is room for tells nothing of the deployment."""
    server = serve(answer(bytes(45 * KIB)))
    fetcher = little(fetchers, server)
    held = [read(fetcher, visit) for visit in ahead(fetcher, server, "/1", "/2", "/3", "/4")]
    assert all(exchange.answer is not None for exchange in held)
    refused = read(fetcher, ahead(fetcher, server, "/5")[0])
    assert refused.answer is None
    assert refused.error is AttemptError.BUDGET
    assert "let a check ask for less" in refused.attempts[-1].detail
    del held
    gc.collect()
    assert read(fetcher, ahead(fetcher, server, "/6")[0]).answer is not None


def test_few_bodies_grow_at_once(serve: Serve, fetchers: Fetchers) -> None:
    """Without a length each may have 50 KiB, so four at once. The others are cut off and asked
    again when there is room, and none of it is an attempt.
    """
    head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    grown: list[str] = []

    def slowly(talk: Talk) -> None:
        talk.send(head.encode() + bytes(12 * KIB))
        grown.append(talk.request.target)
        talk.server.wait_for_requests(8)
        talk.server.stopped.wait(0.1)
        talk.send(bytes(2 * KIB))
        talk.close()

    server = serve(slowly)
    fetcher = little(fetchers, server)
    visits = ahead(fetcher, server, *(f"/{number}" for number in range(8)))
    for visit in visits:
        fetcher.hurry(visit)
    exchanges = [visit.result(60).exchange for visit in visits]
    for exchange in exchanges:
        assert exchange.answer is not None
        assert len(exchange.answer.body) == 14 * KIB
        assert len(exchange.attempts) == 1
    assert len(server.requests) == 8 + 4
    assert fetcher.statistics.sent == 8


def test_a_walk_is_never_cut_off(serve: Serve, fetchers: Fetchers) -> None:
    """What may not be repeated goes through whatever else is under way."""
    server = serve(answer(bytes(40 * KIB)))
    fetcher = little(fetchers, server, writes=True)
    probe = Probe("content", server.url, "POST", body=b"", repeatable=False)
    exchange = fetcher.send(probe)
    assert exchange.answer is not None
    assert server.methods == ["POST"]


def test_a_write_that_was_answered_is_not_taken_for_unsent(
    serve: Serve, fetchers: Fetchers
) -> None:
    """There is no room for its answer, but the document is stored."""
    server = serve(answer(bytes(45 * KIB)))
    fetcher = little(fetchers, server, writes=True)
    probe = Probe("content", server.url, "POST", body=b"", repeatable=False)
    held = [fetcher.send(probe) for _ in range(4)]
    exchange = fetcher.send(probe)
    assert exchange.error is AttemptError.BUDGET
    assert exchange.attempts[-1].status == 200
    assert exchange.attempts[-1].address
    assert len(server.requests) == len(held) + 1


def test_packed_answers_count_as_what_they_stand_for(serve: Serve, fetchers: Fetchers) -> None:
    """A few bytes of gzip are read as many."""
    body = gzip.compress(bytes(45 * KIB))
    server = serve(answer(body, headers={"Content-Encoding": "gzip"}))
    fetcher = little(fetchers, server)
    visits = ahead(fetcher, server, *(f"/{number}" for number in range(10)))
    assert eventually(lambda: sum(visit.done() for visit in visits) == 2)
    assert not eventually(lambda: sum(visit.done() for visit in visits) > 2, 0.2)
    exchange = next(visit for visit in visits if visit.done()).result().exchange
    assert exchange.answer is not None
    assert exchange.answer.decoded == 45 * KIB


def test_headers_count(serve: Serve, fetchers: Fetchers) -> None:
    """Sixty kilobytes of headers without a body take more than that."""
    headers = {f"X-{number}": "y" for number in range(4000)}
    server = serve(answer(headers=headers))
    fetcher = little(fetchers, server, concurrency=1)
    visits = ahead(fetcher, server, *(f"/{number}" for number in range(4)))
    assert not eventually(lambda: sum(visit.done() for visit in visits) > 1, 0.3)


def test_small_bodies_need_no_room() -> None:
    """What is small is so much smaller than a body may be that sixty of them do not matter."""
    assert 64 * LARGE <= 8 << 20
