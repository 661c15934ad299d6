"""Probes: retried where that can help, within bounds, concurrently, once each, under guard."""

import gc
import gzip
import json
import threading
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, formatdate
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tenacity import wait_fixed
from wire import (
    HOST,
    Authority,
    Fetchers,
    Play,
    Serve,
    Server,
    Talk,
    answer,
    by_path,
    close,
    drip,
    eventually,
    flood,
    hang,
    in_turn,
    page,
    raw,
    redirect,
    refusing,
    reset,
)

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.page_loader import resource_group
from knowngood.fetch.probe import Exchange, Probe
from knowngood.fetch.retry import LEAST, _growing, _retry_after
from knowngood.fetch.second_look import ask_silent_again
from knowngood.safety.redactor import Redactor

OK = b"HTTP/1.1 200 OK\r\n"
TEN_MINUTES = timedelta(minutes=10)
EASTERN = timezone(timedelta(hours=3))

pytestmark = pytest.mark.usefixtures("no_waits")


def ask(fetcher: Fetcher, url: str, **of_probe: Any) -> Exchange:
    """Send one probe and wait."""
    return fetcher.send(Probe("content", url, **of_probe))


def ended_by(exchange: Exchange) -> list[AttemptError | int | None]:
    """What came of each attempt: its error, or the status."""
    return [attempt.error or attempt.status for attempt in exchange.attempts]


# -- retries

TRANSIENT: dict[str, tuple[Play, AttemptError | int]] = {
    "closed": (close, AttemptError.RESET),
    "reset": (reset, AttemptError.RESET),
    "truncated": (raw(OK + b"Content-Length: 9\r\n\r\nabc"), AttemptError.TRUNCATED),
    "408": (answer(status=408), 408),
    "421": (answer(status=421), 421),
    "429": (answer(status=429), 429),
    "502": (answer(status=502), 502),
    "503": (answer(status=503), 503),
    "504": (answer(status=504), 504),
    "522": (answer(status=522), 522),
}


@pytest.mark.parametrize(("trouble", "seen"), TRANSIENT.values(), ids=TRANSIENT)
def test_what_may_pass_is_tried_again(
    serve: Serve, fetchers: Fetchers, trouble: Play, seen: AttemptError | int
) -> None:
    """Every attempt is kept with what came of it; the answer of the last counts; it is flaky,
    unless a rate limit held it up.
    """
    server = serve(in_turn(trouble, trouble, answer("fine")))
    exchange = ask(fetchers(server), server.url)
    assert ended_by(exchange) == [seen, seen, 200]
    assert len(server.requests) == 3
    assert exchange.answer is not None
    assert exchange.answer.body == b"fine"
    assert exchange.flaky == (seen != 429)
    assert exchange.error is None


@pytest.mark.parametrize(("trouble", "seen"), TRANSIENT.values(), ids=TRANSIENT)
def test_what_lasts_is_given_up(
    serve: Serve, fetchers: Fetchers, trouble: Play, seen: AttemptError | int
) -> None:
    """After as many attempts as the budget has, and not one more; it is not flaky but broken."""
    server = serve(trouble)
    exchange = ask(fetchers(server, attempts=3), server.url)
    assert ended_by(exchange) == [seen] * 3
    assert len(server.requests) == 3
    assert not exchange.flaky
    assert exchange.transient is isinstance(seen, int)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 403, 404, 410, 500, 501, 505])
def test_an_answer_is_not_tried_again(serve: Serve, fetchers: Fetchers, status: int) -> None:
    """A wrong answer is wrong."""
    server = serve(answer(status=status))
    exchange = ask(fetchers(server), server.url)
    assert ended_by(exchange) == [status]
    assert len(server.requests) == 1
    assert not exchange.flaky


BROKEN: dict[str, tuple[Play, AttemptError]] = {
    "garbage": (raw(b"\x00\x01\x02\r\n\r\n"), AttemptError.PROTOCOL),
    "endless-headers": (flood(OK, b"X: y\r\n"), AttemptError.TOO_LARGE),
    "endless-body": (flood(OK + b"\r\n", b"y" * 65536), AttemptError.TOO_LARGE),
    "not-gzip": (answer("plain", headers={"Content-Encoding": "gzip"}), AttemptError.ENCODING),
    "gzip-cut-short": (
        answer(gzip.compress(b"x" * 999)[:-9], headers={"Content-Encoding": "gzip"}),
        AttemptError.ENCODING,
    ),
    "not-offered": (answer("br", headers={"Content-Encoding": "br"}), AttemptError.ENCODING),
}


