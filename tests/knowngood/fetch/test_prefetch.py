"""What is asked for ahead of the checks, how much of it is held, and what is let go."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from wire import Fetchers, Serve, Server, Talk, answer, by_path, eventually, hang, page

from knowngood.fetch.page_loader import PageLoad
from knowngood.fetch.prefetch import Plan, PlannedProbe, Prefetcher
from knowngood.fetch.probe import Probe

pytestmark = pytest.mark.usefixtures("no_waits")


def planned(server: Server, path: str, *, resources: bool = False) -> PlannedProbe:
    """A probe that an item reads."""
    return PlannedProbe(Probe("content", server.url + path), resources)


def plans(server: Server, count: int, group_of: int = 1) -> list[Plan]:
    """Items that read one URL each, so many to a group."""
    return [
        Plan(f"item[{number}]", f"group{number // group_of}", (planned(server, f"/{number}"),))
        for number in range(count)
    ]


def test_what_comes_next_is_under_way(serve: Serve, fetchers: Fetchers) -> None:
    """Before the first item reads, all are asked for that the window takes."""
    server = serve(answer())
    ahead = Prefetcher(fetchers(server), plans(server, 20))
    ahead.advance("item[0]")
    assert server.wait_for_requests(20)
    assert len(set(server.targets)) == 20


PAGE_LOADED = """
import logging, pathlib, sys, time
from knowngood.environment import Environment
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.prefetch import Plan, PlannedProbe, Prefetcher
from knowngood.fetch.probe import Probe

origins, page = {"content": sys.argv[1]}, Probe("content", sys.argv[1] + "/")
environment = Environment("test", pathlib.Path("test.toml"), "", origins=origins)
item = Plan("item", "group", (PlannedProbe(page, resources=True),))
fetcher = Fetcher(environment, "run", time.time() + 50)
ahead = Prefetcher(fetcher, [item])
ahead.advance("item")
known = set(logging.root.manager.loggerDict)
fetcher.start()  # the page cannot have come before
loaded = ahead.take(item.planned[0])
print(len(loaded.resources), sorted(set(logging.root.manager.loggerDict) - known))
fetcher.close()
"""


def test_no_logger_comes_to_be_while_pages_are_fetched(serve: Serve) -> None:
    """All loggers are gone through by pytest before each phase; a new one breaks it."""
    style = page("@import 'b.css'; p { background: url(c.png) }", "text/css")
    head = '<link rel="stylesheet" href="/a.css"><script src="/d.js"></script>'
    script = page("fetch('/e.json')", "text/javascript")
    server = serve(by_path({"/": page(head), "/a.css": style, "/d.js": script}))
    command = [sys.executable, "-c", PAGE_LOADED, server.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=400)
    assert done.stdout == "5 []\n"


def test_nothing_is_asked_before_an_item_runs(serve: Serve, fetchers: Fetchers) -> None:
    """Collecting costs no request."""
    server = serve(answer())
    Prefetcher(fetchers(server), plans(server, 5))
    assert not server.wait_for_requests(1, seconds=0.1)


def test_each_reader_gets_its_answer(serve: Serve, fetchers: Fetchers) -> None:
    """What is taken is what was planned."""
    server = serve(by_path({f"/{number}": answer(f"body {number}") for number in range(5)}))
    items = plans(server, 5)
    ahead = Prefetcher(fetchers(server), items)
    for number, plan in enumerate(items):
        ahead.advance(plan.nodeid)
        received = ahead.take(plan.planned[0]).exchange.answer
        assert received is not None
        assert received.body == f"body {number}".encode()
        ahead.release(plan)
    assert len(server.requests) == 5


def test_the_window_bounds_what_is_held(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many items there are: memory stays flat."""
    monkeypatch.setattr("knowngood.fetch.prefetch.WINDOW", 10)
    server = serve(answer())
    fetcher = fetchers(server)
    items = plans(server, 100)
    ahead = Prefetcher(fetcher, items)
    for number, plan in enumerate(items):
        ahead.advance(plan.nodeid)
        ahead.take(plan.planned[0])
        assert fetcher.held <= 10
        assert len(server.requests) <= number + 10
        ahead.release(plan)
    assert len(server.requests) == 100


