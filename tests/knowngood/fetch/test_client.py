"""Walks: httpx's own interface over the fetcher, and nothing left behind whatever happens."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from wire import (
    Authority,
    Fetchers,
    Play,
    Serve,
    Server,
    Store,
    answer,
    by_method,
    by_path,
    close,
    flood,
    hang,
    in_turn,
    page,
    raw,
    redirect,
    refusing,
)

from knowngood.environment.model import Environment
from knowngood.fetch.answer_errors import Blocked, NoAnswer
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.client import (
    FRESH,
    NAMED,
    REPEATABLE,
    WEBSOCKET,
    BadExpectation,
    Client,
)
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.prefetch import Plan
from knowngood.safety.redactor import Redactor
from knowngood.session.cases import Case
from knowngood.session.item_fetcher import ItemFetcher
from knowngood.session.ticket import RunTicket
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, classify

pytestmark = pytest.mark.usefixtures("no_waits")

Clients = Callable[..., Client]


@pytest.fixture
def clients(fetchers: Fetchers) -> Clients:
    """Make a client that may write at a server."""

    def make(server: Server, **options: Any) -> Client:
        fetcher = fetchers(server, **{"writes": True, **options})
        return Client(fetcher, "content", server.url)

    return make


@pytest.fixture
def walk(environment: Callable[..., Environment]) -> Iterator[Callable[..., Any]]:
    """Run a walk as the ``client`` fixture does; yields the client and then sweeps up."""
    runs: list[ItemFetcher] = []

    @contextmanager
    def walking(server: Server, **options: Any) -> Iterator[tuple[Client, list[str]]]:
        site = environment(server, **{"writes": True, **options})
        plan = Plan("test_walk", "test_walk", ())
        run = ItemFetcher(site, RunTicket.new(site, "0123456789ab", 60), [plan])
        runs.append(run)
        with run.running(plan), run.client("content", Case()) as client:
            yield client, run.report()["left_behind"]

    yield walking
    for run in runs:
        run.close()


def test_the_environment_is_not_moved_while_names_are_looked_up(
    serve: Serve, walk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is where a variable is added; the C library reads it without a lock."""
    added: list[bool] = []
    start = Fetcher.start

    def starting(fetcher: Fetcher) -> None:
        added.append("PYTEST_CURRENT_TEST" in os.environ)
        start(fetcher)

    monkeypatch.setattr(Fetcher, "start", starting)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with walk(serve(answer())):
        assert added == [True]


# -- httpx's interface


def test_a_websocket_that_opens(serve: Serve, clients: Clients) -> None:
    """Its answer is 101, though the connection stays open, and nothing else is asked on that."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-Own: 1\r\n\r\n"
    server = serve(by_path({"/news": raw(switch, end=hang), "/": answer("fine")}))
    client = clients(server)
    for _ in range(2):
        opened = client.get("/news", headers=WEBSOCKET)
        assert (opened.status_code, opened.content, opened.headers["x-own"]) == (101, b"", "1")
    assert client.get("/").text == "fine"
    assert server.requests[0].headers["connection"] == "Upgrade"
    assert server.requests[0].headers["upgrade"] == "websocket"
    assert server.connections == 3


def test_a_websocket_that_does_not_open(serve: Serve, clients: Clients) -> None:
    """The server's answer is like any other."""
    assert clients(serve(answer("none", 404))).get("/news", headers=WEBSOCKET).status_code == 404


def test_get_with_everything_httpx_has(serve: Serve, clients: Clients) -> None:
    """Relative URLs, params and headers go out; status, headers, text and elapsed come back."""
    server = serve(answer('{"a": [1]}', headers={"Content-Type": "application/json"}))
    response = clients(server).get("/path", params={"q": "é b"}, headers={"X-One": "1"})
    [request] = server.requests
    assert request.target == "/path?q=%C3%A9+b"
    assert request.headers["x-one"] == "1"
    assert response.status_code == 200
    assert response.is_success
    assert response.json() == {"a": [1]}
    assert response.text == '{"a": [1]}'
    assert response.headers["content-type"] == "application/json"
    assert str(response.url) == f"{server.url}/path?q=%C3%A9+b"
    assert response.request.method == "GET"
    assert response.raise_for_status() is response