@pytest.mark.parametrize(("trouble", "error"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_not_tried_again(
    serve: Serve, fetchers: Fetchers, trouble: Play, error: AttemptError
) -> None:
    """A bomb or a protocol error does not pass by itself."""
    server = serve(trouble)
    exchange = ask(fetchers(server), server.url)
    assert exchange.answer is None
    assert ended_by(exchange) == [error]
    assert len(server.requests) == 1


def test_refused_is_tried_again(fetchers: Fetchers) -> None:
    """A server that restarts refuses for a moment."""
    with refusing() as url:
        exchange = ask(fetchers({"content": url}, attempts=3), url)
    assert ended_by(exchange) == [AttemptError.REFUSED] * 3


def test_tls_is_not_tried_again(serve: Serve, fetchers: Fetchers, authority: Authority) -> None:
    """A certificate does not become valid by waiting."""
    server = serve(answer(), tls=authority.context("example.org")[0])
    exchange = ask(fetchers(server, ca=authority.pem), server.url)
    assert ended_by(exchange) == [AttemptError.TLS]
    assert server.connections == 1


def test_the_runners_trouble_is_not_tried_again(
    serve: Serve, fetchers: Fetchers, authority: Authority
) -> None:
    """A file of authorities that is missing is so the next time, too."""
    server = serve(answer(), tls=authority.context()[0])
    exchange = ask(fetchers(server, ca=authority.pem.with_name("missing.pem")), server.url)
    assert ended_by(exchange) == [AttemptError.RUNNER]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("trouble", [close, answer(status=503)], ids=["closed", "503"])
def test_what_may_be_repeated_is(
    serve: Serve, fetchers: Fetchers, method: str, trouble: Play
) -> None:
    """Idempotent methods, even when a reply was lost."""
    server = serve(in_turn(trouble, answer()))
    probe = Probe("content", server.url, method, repeatable=False)
    exchange = fetchers(server, writes=True).send(probe)
    assert len(exchange.attempts) == 2
    assert server.methods == [method] * 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("trouble", [close, reset, answer(status=502), answer(status=504)])
def test_what_may_not_be_repeated_is_not(
    serve: Serve, fetchers: Fetchers, method: str, trouble: Play
) -> None:
    """Neither by us nor unseen by libcurl, on whatever connection."""
    server = serve(in_turn(answer(), trouble, answer()))
    fetcher = fetchers(server, writes=True)
    ask(fetcher, server.url)
    exchange = ask(fetcher, server.url, method=method, body=b"x", repeatable=False)
    assert len(exchange.attempts) == 1
    assert server.methods == ["GET", method]


@pytest.mark.parametrize(
    ("method", "condition", "attempts"),
    [
        ("PUT", ("If-Match", '"a"'), 1),
        ("DELETE", ("if-unmodified-since", "Fri, 27 Nov 2026 12:00:00 GMT"), 1),
        ("PUT", ("If-None-Match", "*"), 1),
        ("GET", ("If-None-Match", '"a"'), 2),
        ("PUT", ("X-A", "b"), 2),
    ],
)
def test_write_for_one_state(
    serve: Serve, fetchers: Fetchers, method: str, condition: tuple[str, str], attempts: int
) -> None:
    """The state is gone once it was carried out: the second try would be refused by 412."""
    server = serve(in_turn(close, answer(status=412)))
    probe = Probe("content", server.url, method, headers=(condition,), repeatable=False)
    assert len(fetchers(server, writes=True).send(probe).attempts) == attempts


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("status", [408, 421, 429, 503])
def test_not_now_is_no_answer_lost(
    serve: Serve, fetchers: Fetchers, method: str, status: int
) -> None:
    """The server says that it did nothing, so nothing is done twice."""
    server = serve(in_turn(answer(status=status, headers={"Retry-After": "0"}), answer()))
    fetcher = fetchers(server, writes=True)
    exchange = ask(fetcher, server.url, method=method, body=b"x", repeatable=False)
    assert ended_by(exchange) == [status, 200]


def test_a_misdirected_request_goes_over_another_connection(
    serve: Serve, fetchers: Fetchers
) -> None:
    """421 says of this connection that it leads to another server (RFC 9110, 15.5.20)."""
    server = serve(in_turn(answer(), answer(status=421), answer()))
    fetcher = fetchers(server)
    ask(fetcher, server.url)
    assert ended_by(ask(fetcher, server.url)) == [421, 200]
    assert server.connections == 2


def test_what_was_never_sent_is_sent_again(fetchers: Fetchers) -> None:
    """A refused connection has written nothing."""
    with refusing() as url:
        fetcher = fetchers({"content": url}, writes=True, attempts=3)
        exchange = ask(fetcher, url, method="POST", body=b"x", repeatable=False)
    assert ended_by(exchange) == [AttemptError.REFUSED] * 3


def test_a_post_that_names_its_document_is_repeated(serve: Serve, fetchers: Fetchers) -> None:
    """Sent twice, it leaves one."""
    server = serve(in_turn(close, answer(status=201)))
    fetcher = fetchers(server, writes=True)
    exchange = ask(fetcher, server.url, method="POST", body=b"x", repeatable=True)
    assert ended_by(exchange) == [AttemptError.RESET, 201]
    assert [request.body for request in server.requests] == [b"x", b"x"]


def test_what_the_server_saw_is_what_was_recorded(serve: Serve, fetchers: Fetchers) -> None:
    """Connections that a server closes hide no attempt, kept ones no more than new ones."""
    gone = [close, answer(), answer(close=True), reset, answer()]
    server = serve(in_turn(*[answer(), *gone] * 6, answer()))
    fetcher = fetchers(server, concurrency=1, attempts=6)
    exchanges = [ask(fetcher, f"{server.url}/{number}") for number in range(12)]
    recorded = sum(len(exchange.attempts) for exchange in exchanges)
    assert len(server.requests) == recorded > 12
    assert fetcher.statistics.attempts == recorded
    assert all(exchange.answer for exchange in exchanges)
    assert sum(exchange.flaky for exchange in exchanges) > 0


def test_a_kept_connection_that_was_closed_is_nobodys_fault(
    serve: Serve, fetchers: Fetchers
) -> None:
    """It is repeated at once on a new one, whatever the budget says, and is not flaky."""
    server = serve(in_turn(answer(), close, answer(), answer(close=True), close, answer()))
    fetcher = fetchers(server, concurrency=1, attempts=1)
    kept = [ask(fetcher, f"{server.url}/{number}") for number in range(2)]
    assert [ended_by(exchange) for exchange in kept] == [[200], [AttemptError.RESET, 200]]
    assert not any(exchange.flaky for exchange in kept)
    assert kept[1].attempts[0].stale
    fresh = [ask(fetcher, f"{server.url}/{number}") for number in range(2, 4)]
    assert [ended_by(exchange) for exchange in fresh] == [[200], [AttemptError.RESET]]
    assert not fresh[1].attempts[0].stale


def test_what_an_earlier_answer_left_on_its_connection(serve: Serve, fetchers: Fetchers) -> None:
    """An answer longer than its Content-Length spoils the next on its connection, which is asked
    again on a new one; a server that speaks no HTTP there, either, is not asked a third time.
    """

    def rest_first(talk: Talk) -> None:
        is_kept = talk.request.connection == server.requests[0].connection
        talk.send(b"}\n" if is_kept or talk.request.target == "/bad" else b"")
        answer()(talk)

    server = serve(in_turn(answer(), rest_first))
    fetcher = fetchers(server, concurrency=1)
    ask(fetcher, server.url)
    assert ended_by(ask(fetcher, f"{server.url}/next")) == [AttemptError.PROTOCOL, 200]
    assert ended_by(ask(fetcher, f"{server.url}/bad"))[-1] == AttemptError.PROTOCOL
    assert len(server.requests) <= 5


def test_attempts_say_when_they_were_made(serve: Serve, fetchers: Fetchers) -> None:
    """One after the other, within the time that the exchange took."""
    before = time.time()
    server = serve(in_turn(close, answer()))
    exchange = ask(fetchers(server), server.url)
    first, second = exchange.attempts
    assert before <= first.began <= first.began + first.seconds <= second.began <= time.time()
    assert exchange.seconds >= first.seconds + second.seconds


# -- waits


def test_retry_after_is_honoured(serve: Serve, fetchers: Fetchers) -> None:
    """The server knows best when."""
    server = serve(in_turn(answer(status=503, headers={"Retry-After": "1"}), answer()))
    exchange = ask(fetchers(server), server.url)
    first, second = exchange.attempts
    assert 1 <= second.began - (first.began + first.seconds) < 20


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "value",
    ["86400", "9" * 400, formatdate(time.time() + 86400, usegmt=True)],
    ids=["a-day", "for-ever", "tomorrow"],
)
def test_retry_after_beyond_the_budget_is_given_up(
    serve: Serve, fetchers: Fetchers, status: int, value: str
) -> None:
    """There is no use in asking before, and no time to wait: the answer stands."""
    server = serve(answer(status=status, headers={"Retry-After": value}))
    began = time.monotonic()
    exchange = ask(fetchers(server, probe=60), server.url)
    assert ended_by(exchange) == [status]
    assert time.monotonic() - began < 50


def test_retry_after_beyond_the_run_is_given_up(serve: Serve, fetchers: Fetchers) -> None:
    """A run of thirty seconds does not wait forty."""
    server = serve(answer(status=503, headers={"Retry-After": "40"}))
    exchange = ask(fetchers(server, seconds=30, probe=60), server.url)
    assert ended_by(exchange) == [503]


@pytest.mark.parametrize("value", ["soon", "-5", "", "²", "1e3", "Mon, 99 Foo 2020 99:99:99 GMT"])
def test_a_retry_after_that_says_nothing_is_passed_over(
    serve: Serve, fetchers: Fetchers, value: str
) -> None:
    """As if there were none."""
    lines = f"Retry-After: {value}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode(
        "latin-1"
    )
    server = serve(in_turn(raw(b"HTTP/1.1 503 No\r\n" + lines), answer()))
    assert ended_by(ask(fetchers(server), server.url)) == [503, 200]


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (" 120 ", 120, 120),
        ("0", 0, 0),
        (lambda: format_datetime(datetime.now(UTC) + TEN_MINUTES, usegmt=True), 500, 601),
        (lambda: format_datetime(datetime.now(EASTERN) + TEN_MINUTES), 500, 601),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
    ids=["seconds", "at-once", "date", "date-elsewhere", "past"],
)
def test_retry_after_has_two_forms(
    value: str | Callable[[], str], least: float, most: float
) -> None:
    """Seconds, or a date (RFC 9110, 10.2.3); one that has passed means now."""
    seconds = _retry_after(value if isinstance(value, str) else value())
    assert seconds is not None
    assert least <= seconds <= most


def test_waits_grow_and_stay_small() -> None:
    """A quarter of a second at first, four at most, and never in step with other probes."""
    state = [cast("Any", SimpleNamespace(attempt_number=number)) for number in range(1, 12)]
    waits = [[_growing()(attempt) for _ in range(20)] for attempt in state]
    assert all(0.25 <= wait <= 0.5 for wait in waits[0])
    assert all(4 <= wait <= 4.25 for wait in waits[-1])
    assert [min(row) for row in waits[:4]] == sorted(min(row) for row in waits[:4])
    assert len(set(waits[0])) > 1