def test_the_window_counts_what_has_not_yet_begun(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fetcher's thread may be busy: thousands must not be handed to it meanwhile."""
    monkeypatch.setattr("knowngood.fetch.prefetch.WINDOW", 10)
    server = serve(hang)
    fetcher = fetchers(server, probe=1.0)
    monkeypatch.setattr(type(fetcher), "held", 0)
    asked: list[Probe] = []
    visit = fetcher.load

    def counted(probe: Probe, *, resources: bool = False) -> Future[PageLoad]:
        asked.append(probe)
        return visit(probe, resources=resources)

    monkeypatch.setattr(fetcher, "load", counted)
    Prefetcher(fetcher, plans(server, 100)).advance("item[0]")
    assert len(asked) == 10


def test_pages_count_with_what_they_may_need(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page under way stands for what it may need; one that has come in, for what it needed."""
    monkeypatch.setattr("knowngood.fetch.prefetch.WINDOW", 200)
    images = "".join(f"<img src=/shared/{number}.png>" for number in range(90))
    opened = threading.Event()
    closed = threading.Event()

    def held_back(by: threading.Event) -> Callable[[Talk], None]:
        def handle(talk: Talk) -> None:
            by.wait(60)
            page(images)(talk)

        return handle

    pages = {f"/{number}": held_back(opened if number < 7 else closed) for number in range(40)}
    server = serve(by_path(pages))
    fetcher = fetchers(server)
    items = [
        Plan(f"item[{number}]", "", (planned(server, f"/{number}", resources=True),))
        for number in range(40)
    ]
    ahead = Prefetcher(fetcher, items)
    ahead.advance("item[0]")
    assert len(ahead._loads) == 7  # 6 * (1 + 32) are fewer than 200
    opened.set()
    for plan in items[:7]:
        ahead.take(plan.planned[0])
    ahead.advance("item[0]")
    assert len(ahead._loads) == 7 + 4  # 7 pages and 90 images are held: 97 + 3 * (1 + 32) < 200
    closed.set()


def test_another_worker_s_group_is_asked_for_alone(serve: Serve, fetchers: Fetchers) -> None:
    """A worker that gets the group of a lost one does not know whether it will get more of them."""
    server = serve(answer())
    fetcher = fetchers(server)
    ahead = Prefetcher(fetcher, plans(server, 12, group_of=4), groups=())
    ahead.advance("item[4]")
    assert server.wait_for_requests(4)
    assert not server.wait_for_requests(5, seconds=0.1)
    assert sorted(server.targets) == ["/4", "/5", "/6", "/7"]
    ahead.advance("item[5]")
    assert not server.wait_for_requests(5, seconds=0.1)


def test_a_worker_asks_ahead_for_its_own_groups(serve: Serve, fetchers: Fetchers) -> None:
    """Its next group is under way while it runs this one; that of another worker is not."""
    server = serve(answer())
    ahead = Prefetcher(fetchers(server), plans(server, 6, group_of=2), {"group0", "group2"})
    ahead.advance("item[0]")
    assert server.wait_for_requests(4)
    assert not server.wait_for_requests(5, seconds=0.1)
    assert sorted(server.targets) == ["/0", "/1", "/4", "/5"]


def test_what_lies_behind_is_not_asked_for(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a run begins in the middle, the window is for what is still to come."""
    monkeypatch.setattr("knowngood.fetch.prefetch.WINDOW", 2)
    server = serve(answer())
    ahead = Prefetcher(fetchers(server), plans(server, 9))
    ahead.advance("item[4]")
    assert server.wait_for_requests(2)
    assert sorted(server.targets) == ["/4", "/5"]


@pytest.mark.parametrize("groups", [None, ()], ids=["all", "others"])
def test_an_item_out_of_order_still_reads(
    serve: Serve, fetchers: Fetchers, groups: tuple[str, ...] | None
) -> None:
    """Another plugin may have shuffled them: the last first, then the first."""
    server = serve(answer("body"))
    items = plans(server, 6)
    ahead = Prefetcher(fetchers(server), items, groups)
    for plan in reversed(items):
        ahead.advance(plan.nodeid)
        received = ahead.take(plan.planned[0]).exchange.answer
        assert received is not None
        assert received.body == b"body"
        ahead.release(plan)
    assert sorted(server.targets) == [f"/{number}" for number in range(6)]


def test_what_several_read_is_asked_for_once(serve: Serve, fetchers: Fetchers) -> None:
    """It is held until the last of them is done."""
    server = serve(answer())
    fetcher = fetchers(server)
    shared = planned(server, "/shared")
    items = [Plan(f"item[{number}]", "", (shared,)) for number in range(3)]
    ahead = Prefetcher(fetcher, items)
    for plan in items:
        ahead.advance(plan.nodeid)
        ahead.take(shared)
        gc.collect()
        assert fetcher.held == 1
        ahead.release(plan)
    assert server.targets == ["/shared"]
    gc.collect()
    assert eventually(lambda: fetcher.held == 0)


@pytest.mark.parametrize("groups", [None, ()], ids=["all", "others"])
def test_releasing_lets_go(
    serve: Serve, fetchers: Fetchers, groups: tuple[str, ...] | None
) -> None:
    """A page goes with everything it needed, though the items after it are held."""
    server = serve(by_path({"/0": page("<img src=/a.png>"), "/1": answer()}))
    fetcher = fetchers(server)
    first = Plan("item[0]", "", (planned(server, "/0", resources=True),))
    second = Plan("item[1]", "", (planned(server, "/1"),))
    ahead = Prefetcher(fetcher, [first, second], groups)
    ahead.advance(first.nodeid)
    ahead.take(first.planned[0])
    ahead.take(second.planned[0])
    assert fetcher.held == 3
    ahead.release(first)
    gc.collect()
    assert eventually(lambda: fetcher.held == 1)


def test_an_item_that_never_read_is_let_go_as_well(serve: Serve, fetchers: Fetchers) -> None:
    """Skipped, or failed in its set-up."""
    server = serve(answer())
    fetcher = fetchers(server)
    items = plans(server, 3)
    ahead = Prefetcher(fetcher, items)
    for plan in items:
        ahead.advance(plan.nodeid)
        ahead.release(plan)
    assert server.wait_for_requests(3)
    assert eventually(lambda: (gc.collect(), fetcher.held)[1] == 0)


def test_a_page_with_and_without_what_it_needs(serve: Serve, fetchers: Fetchers) -> None:
    """Two checks, one request for the page."""
    server = serve(by_path({"/": page("<img src=/a.png>"), "/a.png": answer()}))
    alone, whole = planned(server, "/"), planned(server, "/", resources=True)
    items = [Plan("item[0]", "", (alone,)), Plan("item[1]", "", (whole,))]
    ahead = Prefetcher(fetchers(server), items)
    ahead.advance("item[0]")
    assert ahead.take(alone).resources == ()
    assert len(ahead.take(whole).resources) == 1
    assert server.targets == ["/", "/a.png"]


def test_a_page_that_fails(serve: Serve, fetchers: Fetchers) -> None:
    """It does not stand in the way of the next."""
    server = serve(by_path({"/1": answer("fine")}))
    fetcher = fetchers(server)
    items = [
        Plan(f"item[{number}]", "", (planned(server, f"/{number}", resources=True),))
        for number in range(2)
    ]
    ahead = Prefetcher(fetcher, items)
    ahead.advance("item[0]")
    assert ahead.take(items[0].planned[0]).resources == ()
    ahead.release(items[0])
    ahead.advance("item[1]")
    received = ahead.take(items[1].planned[0]).exchange.answer
    assert received is not None
    assert received.body == b"fine"