def test_what_is_posted_arrives(serve: Serve, clients: Clients) -> None:
    """JSON, forms and bytes, each with httpx's own Content-Type or none."""
    server = serve(answer(status=201))
    client = clients(server)
    client.post("/json", json={"a": 1})
    client.post("/form", data={"a": "1"})
    client.post("/bytes", content=b"\x00\xff")
    client.post("/nothing")
    as_json, form, binary, nothing = server.requests
    assert json.loads(as_json.body) == {"a": 1}
    assert as_json.headers["content-type"] == "application/json"
    assert form.body == b"a=1"
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert binary.body == b"\x00\xff"
    assert "content-type" not in binary.headers
    assert (nothing.body, nothing.headers["content-length"]) == (b"", "0")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method(serve: Serve, clients: Clients, method: str) -> None:
    """The method arrives as it is."""
    server = serve(answer("body"))
    assert clients(server).request(method, "/").status_code == 200
    assert server.methods == [method]


def test_headers_are_the_fetchers(serve: Serve, clients: Clients) -> None:
    """Httpx's User-Agent, Accept and Connection do not go out; who asks and in which run does."""
    server = serve(answer())
    clients(server).get("/")
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("knowngood/")
    assert headers["x-knowngood-run"] == "run-1"
    assert set(headers) == {
        "host",
        "user-agent",
        "x-knowngood-run",
        "accept",
        "accept-encoding",
    }


def test_a_header_is_sent_as_its_bytes(serve: Serve, clients: Clients) -> None:
    """What httpx takes, goes out: UTF-8 too, and an empty value."""
    server = serve(answer())
    clients(server).get("/", headers={b"X-Name": "日本".encode(), b"X-Empty": b""})
    head = server.requests[0].head
    assert b"X-Name: " + "日本".encode() in head
    assert server.requests[0].headers["x-empty"] == ""