# -- time


def test_whatever_stalls_ends_within_its_budget(serve: Serve, fetchers: Fetchers) -> None:
    """Silence, drips and endless answers, several attempts each, side by side."""
    stalled = {
        "/silent": (hang, "headers"),
        "/headers": (drip(OK, b"X: y\r\n"), "headers"),
        "/body": (drip(OK + b"Content-Length: 99999\r\n\r\n", b"y"), "body"),
        "/rest": (raw(OK + b"Content-Length: 9\r\n\r\nabc", end=hang), "body"),
        "/interim": (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "headers"),
        "/extension": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"), "body"),
        "/trailers": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"), "body"),
    }
    server = serve(by_path({path: play for path, (play, _) in stalled.items()}))
    fetcher = fetchers(server, probe=3.0)
    began = time.monotonic()
    loads = {path: fetcher.load(Probe("content", server.url + path)) for path in stalled}
    exchanges = {path: load.result(60).exchange for path, load in loads.items()}
    assert 2.0 <= time.monotonic() - began < 30
    sent = {}  # a busy machine may not even connect in so short a time
    for path, (_, phase) in stalled.items():
        attempts = exchanges[path].attempts
        assert len(attempts) > 1
        assert {attempt.error for attempt in attempts} == {AttemptError.TIMEOUT}
        sent[path] = [attempt for attempt in attempts if attempt.phase != "connect"]
        assert {attempt.phase for attempt in sent[path]} == {phase}
    assert len(server.requests) == sum(map(len, sent.values()))


def test_a_stalled_attempt_leaves_time_for_another(serve: Serve, fetchers: Fetchers) -> None:
    """The first reply lost in silence does not use up the probe's time."""
    server = serve(in_turn(hang, answer("fine")))
    exchange = ask(fetchers(server, probe=4.5), server.url)
    assert ended_by(exchange) == [AttemptError.TIMEOUT, 200]


def test_redirects_share_the_time_of_their_attempt(serve: Serve, fetchers: Fetchers) -> None:
    """Each hop slow, none too slow: together they are."""

    def slow(talk: Talk) -> None:
        talk.server.stopped.wait(0.4)
        redirect("/next")(talk)

    server = serve(slow)
    exchange = ask(fetchers(server, probe=3.0, attempts=1), server.url, follow=True)
    assert ended_by(exchange) == [AttemptError.TIMEOUT]
    assert exchange.seconds > 0.9


def test_no_attempt_is_made_without_time_for_it(serve: Serve, fetchers: Fetchers) -> None:
    """A timeout after a few milliseconds must not take the place of what was found out."""
    wait = {"Retry-After": "20"}
    server = serve(in_turn(answer(status=503, headers=wait), hang))
    exchange = ask(fetchers(server, probe=20 + LEAST / 2), server.url)
    assert ended_by(exchange) == [503]


def test_an_attempt_that_is_cut_short_shows_less_than_an_answer(
    serve: Serve, fetchers: Fetchers
) -> None:
    """It might have been answered later, by the same 504."""
    server = serve(in_turn(answer(status=504, headers={"Retry-After": "1"}), hang))
    exchange = ask(fetchers(server, probe=1.0 + LEAST + 0.2), server.url)  # a share is 0.5 s
    assert ended_by(exchange) == [504]
    assert exchange.status == 504


def test_a_run_whose_time_is_up_asks_nothing(serve: Serve, fetchers: Fetchers) -> None:
    """Budget, not a request: nothing is known of the deployment."""
    server = serve(answer())
    exchange = ask(fetchers(server, seconds=-1), server.url)
    assert ended_by(exchange) == [AttemptError.BUDGET]
    assert server.connections == 0


def test_an_attempt_cut_off_by_the_end_of_the_run(serve: Serve, fetchers: Fetchers) -> None:
    """It may have been answered in time: that is no verdict on the deployment."""
    server = serve(hang)
    fetcher = fetchers(server, seconds=2)
    began = time.monotonic()
    exchange = ask(fetcher, server.url)
    assert ended_by(exchange) == [AttemptError.BUDGET]
    assert time.monotonic() - began < 9
    assert len(server.requests) == 1


def test_closing_does_not_wait_for_what_hangs(serve: Serve, fetchers: Fetchers) -> None:
    """The thread ends, the reader is told, the connections go."""
    server = serve(hang)
    threads = set(threading.enumerate())  # another test of this process may have left one
    fetcher = fetchers(server, concurrency=2)
    loads = [fetcher.load(Probe("content", f"{server.url}/{n}")) for n in range(4)]
    assert server.wait_for_requests(2)
    began = time.monotonic()
    fetcher.close()
    assert time.monotonic() - began < 9
    for load in loads:
        with pytest.raises(CancelledError):
            load.result(60)
    started = set(threading.enumerate()) - threads
    assert all(thread.name != "knowngood-fetch" for thread in started)
    fetcher.close()


# -- hostile answers


def test_a_bomb_is_seen_before_it_goes_off(serve: Serve, fetchers: Fetchers) -> None:
    """64 MiB in 64 KB are counted, never held."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    server = serve(answer(bomb, headers=headers))
    fetcher = fetchers(server)
    tracemalloc.start()
    try:
        exchange = fetcher.load(Probe("content", server.url), resources=True).result(60).exchange
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ended_by(exchange) == [AttemptError.TOO_LARGE]
    assert exchange.answer is None
    assert peak < 2 << 20


def test_a_packed_answer_is_kept_as_it_was_sent(serve: Serve, fetchers: Fetchers) -> None:
    """What it decodes to is known to be sound."""
    body = gzip.compress(b"hello")
    server = serve(answer(body, headers={"Content-Encoding": "gzip"}))
    exchange = ask(fetchers(server), server.url)
    assert exchange.answer is not None
    assert exchange.answer.body == body


# -- redirects


def test_redirects_are_answers_unless_followed(serve: Serve, fetchers: Fetchers) -> None:
    """A check that did not ask for it sees the 302."""
    server = serve(by_path({"/": redirect("/there"), "/there": answer("there")}))
    fetcher = fetchers(server)
    assert ended_by(ask(fetcher, f"{server.url}/")) == [302]
    followed = ask(fetcher, f"{server.url}/", follow=True)
    assert followed.answer is not None
    assert (followed.answer.body, followed.answer.url) == (b"there", f"{server.url}/there")
    assert server.targets == ["/", "/", "/there"]


@pytest.mark.parametrize(
    ("media", "filling", "status", "is_followed"),
    [
        ("text/html", "", 200, True),
        ("text/html", "<p>x</p>" * 1000, 200, False),  # a page of its own
        ("text/plain", "", 200, False),
        ("text/html", "", 404, False),
    ],
)
def test_a_page_that_stands_for_a_redirect(
    serve: Serve, fetchers: Fetchers, media: str, filling: str, status: int, is_followed: bool
) -> None:
    """As generators of static sites write it where an address has moved."""
    text = f'<meta http-equiv="refresh" content="0; url=there">{filling}'
    moved = answer(text, status, headers={"Content-Type": media})
    server = serve(by_path({"/a/": moved, "/a/there": answer("there")}))
    fetcher = fetchers(server)
    followed = ask(fetcher, f"{server.url}/a/", follow=True).answer
    assert followed is not None
    assert (followed.url == f"{server.url}/a/there") == is_followed
    kept = ask(fetcher, f"{server.url}/a/").answer
    assert kept is not None
    assert kept.body == text.encode()


def test_a_small_page_that_stands_for_a_large_one(serve: Serve, fetchers: Fetchers) -> None:
    """What decodes to more than a redirect needs is not decoded to look for one."""
    text = '<meta http-equiv="refresh" content="0; url=there">' + "x" * 100_000
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    server = serve(answer(gzip.compress(text.encode()), headers=headers))
    found = ask(fetchers(server), server.url, follow=True).answer
    assert found is not None
    assert found.decoded == len(text)
    assert server.targets == ["/"]


def test_a_page_that_leads_out_of_the_environment(serve: Serve, fetchers: Fetchers) -> None:
    """It is an answer: nobody is sent on before it has come."""
    other = serve(answer())
    server = serve(page(f'<meta http-equiv="refresh" content="0; url={other.url}/">'))
    assert ended_by(ask(fetchers(server), server.url, follow=True)) == [200]
    assert other.connections == 0


def test_a_redirect_to_another_origin_of_ours(serve: Serve, fetchers: Fetchers) -> None:
    """The environment's origins may lead to each other."""
    other = serve(answer("other"))
    server = serve(redirect(f"{other.url}/x"))
    fetcher = fetchers({"content": server.url, "other": other.url})
    exchange = ask(fetcher, server.url, follow=True)
    assert exchange.answer is not None
    assert exchange.answer.body == b"other"


def test_a_redirect_to_another_origin_goes_to_an_edge_of_it(
    serve: Serve, fetchers: Fetchers
) -> None:
    """Its name may not lead there, or to what is live, and not to what is under test."""
    edge = serve(answer("edge"))
    server = serve(redirect("http://other.invalid/x"))
    origins = {"content": server.url, "other": "http://other.invalid"}
    edges = {"other": (edge.url.removeprefix("http://"),)}
    exchange = ask(fetchers(origins, edges=edges), server.url, follow=True)
    assert exchange.answer is not None
    assert (exchange.answer.body, exchange.answer.url) == (b"edge", "http://other.invalid/x")


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret of this process."""
    monkeypatch.setattr("knowngood.safety.redaction._Process.redactor", Redactor(["hunter22"]))
    return "hunter22"


def test_a_credential_does_not_follow_to_another_origin(
    serve: Serve, fetchers: Fetchers, secret: str
) -> None:
    """Whatever its header is called. The way back does not bring it back."""
    other = serve(redirect("/on"))
    server = serve(by_path({"/": redirect("/here"), "/here": redirect(f"{other.url}/x")}))
    other._play = by_path({"/x": redirect(f"{server.url}/back")})
    headers = (("Authorization", "Basic eA=="), ("Cookie", "a=b"), ("X-Key", secret), ("X-A", "b"))
    fetcher = fetchers({"content": server.url, "other": other.url})
    ask(fetcher, f"{server.url}/", follow=True, headers=headers)
    names = {"authorization", "cookie", "x-key", "x-a"}
    sent = [names & set(request.headers) for request in (*server.requests, *other.requests)]
    assert sent == [names, names, {"x-a"}, {"x-a"}]


@pytest.mark.parametrize(
    "location",
    ["{evil}/", "//{host}/", "http://ours@{host}/", "ftp://{ours}/", "javascript:alert(1)"],
)
def test_a_redirect_out_of_the_environment(serve: Serve, fetchers: Fetchers, location: str) -> None:
    """It is a fault, it is named, and no header of ours leaves."""
    evil = serve(answer())
    host = evil.url.removeprefix("http://")
    server = serve(answer())
    target = location.format(evil=evil.url, host=host, ours=server.url.removeprefix("http://"))
    server = serve(redirect(target))
    exchange = ask(fetchers(server), server.url, follow=True, headers=(("X-Key", "secret"),))
    assert exchange.answer is None
    assert ended_by(exchange) == [AttemptError.REDIRECT]
    assert exchange.attempts[0].status == 302
    assert "outside" in exchange.attempts[0].detail
    assert evil.connections == 0


def test_a_redirect_from_https_to_http(
    serve: Serve, fetchers: Fetchers, authority: Authority
) -> None:
    """The same host in clear is another origin."""
    plain = serve(answer())
    server = serve(redirect(plain.url), tls=authority.context()[0])
    exchange = ask(fetchers(server, ca=authority.pem), server.url, follow=True)
    assert ended_by(exchange) == [AttemptError.REDIRECT]
    assert plain.connections == 0


@pytest.mark.parametrize("location", ["http://[", "//[::1", "http://a:b:c/"])
def test_a_redirect_to_what_is_no_url(serve: Serve, fetchers: Fetchers, location: str) -> None:
    """The deployment's fault, not an error of the engine."""
    server = serve(redirect(location))
    assert ended_by(ask(fetchers(server), server.url, follow=True)) == [AttemptError.REDIRECT]


def test_a_loop_of_redirects(serve: Serve, fetchers: Fetchers) -> None:
    """Five are followed."""
    server = serve(by_path({"/a": redirect("/b"), "/b": redirect("/a")}))
    exchange = ask(fetchers(server), f"{server.url}/a", follow=True)
    assert ended_by(exchange) == [AttemptError.REDIRECT]
    assert "more than 5" in exchange.attempts[0].detail
    assert len(server.requests) == 6


# -- guard


def test_nothing_is_asked_of_other_origins(serve: Serve, fetchers: Fetchers) -> None:
    """Guarded where every request goes through."""
    ours, evil = serve(answer()), serve(answer())
    fetcher = fetchers(ours)
    host = evil.url.removeprefix("http://")
    for url in (
        evil.url,
        f"http://{HOST}:{ours.port}@{host}/",
        ours.url.replace("http:", "https:"),
    ):
        exchange = ask(fetcher, url)
        assert ended_by(exchange) == [AttemptError.GUARD]
        assert "outside" in exchange.attempts[0].detail
    assert (ours.connections, evil.connections) == (0, 0)
    assert fetcher.statistics.sent == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_nothing_is_written_where_writes_are_off(
    serve: Serve, fetchers: Fetchers, method: str
) -> None:
    """Prod stays as it is, whatever a check tries."""
    server = serve(answer())
    exchange = ask(fetchers(server), server.url, method=method)
    assert ended_by(exchange) == [AttemptError.GUARD]
    assert "writes = true" in exchange.attempts[0].detail
    assert server.connections == 0
    assert ask(fetchers(server, writes=True), server.url, method=method).answer is not None


def test_an_origin_in_capitals_is_the_same(serve: Serve, fetchers: Fetchers) -> None:
    """Host names do not differ by case."""
    server = serve(answer())
    fetcher = fetchers({"content": f"http://localhost:{server.port}"})
    assert ended_by(ask(fetcher, f"HTTP://LOCALHOST:{server.port}/")) == [200]


# -- what is sent


def test_every_request_says_who_asks(serve: Serve, fetchers: Fetchers) -> None:
    """Analytics can leave smoke traffic out; what was not offered is not expected."""
    server = serve(answer())
    ask(fetchers(server), f"{server.url}/a/../b?c", headers=(("X-Own", "1"),))
    [request] = server.requests
    assert request.target == "/a/../b?c"
    headers = request.headers
    assert headers["host"] == f"{HOST}:{server.port}"
    assert headers["user-agent"].startswith("knowngood/")
    assert "run run-1" in headers["user-agent"]
    assert headers["x-knowngood-run"] == "run-1"
    assert headers["accept-encoding"] == "gzip, deflate, br"
    assert headers["accept"] == "*/*"
    assert headers["x-own"] == "1"
    assert len(headers) == 6


def test_a_post_has_no_type_that_nobody_gave_it(serve: Serve, fetchers: Fetchers) -> None:
    """No form encoding by default, and no waiting for 100 Continue."""
    server = serve(answer())
    ask(fetchers(server, writes=True), server.url, method="POST", body=b"x" * 2_000_000)
    [request] = server.requests
    assert len(request.body) == 2_000_000
    assert "content-type" not in request.headers
    assert "expect" not in request.headers