def test_the_machines_proxy_sees_nothing(
    serve: Serve, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Httpx would mount one for each variable."""
    proxy, server = serve(answer("proxy")), serve(answer("server"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert clients(server).get("/").text == "server"
    assert proxy.connections == 0


def test_cookies_are_kept_between_steps(serve: Serve, clients: Clients) -> None:
    """As a browser and httpx do; another walk starts without."""
    server = serve(answer(headers={"Set-Cookie": "session=abc; Path=/"}))
    client = clients(server)
    client.get("/login")
    client.get("/next")
    clients(server).get("/other")
    cookies = [request.headers.get("cookie") for request in server.requests]
    assert cookies == [None, "session=abc", None]


def test_redirects_are_followed_when_asked(serve: Serve, clients: Clients) -> None:
    """By httpx's own option; the history is there."""
    server = serve(by_path({"/": redirect("/there"), "/there": answer("there")}))
    client = clients(server)
    assert client.get("/").status_code == 302
    followed = client.get("/", follow_redirects=True)
    assert followed.text == "there"
    assert [response.status_code for response in followed.history] == [302]


def test_a_credential_does_not_follow_to_another_origin(
    serve: Serve, fetchers: Fetchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its header is called; within the origin it does."""
    monkeypatch.setattr("knowngood.safety.redaction._Process.redactor", Redactor(["hunter22"]))
    other = serve(answer())
    server = serve(by_path({"/": redirect("/here"), "/here": redirect(f"{other.url}/x")}))
    client = Client(fetchers({"content": server.url, "b": other.url}), "content", server.url)
    client.get("/", headers={"X-Key": "hunter22", "X-A": "b"}, follow_redirects=True)
    keys = [request.headers.get("x-key") for request in (*server.requests, *other.requests)]
    assert keys == ["hunter22", "hunter22", None]
    assert other.requests[0].headers["x-a"] == "b"


def test_a_redirect_out_of_the_environment(serve: Serve, clients: Clients) -> None:
    """The deployment's fault, named as such; nothing of ours leaves."""
    evil = serve(answer())
    server = serve(redirect(evil.url))
    with pytest.raises(NoAnswer) as caught:
        clients(server).get("/", follow_redirects=True, headers={"Authorization": "secret"})
    assert caught.value.exchange.error is AttemptError.REDIRECT
    assert evil.connections == 0


def test_another_origin_is_refused(serve: Serve, clients: Clients) -> None:
    """The check's own mistake is the guard's, not the deployment's."""
    evil, server = serve(answer()), serve(answer())
    client = clients(server)
    with pytest.raises(NoAnswer) as caught:
        client.get(evil.url)
    assert caught.value.exchange.error is AttemptError.GUARD
    assert evil.connections == 0


@pytest.mark.parametrize("location", [None, "/doc"])
def test_a_write_refused_by_the_guard_is_no_redirect(
    serve: Serve, clients: Clients, location: str | None
) -> None:
    """Whatever was answered before: the environment file does not let the check write."""
    server = serve(redirect(location) if location else answer())
    client = clients(server, writes=False)
    client.get("/doc")
    with pytest.raises(NoAnswer) as caught:
        client.post("/doc")
    assert caught.value.exchange.error is AttemptError.GUARD


def test_a_body_that_is_packed(serve: Serve, clients: Clients) -> None:
    """Read as httpx does."""
    import gzip

    server = serve(answer(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"}))
    assert clients(server).get("/").text == "hello"


def test_no_answer_is_an_error_of_httpx(serve: Serve, clients: Clients) -> None:
    """What checks know to catch; it has every attempt."""
    server = serve(close)
    with pytest.raises(httpx.TransportError) as caught:
        clients(server, attempts=3).get("/")
    assert isinstance(caught.value, NoAnswer)
    assert len(caught.value.exchange.attempts) == 3
    assert "reset" in str(caught.value)


def test_retries_are_the_fetchers(serve: Serve, clients: Clients) -> None:
    """A walk survives what a probe survives, and its exchanges say so."""
    server = serve(in_turn(close, answer(status=503), answer("fine")))
    client = clients(server)
    assert client.get("/").text == "fine"
    [exchange] = client.exchanges
    assert len(exchange.attempts) == 3
    assert exchange.flaky


def test_elapsed_is_the_attempts(serve: Serve, clients: Clients) -> None:
    """A retry does not count."""
    client = clients(serve(in_turn(close, answer())))
    elapsed = client.get("/").elapsed.total_seconds()
    assert elapsed == pytest.approx(client.exchanges[0].attempts[-1].seconds, abs=1e-5)


def test_exchanges_are_listed_in_order(serve: Serve, clients: Clients) -> None:
    """Failed ones as well."""
    server = serve(by_path({"/a": answer(), "/b": flood(b"", b"\x00" * 100)}))
    client = clients(server)
    client.get("/a")
    with suppress(NoAnswer):
        client.get("/b")
    assert [exchange.probe.url for exchange in client.exchanges] == [
        f"{server.url}/a",
        f"{server.url}/b",
    ]


@pytest.mark.parametrize(
    ("play", "status"),
    [(in_turn(close, answer(status=404)), True), (answer(status=404), False)],
    ids=["reply-lost-once", "never-there"],
)
def test_when_a_delete_is_done(serve: Serve, clients: Clients, play: Play, status: bool) -> None:
    """404 on a repeat means that the first was carried out; at once, that nothing was there."""
    client = clients(serve(play))
    response = client.delete("/doc")
    assert response.status_code == 404
    assert response.deleted is status  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_delete_that_is_answered_so_is_done(serve: Serve, clients: Clients, status: int) -> None:
    """At the first attempt."""
    assert clients(serve(answer(status=status))).delete("/doc").deleted  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [403, 500])
def test_a_delete_that_is_refused_is_not_done(serve: Serve, clients: Clients, status: int) -> None:
    """Neither is one that failed."""
    assert not clients(serve(answer(status=status))).delete("/doc").deleted  # type: ignore[attr-defined]


# -- gatekeepers


@pytest.mark.parametrize(
    "play",
    [
        answer(status=401),
        answer(status=407),
        answer("<h1>Blocked</h1>", 403, {"Content-Type": "text/html; charset=utf-8"}),
        answer("", 403, {"Content-Type": "Text/HTML"}),
        answer(status=429, headers={"Retry-After": "86400"}),
    ],
    ids=["401", "407", "403-html", "403-HTML", "429"],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_gatekeeper_blocks(serve: Serve, clients: Clients, play: Play, method: str) -> None:
    """Who is turned away has learnt nothing of the deployment."""
    with pytest.raises(Blocked) as caught:
        clients(serve(play)).request(method, "/")
    assert caught.value.exchange.probe.method == method


@pytest.mark.parametrize(
    "play",
    [answer(status=401), page("no"), answer("no", 403, {"Content-Type": "text/html"})],
    ids=["401", "200", "403"],
)
def test_a_page_that_readers_are_refused_is_an_answer(
    serve: Serve, clients: Clients, play: Play
) -> None:
    """It is what its users see."""
    assert clients(serve(play)).get("/").status_code in {200, 401, 403}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_services_own_403_is_an_answer(serve: Serve, clients: Clients, kind: str) -> None:
    """A check may expect it."""
    server = serve(answer("{}", 403, {"Content-Type": kind} if kind else {}))
    assert clients(server).post("/").status_code == 403


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("status", [401, 403, 407, 429, 503])
def test_a_refusal_that_the_check_expects_is_an_answer(
    serve: Serve, clients: Clients, method: str, status: int
) -> None:
    """It is asked for once, and read like any other."""
    server = serve(answer("no", status, {"Content-Type": "text/html"}))
    response = getattr(clients(server), method)("/", expect=status)
    assert (response.status_code, len(server.requests)) == (status, 1)


@pytest.mark.parametrize("status", ["401", [401, 403], True, 1, 4010])
def test_an_expected_status_that_is_none(serve: Serve, clients: Clients, status: Any) -> None:
    """It would expect nothing, and each run would hold for a wall that is not there."""
    with pytest.raises(BadExpectation, match="expect: found"):
        clients(serve(answer(status=401))).post("/", expect=status)


def test_another_refusal_than_the_expected_one_blocks(serve: Serve, clients: Clients) -> None:
    """The check knows of 401 alone."""
    with pytest.raises(Blocked):
        clients(serve(answer(status=429))).post("/", expect=401)


def test_too_many_requests_blocks_a_read_too(serve: Serve, clients: Clients) -> None:
    """And says what was asked."""
    server = serve(answer(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(Blocked, match=r"429.*86400"):
        clients(server).get("/")


# -- sweeping


class Wrong(Exception):
    """An assertion of a check that fails."""


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("error", [None, Wrong, KeyboardInterrupt])
def test_what_was_written_is_deleted(
    serve: Serve, walk: Callable[..., Any], method: str, error: type[BaseException] | None
) -> None:
    """However the walk ends."""
    store = Store()
    server = serve(store)
    with suppress(Wrong, KeyboardInterrupt), walk(server) as (client, left):
        client.request(method, "/doc", content=b"x", extensions=NAMED)
        assert store.documents == {"/doc": b"x"}
        if error is not None:
            raise error
    assert store.documents == {}
    assert left == []
    assert server.methods == [method, "DELETE"]


LOST: dict[str, Play] = {
    "reply-lost": close,
    "reply-truncated": raw(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nabc"),
    "garbage": raw(b"\x00\x01\x02\r\n\r\n"),
    "500": answer(status=500),
    "503": answer(status=503),
    "302": redirect("/elsewhere"),
    "silent": hang,
}


@pytest.mark.parametrize("after", LOST.values(), ids=LOST)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_was_stored_unseen_is_deleted(
    serve: Serve, walk: Callable[..., Any], method: str, after: Play
) -> None:
    """The server stored it and said something else, or nothing."""
    store = Store(after_storing=after)
    with walk(serve(store), attempts=1, probe=2.0) as (client, left):
        with suppress(NoAnswer):
            client.request(method, "/doc", content=b"x", extensions=NAMED)
        assert store.documents == {"/doc": b"x"}
    assert store.documents == {}
    assert left == []


def test_a_reply_lost_once_leaves_nothing(serve: Serve, walk: Callable[..., Any]) -> None:
    """A POST that names its document is repeated, and counted flaky."""
    store = Store(after_storing=in_turn(close, answer(status=201)))
    with walk(serve(store)) as (client, left):
        assert client.post("/doc", content=b"x", extensions=NAMED).status_code == 201
        assert client.exchanges[0].flaky
    assert (store.documents, left) == ({}, [])


def test_a_write_refused_after_a_lost_reply_is_swept(
    serve: Serve, walk: Callable[..., Any]
) -> None:
    """409 on the repeat: the first did store it."""
    store = Store(after_storing=in_turn(close, answer(status=409)))
    with walk(serve(store)) as (client, _):
        assert client.put("/doc", content=b"x").status_code == 409
    assert store.documents == {}


def test_what_was_refused_is_not_swept(serve: Serve, walk: Callable[..., Any]) -> None:
    """A 4xx at the first attempt stored nothing; a DELETE could hit what is not ours."""
    server = serve(answer(status=413))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
        client.post("/other", content=b"x", extensions=NAMED)
    assert server.methods == ["PUT", "POST"]
    assert left == []


def test_a_refusal_does_not_forget_what_was_stored_before(
    serve: Serve, walk: Callable[..., Any]
) -> None:
    """Written, then refused at the same URL: the document is still there."""
    store = Store(after_storing=in_turn(answer(status=201), answer(status=400)))
    with walk(serve(store)) as (client, _):
        client.put("/doc", content=b"x")
        client.put("/doc", content=b"rubbish")
    assert store.documents == {}


def test_what_the_guard_refused_is_not_swept(serve: Serve, walk: Callable[..., Any]) -> None:
    """Nothing was sent, nothing is left behind."""
    evil, server = serve(answer()), serve(answer())
    with walk(server) as (client, left), suppress(NoAnswer):
        client.put(f"{evil.url}/doc", content=b"x")
    assert left == []
    with walk(server, writes=False) as (client, left), suppress(NoAnswer):
        client.put("/doc", content=b"x")
    assert left == []
    assert (server.connections, evil.connections) == (0, 0)


def test_what_was_never_sent_is_not_left_behind(
    serve: Serve, walk: Callable[..., Any], authority: Authority
) -> None:
    """Neither refused connections nor failed handshakes leave a document."""
    tls = serve(answer(), tls=authority.context("example.org")[0])
    with walk(tls, ca=authority.pem) as (client, left), suppress(NoAnswer):
        client.put("/doc", content=b"x")
    assert left == []
    with refusing() as url:
        with walk({"content": url}, attempts=2) as (client, left), suppress(NoAnswer):
            client.put("/doc", content=b"x")
        assert left == []
        assert len(client.exchanges) == 1


def test_what_the_check_deleted_is_not_deleted_again(
    serve: Serve, walk: Callable[..., Any]
) -> None:
    """One DELETE is enough."""
    server = serve(Store())
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
        client.delete("/doc")
    assert server.methods == ["PUT", "DELETE"]
    assert left == []


def test_a_delete_that_failed_is_tried_again(serve: Serve, walk: Callable[..., Any]) -> None:
    """A check that fails over a 500 leaves nothing behind all the same."""
    server = serve(Store(deleting=in_turn(answer(status=500), answer())))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
        client.delete("/doc")
    assert server.methods == ["PUT", "DELETE", "DELETE"]
    assert left == []


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("step", ["PATCH", "GET"])
def test_what_is_gone_is_not_left_behind(
    serve: Serve, walk: Callable[..., Any], step: str, status: int
) -> None:
    """Another step of the check deleted it, or a read used it up."""
    server = serve(Store(deleting=answer(status=status)))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
        client.request(step, "/doc")
    assert left == []


@pytest.mark.parametrize("by_check", [False, True], ids=["by the sweep", "by the check"])
def test_what_was_just_stored_and_is_not_found_is_named(
    serve: Serve, walk: Callable[..., Any], by_check: bool
) -> None:
    """Nothing can have deleted it meanwhile: the 404 says that it cannot be deleted."""
    server = serve(Store(deleting=answer(status=404)))
    with walk(server) as (client, left):
        client.put("/one", content=b"x")
        client.put("/two", content=b"x")
        if by_check:
            assert not client.delete("/two").deleted
    assert left == [f"{server.url}/two"]


def test_what_is_not_found_once_is_deleted_again(serve: Serve, walk: Callable[..., Any]) -> None:
    """A replica that had not heard of it yet said so; the sweep makes sure."""
    server = serve(Store(deleting=in_turn(answer(status=404), answer())))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
        client.delete("/doc")
    assert server.methods == ["PUT", "DELETE", "DELETE"]
    assert left == []


def test_a_delete_whose_answer_was_lost_is_believed(serve: Serve, walk: Callable[..., Any]) -> None:
    """The first was carried out, and so the second finds nothing."""
    server = serve(Store(deleting=in_turn(close, answer(status=404))))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
    assert left == []


UNDELETABLE: dict[str, Play] = {
    "500": answer(status=500),
    "405": answer(status=405),
    "redirect": redirect("/login"),
    "closed": close,
    "credentials": answer(status=401),
    "firewall": answer("", 403, {"Content-Type": "text/html"}),
    "429": answer(status=429, headers={"Retry-After": "86400"}),
}


@pytest.mark.parametrize("deleting", UNDELETABLE.values(), ids=UNDELETABLE)
def test_what_cannot_be_deleted_is_named(
    serve: Serve, walk: Callable[..., Any], deleting: Play
) -> None:
    """Each document, and the sweep goes on to the next."""
    server = serve(Store(deleting=deleting))
    with walk(server, attempts=2) as (client, left):
        client.put("/one", content=b"x")
        client.put("/two", content=b"x")
    assert left == [f"{server.url}/one", f"{server.url}/two"]


@pytest.mark.parametrize(
    ("extensions", "status", "posts"),
    [
        (None, 201, 1),
        (REPEATABLE, 201, 1),
        (REPEATABLE, 500, 1),
        (REPEATABLE, 503, 2),
        (None, 503, 2),
        ({"repeatable": False, "named": False}, 201, 1),
    ],
)
def test_a_collection_is_never_deleted(
    serve: Serve,
    walk: Callable[..., Any],
    extensions: dict[str, bool] | None,
    status: int,
    posts: int,
) -> None:
    """A POST that does not name its document goes to a URL that is not ours to delete, whether it
    may be sent again or not, and whatever comes back.
    """
    server = serve(answer(status=status))
    with walk(server, attempts=2) as (client, _):
        client.post("/documents", json={}, extensions=extensions)
        client.patch("/documents", json={}, extensions=NAMED)
    assert server.methods == ["POST"] * posts + ["PATCH"] * posts


def test_a_collection_takes_it_again(serve: Serve, walk: Callable[..., Any]) -> None:
    """The check says that it is harmless; the document that nobody can name is told."""
    server = serve(in_turn(close, answer(status=201)))
    with walk(server) as (client, left):
        assert client.post("/documents", extensions=REPEATABLE).status_code == 201
    assert server.methods == ["POST", "POST"]
    assert left == [f"{server.url}/documents (a document whose name was lost with the answer)"]


def test_not_now_leaves_no_document(serve: Serve, walk: Callable[..., Any]) -> None:
    """Neither does what was answered at once."""
    server = serve(in_turn(answer(status=503), answer(status=201)))
    with walk(server) as (client, left):
        assert client.post("/documents").status_code == 201
        assert client.post("/documents").status_code == 201
    assert left == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("lost", [close, raw(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n")])
def test_an_answer_lost_once_proves_nothing(
    serve: Serve, clients: Clients, method: str, lost: Play
) -> None:
    """It may not be sent again, and one lost answer is no wrong one."""
    server = serve(lost)
    with pytest.raises(NoAnswer) as caught:
        clients(server).request(method, "/documents")
    outcome = classify(caught.value)
    assert (outcome.result, outcome.kind) == (INCONCLUSIVE, "unsettled")
    assert server.methods == [method]


def test_an_answer_lost_each_time_is_a_failure(serve: Serve, clients: Clients) -> None:
    """What may be sent again was, and the deployment kept silent."""
    with pytest.raises(NoAnswer) as caught:
        clients(serve(close), attempts=2).post("/documents", extensions=REPEATABLE)
    assert classify(caught.value).result == FAILED


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_without_an_answer_proves_nothing(
    serve: Serve, clients: Clients, status: int
) -> None:
    """Unless the POST may be sent again: then it is the answer in the end."""
    server = serve(answer(status=status))
    with pytest.raises(Blocked, match="may or may not have been carried out"):
        clients(server).post("/documents")
    assert clients(server, attempts=2).post("/d", extensions=NAMED).status_code == status
    assert server.methods == ["POST"] * 3


@pytest.mark.parametrize("location", ["/documents/7", "{url}/documents/7", "7"])
def test_what_a_collection_made_is_deleted(
    serve: Serve, walk: Callable[..., Any], location: str
) -> None:
    """201 says where it is (RFC 9110, 9.3.3)."""
    server = serve(answer())
    headers = {"Location": location.format(url=server.url)}
    made = by_method(POST=answer(status=201, headers=headers), DELETE=answer())
    server._play = made
    with walk(server) as (client, left):
        client.post("/documents/", json={})
    assert server.methods == ["POST", "DELETE"]
    assert server.targets[1] == "/documents/7"
    assert left == []


@pytest.mark.parametrize("location", ["http://[", "http://other.invalid/7"])
def test_what_was_made_elsewhere_is_left_behind(
    serve: Serve, walk: Callable[..., Any], location: str
) -> None:
    """It cannot be deleted, and so it is told."""
    server = serve(answer(status=201, headers={"Location": location}))
    with walk(server) as (client, left):
        client.post("/documents/", json={})
    assert left == [location]
    assert server.methods == ["POST"]


def test_a_check_can_name_what_to_sweep(serve: Serve, walk: Callable[..., Any]) -> None:
    """Where the server chose the name in its own way."""
    store = Store()
    store.documents["/made/9"] = b"x"
    with walk(serve(store)) as (client, left):
        client.sweep("/made/9")
    assert (store.documents, left) == ({}, [])


def test_sweeping_retries(serve: Serve, walk: Callable[..., Any]) -> None:
    """A reset must not leave a document behind."""
    server = serve(Store(deleting=in_turn(close, answer(status=503), answer())))
    with walk(server) as (client, left):
        client.put("/doc", content=b"x")
    assert left == []
    assert server.methods == ["PUT", "DELETE", "DELETE", "DELETE"]


def test_children_are_deleted_before_parents(serve: Serve, walk: Callable[..., Any]) -> None:
    """A service may refuse to delete what is not empty."""
    server = serve(Store())
    with walk(server) as (client, _):
        client.put("/folder", content=b"x")
        client.put("/folder/file", content=b"x")
    assert server.targets[2:] == ["/folder/file", "/folder"]


def test_what_was_written_is_deleted_with_the_credentials_of_the_write(
    serve: Serve, walk: Callable[..., Any]
) -> None:
    """Two users each wrote a document; neither may delete the other's."""
    server = serve(Store())
    with walk(server) as (client, _):
        for user in ("ann", "bob"):
            client.put(f"/{user}", content=b"x", headers={"Authorization": user, "X-A": "b"})
    deletes = [request for request in server.requests if request.method == "DELETE"]
    users = {request.target: request.headers.get("authorization") for request in deletes}
    assert users == {"/ann": "ann", "/bob": "bob"}


def test_credentials_are_not_sent_to_another_origin_to_delete(
    serve: Serve, fetchers: Fetchers
) -> None:
    """What was made there is deleted without them."""
    other = serve(answer())
    server = serve(answer(status=201, headers={"Location": f"{other.url}/7"}))
    fetcher = fetchers({"content": server.url, "other": other.url}, writes=True)
    client = Client(fetcher, "content", server.url)
    client.post("/", headers={"Authorization": "x"})
    client.sweep_up()
    assert other.methods == ["DELETE"]
    assert "authorization" not in other.requests[0].headers


def test_each_document_is_deleted_once(serve: Serve, walk: Callable[..., Any]) -> None:
    """However often it was written."""
    server = serve(Store())
    with walk(server) as (client, _):
        for _ in range(3):
            client.put("/doc", content=b"x")
    assert server.methods == ["PUT", "PUT", "PUT", "DELETE"]


def test_a_request_with_a_connection_of_its_own(
    clients: Clients, serve: Serve, authority: Authority
) -> None:
    """It comes with the server's certificate, which a kept connection has none of."""
    server = serve(answer(), tls=authority.context()[0])
    with clients(server, ca=authority.pem) as client:
        asked = [client.get("/1"), client.get("/2"), client.get("/3", extensions=FRESH)]
    received = [response.exchange.answer for response in asked]
    assert [one is not None and one.certificate is not None for one in received] == [
        True,
        False,
        True,
    ]