def test_a_probes_own_headers_win(serve: Serve, fetchers: Fetchers) -> None:
    """Each is sent once, whatever its case."""
    server = serve(answer())
    ask(fetchers(server), server.url, headers=(("user-agent", "mine"), ("ACCEPT", "x/y")))
    [request] = server.requests
    assert request.headers["user-agent"] == "mine"
    assert request.headers["accept"] == "x/y"
    assert request.head.lower().count(b"user-agent") == 1
    assert request.head.lower().count(b"accept:") == 1


def test_the_machines_proxy_sees_nothing(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through every layer."""
    proxy, server = serve(answer("proxy")), serve(answer("server"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert ended_by(ask(fetchers(server), server.url)) == [200]
    assert proxy.connections == 0


# -- concurrency


class Gate:
    """A play that answers nobody until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, talk: Talk) -> None:
        """Wait, then answer."""
        self.open.wait(60)
        answer("through")(talk)


def load_many(fetcher: Fetcher, server: Server, count: int, name: str = "") -> Callable[[], None]:
    """Ask for many URLs; the function returned waits for all."""
    probes = [Probe("content", f"{server.url}/{name}{number}") for number in range(count)]
    loads = [fetcher.load(probe) for probe in probes]

    def wait() -> None:
        for load in loads:
            assert ended_by(load.result(60).exchange) == [200]

    return wait


def test_as_many_requests_at_once_as_the_budget_has(serve: Serve, fetchers: Fetchers) -> None:
    """All of them, and never one more."""
    gate = Gate()
    server = serve(gate)
    wait = load_many(fetchers(server, concurrency=4), server, 20)
    assert server.wait_under_way(4)
    assert not server.wait_under_way(5, seconds=0.2)
    gate.open.set()
    wait()
    assert server.most_under_way == 4
    assert len(server.requests) == 20


def test_processes_share_the_concurrency(serve: Serve, fetchers: Fetchers) -> None:
    """Two workers ask no more at once than one would."""
    gate = Gate()
    server = serve(gate)
    one, two = (fetchers(server, concurrency=5, share=2) for _ in range(2))
    waits = [load_many(one, server, 8, "a"), load_many(two, server, 8, "b")]
    assert server.wait_under_way(4)
    assert not server.wait_under_way(5, seconds=0.2)
    gate.open.set()
    for wait in waits:
        wait()


def test_more_processes_than_concurrency(serve: Serve, fetchers: Fetchers) -> None:
    """Each can ask for one thing at a time at least."""
    server = serve(answer("through"))
    load_many(fetchers(server, concurrency=1, share=4), server, 3)()


def test_a_probe_that_waits_keeps_its_slot(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment in trouble is asked less, not more."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_fixed(0.1))
    busy = answer(status=503)
    server = serve(by_path({"/busy": in_turn(busy, answer()), "/0": answer("through")}))
    fetcher = fetchers(server, concurrency=1)
    first = fetcher.load(Probe("content", f"{server.url}/busy"))
    assert server.wait_for_requests(1)
    load_many(fetcher, server, 1)()
    first.result(60)
    assert server.targets == ["/busy", "/busy", "/0"]


# -- once each


def test_a_url_is_asked_for_once_at_a_time(serve: Serve, fetchers: Fetchers) -> None:
    """However many checks read it, they read the same exchange."""
    gate = Gate()
    server = serve(gate)
    fetcher = fetchers(server)
    loads = [fetcher.load(Probe("content", server.url, template=str(n))) for n in range(9)]
    assert server.wait_for_requests(1)
    gate.open.set()
    exchanges = [load.result(60).exchange for load in loads]
    assert len(server.requests) == 1
    assert all(exchange is exchanges[0] for exchange in exchanges)


def test_a_reader_that_goes_away_leaves_the_others(serve: Serve, fetchers: Fetchers) -> None:
    """What they share goes on."""
    gate = Gate()
    server = serve(gate)
    fetcher = fetchers(server)
    first, second = (fetcher.load(Probe("content", server.url)) for _ in range(2))
    assert server.wait_for_requests(1)
    assert first.cancel()
    gate.open.set()
    assert ended_by(second.result(60).exchange) == [200]


def test_what_is_held_is_not_asked_for_again(serve: Serve, fetchers: Fetchers) -> None:
    """As long as somebody reads it; once nobody does it is let go, and asked for anew."""
    server = serve(answer("body"))
    fetcher = fetchers(server)
    probe = Probe("content", server.url)
    held = fetcher.load(probe).result(60).exchange
    assert fetcher.load(probe).result(60).exchange is held
    assert (fetcher.held, len(server.requests)) == (1, 1)
    del held
    gc.collect()
    assert eventually(lambda: fetcher.held == 0)
    fetcher.load(probe).result(60)
    assert len(server.requests) == 2


def test_a_failure_is_shared_as_well(serve: Serve, fetchers: Fetchers) -> None:
    """Ten readers of a broken URL do not make it ten times as many attempts."""
    server = serve(close)
    fetcher = fetchers(server, attempts=2)
    loads = [fetcher.load(Probe("content", server.url)) for _ in range(10)]
    exchanges = {id(load.result(60).exchange) for load in loads}
    assert len(exchanges) == 1
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "other",
    [{"sample": 2}, {"method": "HEAD"}, {"headers": (("X", "1"),)}, {"follow": True}],
    ids=["sample", "method", "headers", "follow"],
)
def test_what_differs_is_asked_for_apart(
    serve: Serve, fetchers: Fetchers, other: dict[str, Any]
) -> None:
    """Samples are alike on purpose."""
    server = serve(answer())
    fetcher = fetchers(server)
    loads = [fetcher.load(Probe("content", server.url, **more)) for more in ({}, other)]
    assert len({id(load.result(60).exchange) for load in loads}) == 2
    assert len(server.requests) == 2


def test_a_walk_shares_nothing(serve: Serve, fetchers: Fetchers) -> None:
    """What was read before a write is not read again after it."""
    server = serve(in_turn(answer("before"), answer("after")))
    fetcher = fetchers(server)
    probe = Probe("content", server.url)
    held = fetcher.load(probe).result(60).exchange
    sent = fetcher.send(probe)
    assert held.answer is not None
    assert sent.answer is not None
    assert (held.answer.body, sent.answer.body) == (b"before", b"after")


# -- resources

SITE = {
    "/en/": page(
        '<link rel=stylesheet href="/css/a.css"><script src="/js/app.js"></script>'
        '<img src="pic.png"><img src="pic.png#again"><img src="missing.png">'
    ),
    "/css/a.css": page('@import "b.css"; body { background: url(/img/bg.png) }', "text/css"),
    "/css/b.css": page('@import "a.css"; i { background: url(deep.png) }', "text/css"),
    "/js/app.js": page('load("data/config.json")', "application/javascript"),
    "/en/data/config.json": page('{"next": "other.json"}', "application/json"),
    "/img/bg.png": page("png", "image/png"),
    "/css/deep.png": page("png", "image/png"),
    "/en/pic.png": page("png", "image/png"),
}


def test_what_a_page_needs_is_asked_for(serve: Serve, fetchers: Fetchers) -> None:
    """Page, stylesheet, what that imports, its images, what scripts load; each once, cycles end."""
    server = serve(by_path(SITE))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True)
    links = {link.url.removeprefix(server.url): link for link in load.result(60).resources}
    assert set(links) == {*SITE, "/en/missing.png"} - {"/en/"}
    assert sorted(server.targets) == sorted([*SITE, "/en/missing.png"])
    statuses = {url: link.exchange.answer.status for url, link in links.items()}  # type: ignore[union-attr]
    assert statuses.pop("/en/missing.png") == 404
    assert set(statuses.values()) == {200}
    deep = links["/css/deep.png"]
    assert (deep.page, deep.found_in) == (f"{server.url}/en/", f"{server.url}/css/b.css")


def test_the_icons_of_an_app_are_asked_for(serve: Serve, fetchers: Fetchers) -> None:
    """Its manifest may have the media type of any JSON, of which nothing else is looked into."""
    icons = '{"icons": [{"src": "icon.png"}]}'
    pages = {
        "/en/": page('<link rel="manifest" href="/app.json"><script src="/a.js"></script>'),
        "/a.js": page("fetch('/b/a.json')", "text/javascript"),
        **dict.fromkeys(["/app.json", "/b/a.json"], page(icons, "application/json")),
        "/icon.png": page("png", "image/png"),
    }
    server = serve(by_path(pages))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    links = {link.url.removeprefix(server.url): link.kind for link in load.resources}
    assert [links[path] for path in ("/app.json", "/b/a.json")] == ["manifest", "json"]
    assert links["/icon.png"] == "link"
    assert "/b/icon.png" not in links


def test_what_scripts_load_is_relative_to_their_page(serve: Serve, fetchers: Fetchers) -> None:
    """To its base, if it has one, and for a script of a frame to the page in the frame."""
    pages = {
        "/en/": page('<base href="/app/"><script src="a.js"></script><iframe src="in/"></iframe>'),
        "/app/in/": page('<script src="/js/b.js"></script>'),
        "/app/a.js": page("import './c.js'; fetch('a.json')", "text/javascript"),
        "/app/c.js": page("fetch('c.json')", "text/javascript"),
        "/js/b.js": page("fetch('b.json')", "text/javascript"),
    }
    server = serve(by_path(pages))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    urls = {link.url.removeprefix(server.url) for link in load.resources if link.kind == "json"}
    assert urls == {"/app/a.json", "/app/c.json", "/app/in/b.json"}


def test_what_a_worker_loads_is_relative_to_the_worker(serve: Serve, fetchers: Fetchers) -> None:
    """Its scripts are none of the page's; what these load is relative to the worker, too."""
    worker = "importScripts('lib/a.js'); import('./m.js'); fetch('w.json')"
    pages = {
        "/en/": page("<script>new Worker('/js/w.js')</script>"),
        "/js/w.js": page(worker, "text/javascript"),
        "/js/lib/a.js": page("fetch('a.json')", "text/javascript"),
    }
    server = serve(by_path(pages))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    assert {link.url.removeprefix(server.url): link.kind for link in load.resources} == {
        "/js/w.js": "worker",
        **dict.fromkeys(["/js/lib/a.js", "/js/m.js"], "script-url"),
        **dict.fromkeys(["/js/w.json", "/js/a.json"], "json"),
    }


def test_modules_by_the_names_of_an_import_map(serve: Serve, fetchers: Fetchers) -> None:
    """Those that a module names, and no others of the map: nobody may use them."""
    names = '{"imports": {"shop": "../shop.js", "lib/": "/lib/", "old": "/gone.js"}}'
    home = f'<script type="importmap">{names}</script><script type="module" src="a.js"></script>'
    modules = {"/en/a.js": "import {b} from 'shop';", "/shop.js": "import 'lib/c.js';"}
    plays = {path: page(text, "text/javascript") for path, text in modules.items()}
    server = serve(
        by_path({"/en/": page(home), "/lib/c.js": page("1", "text/javascript"), **plays})
    )
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    links = {link.url.removeprefix(server.url): link.type for link in load.resources}
    assert links == dict.fromkeys(["/en/a.js", "/shop.js", "/lib/c.js"], "module")


MAPPED = {"imports": {"/en/b.js": "/new/b.js", "shop": "/new/shop.js"}}


@pytest.mark.parametrize(
    ("names", "modules"),
    [
        (MAPPED, ["/new/b.js", "/new/shop.js"]),
        ({"imports": {"shop": "/new/shop.js", "./": "/new/"}}, ["/new/b.js", "/new/shop.js"]),
        ({**MAPPED, "scopes": {"/js/": {"shop": "x.js"}}}, ["/new/b.js", "/new/shop.js"]),
        ({**MAPPED, "scopes": {"/en/": {"shop": "x.js"}}}, ["/en/x.js", "/new/b.js"]),
        ({"scopes": {"/en/": {"./b.js": "x.js"}, "/en/js/": {"./b.js": "y.js"}}}, ["/en/x.js"]),
        ({"imports": {"./b.js": "//[", "shop": "/new/shop.js"}}, ["//[", "/new/shop.js"]),
    ],
    ids=["url", "folder", "other-scope", "scope", "inner-scope", "no-url"],
)
@pytest.mark.parametrize("is_inline", [False, True])
def test_modules_that_an_import_map_leads_elsewhere(
    serve: Serve, fetchers: Fetchers, names: object, modules: list[str], *, is_inline: bool
) -> None:
    """Browsers ask for these alone, and so does the page's own script; a worker has no map."""
    source = "import './b.js'; import 'shop';"
    element = (
        f"<script type=module>{source}</script>"
        if is_inline
        else "<script type=module src=a.js></script>"
    )
    pages = {
        "/en/": page(f"<script type=importmap>{json.dumps(names)}</script>{element}"),
        "/en/a.js": page(source, "text/javascript"),
    }
    server = serve(by_path(pages))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    paths = sorted(link.url.removeprefix(server.url) for link in load.resources)
    assert paths == sorted([*modules, *([] if is_inline else ["/en/a.js"])])


def test_a_worker_has_no_import_map(serve: Serve, fetchers: Fetchers) -> None:
    """What it imports lies where it says."""
    script = "<script>new Worker('/en/w.js', {type: 'module'})</script>"
    pages = {
        "/en/": page(f"<script type=importmap>{json.dumps(MAPPED)}</script>{script}"),
        "/en/w.js": page("import './b.js'; import 'shop';", "text/javascript"),
    }
    server = serve(by_path(pages))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    paths = [link.url.removeprefix(server.url) for link in load.resources]
    assert paths == ["/en/w.js", "/en/b.js"]


def test_chunks_by_what_several_scripts_say(serve: Serve, fetchers: Fetchers) -> None:
    """The runtime has the name, and another script the id."""
    scripts = {
        "/js/r.js": 'webpackChunk_a;r.u=e=>e+".5a590c944e72bc76.js";r.p="/js/"',
        "/js/a.js": "webpackChunk_a.push([[1],()=>n.e(967).then(n.bind(n,1))])",
        "/js/967.5a590c944e72bc76.js": "n.e(967).then(n.bind(n,1))",
    }
    plays = {path: page(text, "text/javascript") for path, text in scripts.items()}
    home = page("<script src=/js/a.js></script><script src=/js/r.js></script>")
    server = serve(by_path({"/en/": home, **plays}))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True).result(60)
    kinds = {link.url.removeprefix(server.url): link.kind for link in load.resources}
    assert kinds == dict(zip(scripts, ["script", "script", "script-url"], strict=True))


def test_a_page_in_place_of_a_file_is_not_followed(serve: Serve, fetchers: Fetchers) -> None:
    """A server that answers every URL with its page would lead from URL to URL without end; one
    that stands in a frame is a page.
    """
    everywhere = page('<script src="js/a.js"></script><iframe src="in/"></iframe>')
    server = serve(everywhere)
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"), resources=True)
    urls = {link.url.removeprefix(server.url) for link in load.result(60).resources}
    assert "/en/js/a.js" in urls
    assert "/en/in/js/a.js" in urls
    assert not any("/js/js/" in url or "/js/in/" in url for url in urls)


def test_references_are_asked_for_only_when_wanted(serve: Serve, fetchers: Fetchers) -> None:
    """A check of the page alone costs one request."""
    server = serve(by_path(SITE))
    load = fetchers(server).load(Probe("content", f"{server.url}/en/"))
    assert load.result(60).resources == ()
    assert len(server.requests) == 1


def test_a_page_visited_twice_is_fetched_once(serve: Serve, fetchers: Fetchers) -> None:
    """With all that it needs, and what two pages share."""
    pages = {**SITE, "/fr/": page('<link rel=stylesheet href="/css/a.css">')}
    server = serve(by_path(pages))
    fetcher = fetchers(server)
    urls = [f"{server.url}/en/", f"{server.url}/en/", f"{server.url}/fr/"]
    loads = [fetcher.load(Probe("content", url), resources=True) for url in urls]
    held = [load.result(60) for load in loads]
    again = fetcher.load(Probe("content", urls[0]), resources=True).result(60)
    assert len(again.resources) == len(held[0].resources) == 8
    assert sorted(server.targets) == sorted([*pages, "/en/missing.png"])
    assert fetcher.held == len(pages) + 1


def test_what_was_read_is_let_go(serve: Serve, fetchers: Fetchers) -> None:
    """With its last reader, the page and everything it needed."""
    server = serve(by_path(SITE))
    fetcher = fetchers(server)
    load = fetcher.load(Probe("content", f"{server.url}/en/"), resources=True)
    load.result(60)
    assert fetcher.held == len(SITE) + 1
    del load
    gc.collect()
    assert eventually(lambda: fetcher.held == 0)


def test_other_origins_are_not_asked(serve: Serve, fetchers: Fetchers) -> None:
    """They are named, without an exchange; so is what is no URL."""
    evil = serve(answer())
    ours = serve(answer("ours"))
    server = serve(page(f'<img src="{evil.url}/a"><img src="{ours.url}/b"><img src="http://[">'))
    fetcher = fetchers({"content": server.url, "images": ours.url})
    load = fetcher.load(Probe("content", server.url), resources=True).result(60)
    asked = {link.url: link.exchange is not None for link in load.resources}
    assert asked == {f"{evil.url}/a": False, f"{ours.url}/b": True, "http://[": False}
    assert (evil.connections, len(ours.requests)) == (0, 1)


def test_what_a_page_needs_is_asked_for_with_its_headers(serve: Serve, fetchers: Fetchers) -> None:
    """As a browser does; on another origin of the environment without a credential."""
    images = serve(answer("image"))
    html = page(f'<script src="/a.js"></script><img src="{images.url}/b.png">')
    server = serve(by_path({"/": html, "/a.js": answer("")}))
    fetcher = fetchers({"content": server.url, "images": images.url})
    headers = (("Authorization", "Basic abc"), ("Accept-Language", "fr"))
    probe = Probe("content", f"{server.url}/", headers=headers)
    fetcher.load(probe, resources=True).result(60)
    sent = [request.headers for request in (*server.requests, *images.requests)]
    assert [one.get("accept-language") for one in sent] == ["fr"] * 3
    assert [one.get("authorization") for one in sent] == ["Basic abc", "Basic abc", None]
    assert [one.get("referer") for one in sent] == [None, f"{server.url}/", None]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_what_is_not_the_thing_itself_is_not_parsed(
    serve: Serve, fetchers: Fetchers, status: int
) -> None:
    """An error page in a stylesheet's place needs nothing."""
    css = answer("i { background: url(/x.png) }", status, {"Content-Type": "text/css"})
    server = serve(by_path({"/": page("<link rel=stylesheet href=/a.css>"), "/a.css": css}))
    fetchers(server).load(Probe("content", f"{server.url}/"), resources=True).result(60)
    assert server.targets == ["/", "/a.css"]


def test_a_page_does_not_need_itself(serve: Serve, fetchers: Fetchers) -> None:
    """A frame or an image that leads back is asked for by nobody."""
    server = serve(by_path({"/": page('<iframe src="/#top"></iframe><img src="/a.png">')}))
    load = fetchers(server).load(Probe("content", f"{server.url}/"), resources=True).result(60)
    assert [link.url for link in load.resources] == [f"{server.url}/a.png"]


def test_a_packed_page_is_read(serve: Serve, fetchers: Fetchers) -> None:
    """References count in what a browser sees."""
    body = gzip.compress(b'<img src="/x.png">')
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    server = serve(by_path({"/": answer(body, headers=headers), "/x.png": answer()}))
    fetchers(server).load(Probe("content", f"{server.url}/"), resources=True).result(60)
    assert server.targets == ["/", "/x.png"]


def test_a_reference_with_letters_of_its_own(serve: Serve, fetchers: Fetchers) -> None:
    """Names that are not ASCII, and blanks, are asked for as browsers do."""
    server = serve(by_path({"/": page('<img src="/é b.png">'), "/%C3%A9%20b.png": answer("found")}))
    load = fetchers(server).load(Probe("content", f"{server.url}/"), resources=True).result(60)
    [reference] = load.resources
    assert reference.exchange is not None
    assert ended_by(reference.exchange) == [200]


def test_a_redirected_page_counts_from_where_it_is(serve: Serve, fetchers: Fetchers) -> None:
    """Relative resources belong to the URL that answered."""
    pages = {"/": redirect("/en/"), "/en/": page("<img src=x.png>"), "/en/x.png": answer()}
    server = serve(by_path(pages))
    probe = Probe("content", f"{server.url}/", follow=True)
    fetchers(server).load(probe, resources=True).result(60)
    assert server.targets == ["/", "/en/", "/en/x.png"]


# -- origins that are dead


@pytest.fixture
def silent_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """Three probes are enough to give an origin up."""
    monkeypatch.setattr("knowngood.fetch.failing_rows.SILENT_LIMIT", 3)
    return 3


@pytest.mark.usefixtures("silent_limit")
def test_an_origin_that_never_answers_is_given_up(serve: Serve, fetchers: Fetchers) -> None:
    """What comes after is told at once, with the reason, and not tried again."""
    server = serve(close)
    fetcher = fetchers(server, attempts=2, concurrency=1)
    exchanges = [ask(fetcher, f"{server.url}/{number}") for number in range(6)]
    assert [ended_by(exchange) for exchange in exchanges] == [
        *[[AttemptError.RESET, AttemptError.RESET]] * 3,
        *[[AttemptError.UNREACHABLE]] * 3,
    ]
    assert "not asked" in exchanges[-1].attempts[0].detail
    assert len(server.requests) == 6


@pytest.mark.usefixtures("silent_limit")
def test_origins_are_given_up_one_by_one(serve: Serve, fetchers: Fetchers) -> None:
    """One that is dead says nothing of the other."""
    dead, alive = serve(close), serve(answer())
    fetcher = fetchers({"content": dead.url, "other": alive.url}, attempts=1)
    for number in range(4):
        ask(fetcher, f"{dead.url}/{number}")
    assert ended_by(fetcher.send(Probe("other", alive.url))) == [200]


@pytest.mark.usefixtures("silent_limit")
@pytest.mark.parametrize(
    "sign",
    [
        answer(close=True),
        answer(status=503, close=True),
        raw(b"\x00\x01\r\n\r\n"),
        answer(status=302, headers={"Location": "http://other.invalid/"}, close=True),
    ],
    ids=["answer", "503", "garbage", "redirect"],
)
def test_any_sign_of_life_counts(serve: Serve, fetchers: Fetchers, sign: Play) -> None:
    """An origin that answers wrong is not silent, and is asked to the end."""
    server = serve(in_turn(close, close, sign, close, close, sign, answer("last")))
    fetcher = fetchers(server, attempts=1)
    exchanges = [ask(fetcher, f"{server.url}/{n}", follow=True) for n in range(7)]
    assert ended_by(exchanges[-1]) == [200]
    assert len(server.requests) == 7


@pytest.mark.usefixtures("silent_limit")
def test_wrong_answers_are_not_silence(serve: Serve, fetchers: Fetchers) -> None:
    """Thirty pages that lead to a login page are thirty redirects, not a dead origin."""
    server = serve(redirect("https://login.invalid/"))
    fetcher = fetchers(server, attempts=1)
    exchanges = [ask(fetcher, f"{server.url}/{n}", follow=True) for n in range(6)]
    assert {exchange.error for exchange in exchanges} == {AttemptError.REDIRECT}


@pytest.mark.usefixtures("silent_limit")
def test_the_runners_trouble_is_not_the_origins_silence(
    serve: Serve, fetchers: Fetchers, authority: Authority
) -> None:
    """It would end in a roll-back otherwise."""
    server = serve(answer(), tls=authority.context()[0])
    fetcher = fetchers(server, ca=authority.pem.with_name("missing.pem"))
    exchanges = [ask(fetcher, f"{server.url}/{number}") for number in range(6)]
    assert {exchange.error for exchange in exchanges} == {AttemptError.RUNNER}


# -- what is counted


def test_the_tally(serve: Serve, fetchers: Fetchers, authority: Authority) -> None:
    """Requests and attempts by origin and declaration, bytes, the slowest, certificates."""
    context, expires = authority.context(ends=3)
    server = serve(in_turn(answer("four", close=True), close, answer("four")), tls=context)
    fetcher = fetchers(server, ca=authority.pem)
    before = time.time()
    for number in range(2):
        fetcher.send(Probe("content", f"{server.url}/{number}", template="content:/{x}"))
    statistics = fetcher.statistics
    assert (statistics.sent, statistics.attempts, statistics.received) == (2, 3, 8)
    assert statistics.asked == {"content": 2, "content:/{x}": 2, "content by connection": 3}
    assert statistics.failures.flaky == {"content": 1, "content:/{x}": 1}
    assert [len(exchange["attempts"]) for exchange in statistics.retried] == [2]
    assert before <= statistics.answered_at["content"] <= time.time()
    assert [url for _, url in sorted(statistics.slowest, key=lambda entry: entry[1])] == [
        f"GET {server.url}/0",
        f"GET {server.url}/1",
    ]
    assert statistics.certificates == {"content": expires.timestamp()}


# -- steady or not


def test_a_failure_among_answers_is_erratic(serve: Serve, fetchers: Fetchers) -> None:
    """Every second request refused, one after the other: the deployment is unsteady."""
    server = serve(in_turn(*[answer(close=True), answer(status=503, close=True)] * 6))
    fetcher = fetchers(server, attempts=3)
    for number in range(6):
        ask(fetcher, f"{server.url}/{number}", template="t")
    assert fetcher.statistics.failures.erratic["t"] >= 5


def test_what_was_silent_is_asked_again_beside_what_answered(
    serve: Serve, fetchers: Fetchers
) -> None:
    """An origin that still answers something else is in reach: the silence is that URL's."""
    server = serve(by_path({"/a": page("a"), "/gone": close}))
    fetcher = fetchers(server, attempts=1)
    ask(fetcher, f"{server.url}/a")
    ask(fetcher, f"{server.url}/gone")
    answered = fetcher.statistics.answered_at["content"]
    [exchange] = ask_silent_again(fetcher)
    assert (exchange.probe.url, exchange.heard) == (f"{server.url}/gone", False)
    assert fetcher.statistics.answered_at["content"] > answered


def test_an_origin_that_is_gone_has_no_witness(serve: Serve, fetchers: Fetchers) -> None:
    """Nothing of it answers any more."""
    server = serve(in_turn(answer(), *[close] * 9))
    fetcher = fetchers(server, attempts=1)
    ask(fetcher, f"{server.url}/a")
    ask(fetcher, f"{server.url}/b")
    answered = fetcher.statistics.answered_at["content"]
    [exchange] = ask_silent_again(fetcher)
    assert not exchange.heard
    assert fetcher.statistics.answered_at["content"] == answered


def test_what_is_asked_again_gets_the_usual_attempts(serve: Serve, fetchers: Fetchers) -> None:
    """A network that is back loses an answer now and then: another one is asked for, where
    somebody of the origin is heard.
    """
    asked: Counter[str] = Counter()

    def respond(talk: Talk) -> None:
        asked[talk.request.target] += 1
        lost = {"/a": 3, "/b": 4}.get(talk.request.target, 0)  # two before, then when asked again
        close(talk) if asked[talk.request.target] <= lost else answer()(talk)

    server = serve(respond)
    fetcher = fetchers(server, attempts=2)
    for path in ("/there", "/a", "/b"):
        ask(fetcher, f"{server.url}{path}")
    exchanges = ask_silent_again(fetcher)
    assert [exchange.heard for exchange in exchanges] == [True, False]
    assert asked == {"/there": 2, "/a": 4, "/b": 4}


def test_what_is_asked_again_gets_the_usual_time(serve: Serve, fetchers: Fetchers) -> None:
    """Of silence there are as many attempts as fit into the time of a probe, and not all."""
    asked: Counter[str] = Counter()

    def respond(talk: Talk) -> None:
        asked[talk.request.target] += 1
        hang(talk) if talk.request.target == "/hangs" else answer()(talk)

    server = serve(respond)
    fetcher = fetchers(server, attempts=9, probe=3.0)
    ask(fetcher, f"{server.url}/there")
    ask(fetcher, f"{server.url}/hangs")
    before = asked["/hangs"]
    [exchange] = ask_silent_again(fetcher)
    assert not exchange.heard
    assert asked["/hangs"] - before <= 4


def test_what_a_page_needs_in_two_steps_is_counted_together(
    serve: Serve, fetchers: Fetchers
) -> None:
    """What its stylesheet imports it needs as well."""
    plays = {
        "/": page('<link rel="stylesheet" href="/a.css">'),
        "/a.css": page("@import '/b.css';", "text/css"),
        "/b.css": page("b { color: red }", "text/css"),
    }
    server = serve(by_path(plays))
    fetcher = fetchers(server)
    probe = Probe("content", f"{server.url}/", template="content:/")
    fetcher.load(probe, resources=True).result(60)
    assert fetcher.statistics.asked[resource_group("content:/")] == 2


def test_what_is_too_large_to_be_searched_is_told_from_its_page(
    serve: Serve, fetchers: Fetchers
) -> None:
    """The stylesheet is at fault, and not the page that refers to it."""
    head = '<link rel="stylesheet" href="/zeros.css">'
    plays = {"/": page(head), "/zeros.css": page("\0" * 600_000, "text/css")}
    server = serve(by_path(plays))
    load = fetchers(server).load(Probe("content", f"{server.url}/"), resources=True).result(60)
    assert load.unread is not None
    assert load.unread.probe.url == f"{server.url}/zeros.css"
    assert "too large to be judged" in load.trouble


@pytest.mark.parametrize("play", [close, answer(status=429)], ids=["closed", "turned away"])
@pytest.mark.parametrize("element", ['<link rel="stylesheet" href="/a">', '<script src="/a">'])
def test_what_a_lost_file_needs_is_unknown(
    serve: Serve, fetchers: Fetchers, play: Play, element: str
) -> None:
    """The page may need more than was found: it must not be compared with another."""
    server = serve(by_path({"/": page(element), "/a": play}))
    load = fetchers(server, attempts=1).load(Probe("content", f"{server.url}/"), resources=True)
    unread = load.result(60).unread
    assert unread is not None
    assert unread.probe.url == f"{server.url}/a"


@pytest.mark.parametrize("play", [close, answer(status=429)], ids=["closed", "turned away"])
def test_a_lost_image_needs_nothing(serve: Serve, fetchers: Fetchers, play: Play) -> None:
    """All that the page needs is known."""
    server = serve(by_path({"/": page('<img src="/a">'), "/a": play}))
    load = fetchers(server, attempts=1).load(Probe("content", f"{server.url}/"), resources=True)
    assert load.result(60).unread is None
    assert len(load.result(60).resources) == 1
