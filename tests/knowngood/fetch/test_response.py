"""The answer as a check reads it."""

import gc
import gzip
from typing import Any

import httpx
import pytest
from wire import Fetchers, Play, Serve, Server, answer, by_path, close, in_turn, page, raw

from knowngood.fetch.answer_errors import Blocked, NoAnswer
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import Resource, Response, read_once, respond

pytestmark = pytest.mark.usefixtures("no_waits")

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def ask(serve: Serve, fetchers: Fetchers) -> Any:
    """Ask a server that plays something; the exchange."""

    def ask(play: Play, path: str = "/path?query", **of_probe: Any) -> Exchange:
        server = serve(play)
        return fetchers(server).send(Probe("content", server.url + path, **of_probe))

    return ask


def test_it_is_an_httpx_response(ask: Any) -> None:
    """Everything one knows of httpx works."""
    exchange = ask(answer("é", 203, {"Content-Type": "Text/Plain; charset=UTF-8", "X-A": "1"}))
    response = respond(exchange)
    assert isinstance(response, httpx.Response)
    assert response.status_code == 203
    assert response.text == "é"
    assert response.headers["x-a"] == "1"
    assert response.url.path == response.path == "/path"
    assert response.request.method == "GET"
    assert response.media_type == "text/plain"
    assert response.exchange is exchange


def test_no_type_is_an_empty_one(ask: Any) -> None:
    """A check can compare it all the same."""
    exchange = ask(answer())
    assert respond(exchange).media_type == ""


def test_several_headers_of_one_name(ask: Any) -> None:
    """All of them are there."""
    head = b"HTTP/1.1 200 OK\r\nVary: a\r\nVary: b\r\nContent-Length: 0\r\n\r\n"
    exchange = ask(raw(head))
    assert respond(exchange).headers.get_list("vary") == ["a", "b"]


def test_several_checks_read_one_response(ask: Any) -> None:
    """Parsed once, however many read it; gone with its exchange."""
    exchange = ask(page("<p lang=fr>Salut"))
    response = respond(exchange)
    assert respond(exchange) is response
    assert response.html is response.html
    node = response.html.css_first("p")
    assert node is not None
    assert node.attributes["lang"] == "fr"


@pytest.mark.parametrize(
    "pairs",
    [
        ((b"X", b"a"), (b"x", b"b")),
        ((b"X", "é".encode()),),
        ((b"X", b"\xe9"),),
        ((b"X\xe9", b"a"),),
    ],
    ids=["ascii", "utf-8", "latin-1", "a name that is none"],
)
def test_headers_are_read_as_httpx_reads_them(pairs: tuple[tuple[bytes, bytes], ...]) -> None:
    """They are made in a shorter way, which must not be another one."""
    probe = Probe("content", "http://fhr.example/")
    given = Answer(200, probe.url, pairs, b"")
    headers = respond(held := Exchange(probe, (Attempt(0.0, 0.1, 200),), given)).headers
    expected = httpx.Headers(list(pairs))
    assert headers == expected
    assert headers.encoding == expected.encoding
    assert headers.raw == expected.raw
    assert headers.multi_items() == expected.multi_items()
    assert held.answer is given


def test_what_is_read_once_is_computed_once(ask: Any) -> None:
    """Several claims share what one found in an answer; each question has its own result."""
    response, calls = respond(ask(answer("body"))), []

    @read_once
    def size(read: Response) -> int:
        calls.append(read)
        return len(read.content)

    assert [size(response), size(response)] == [4, 4]
    assert calls == [response]
    assert read_once(lambda read: read.text)(response) == "body"


def test_a_response_does_not_keep_its_exchange(serve: Serve, fetchers: Fetchers) -> None:
    """What was read is let go, also while a response is remembered."""
    server = serve(answer("body"))
    fetcher = fetchers(server)
    visit = fetcher.load(Probe("content", server.url))
    respond(visit.result(60).exchange)
    del visit
    gc.collect()
    assert fetcher.held == 0


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "identity"])
def test_the_content_is_decoded(ask: Any, encoding: str) -> None:
    """As browsers see it."""
    body = b"hello" if encoding == "identity" else gzip.compress(b"hello")
    exchange = ask(answer(body, headers={"Content-Encoding": encoding}))
    assert respond(exchange).content == b"hello"


def test_a_chunked_answer_is_whole(ask: Any) -> None:
    """The transfer's own coding is undone already."""
    exchange = ask(raw(CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert respond(exchange).text == "abcde"


def test_a_body_packed_twice(ask: Any) -> None:
    """Declared once, it is unpacked once: the check sees gzip where it expects JSON."""
    body = gzip.compress(gzip.compress(b"{}"))
    exchange = ask(answer(body, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ValueError, match="not JSON"):
        respond(exchange).json()


@pytest.mark.parametrize(
    "body", [b'\xef\xbb\xbf{"a": 1}', b'{"a": 1, "a": 2}', b'{"a": NaN}', b"", b"<html>"]
)
def test_json_is_strict(ask: Any, body: bytes) -> None:
    """What the page's own parser refuses, or nobody meant, is an error."""
    exchange = ask(answer(body))
    with pytest.raises(ValueError, match=r".+"):
        respond(exchange).json()


def test_sound_json(ask: Any) -> None:
    """Is what it says."""
    exchange = ask(answer('{"a": [1, "é"]}'))
    assert respond(exchange).json() == {"a": [1, "é"]}


def test_no_answer(ask: Any) -> None:
    """An error that says what was asked, why nothing came, and has every attempt."""
    exchange = ask(close)
    with pytest.raises(NoAnswer, match=r"GET http://127.*/path\?query: reset") as caught:
        respond(exchange)
    assert caught.value.exchange is exchange
    assert len(exchange.attempts) == 4


def test_an_encoding_that_is_none(ask: Any) -> None:
    """No answer that could be read."""
    exchange = ask(answer("plain", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(NoAnswer) as caught:
        respond(exchange)
    assert caught.value.exchange.error is AttemptError.ENCODING


def test_too_many_requests(ask: Any) -> None:
    """Whoever is turned away has learnt nothing of the deployment."""
    exchange = ask(answer(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(Blocked, match=r"429 Too Many Requests, Retry-After 86400") as caught:
        respond(exchange)
    assert caught.value.exchange is exchange


@pytest.mark.parametrize(
    ("play", "deleted"),
    [
        (answer(status=200), True),
        (answer(status=204), True),
        (answer(status=404), False),
        (answer(status=500), False),
        (in_turn(close, answer(status=404)), True),
        (in_turn(answer(status=503), answer(status=404)), True),
        (in_turn(close, answer(status=500)), False),
        (in_turn(close, answer(status=410)), False),
    ],
    ids=["200", "204", "404", "500", "lost-404", "503-404", "lost-500", "lost-410"],
)
def test_deleted(serve: Serve, fetchers: Fetchers, play: Play, deleted: bool) -> None:
    """Answered so, or gone on a repeat whose first reply was lost."""
    server = serve(play)
    exchange = fetchers(server, writes=True).send(Probe("content", server.url, "DELETE"))
    assert respond(exchange).deleted is deleted


def needed(server: Server, fetchers: Fetchers) -> dict[str, Resource]:
    """What the page at / needs, by URL."""
    probe = Probe("content", f"{server.url}/")
    visit = fetchers(server, attempts=1).load(probe, resources=True).result(60)
    return {resource.url: resource for resource in visit.resources}


def test_what_a_page_needs(serve: Serve, fetchers: Fetchers) -> None:
    """Each says where it was found, and has its response."""
    evil = "http://elsewhere.invalid/x.png"
    pages = {
        "/": page(f'<img src="/a.png"><img src="/gone.png"><img src="{evil}">'),
        "/a.png": page("png", "image/png"),
        "/gone.png": close,
    }
    server = serve(by_path(pages))
    resources = needed(server, fetchers)
    image = resources[f"{server.url}/a.png"]
    assert (image.kind, image.page, image.found_in) == (
        "image",
        f"{server.url}/",
        f"{server.url}/",
    )
    assert repr(image) == f"{server.url}/a.png (image of {server.url}/)"
    assert image.response.media_type == "image/png"
    assert image.response is image.response
    with pytest.raises(NoAnswer):
        _ = resources[f"{server.url}/gone.png"].response
    with pytest.raises(LookupError, match="not asked"):
        _ = resources[evil].response


def test_the_request_is_there_when_somebody_looks() -> None:
    """As httpx has it: its method and URL, and an error that names them."""
    probe = Probe("content", "http://h/a%20b?x")
    attempts = (Attempt(0.0, 0.1, 404),)
    exchange = Exchange(probe, attempts, Answer(404, "http://h/a%20b?x", (), b"no"))
    response = respond(exchange)
    assert response.path == "/a b" == response.url.path
    assert (response.request.method, str(response.request.url)) == ("GET", "http://h/a%20b?x")
    with pytest.raises(httpx.HTTPStatusError, match="http://h/a%20b") as caught:
        respond(exchange).raise_for_status()
    assert (caught.value.exchange, caught.value.response.status_code) == (exchange, 404)  # type: ignore[attr-defined]
    assert respond(exchange).request is response.request


def test_elapsed_is_the_time_of_the_attempt_that_was_answered() -> None:
    """Without those before it, and without the pauses between them."""
    probe = Probe("content", "http://h/")
    attempts = (Attempt(1.0, 5.0, error=AttemptError.TIMEOUT), Attempt(7.0, 0.25, 200))
    exchange = Exchange(probe, attempts, Answer(200, probe.url, (), b""))
    assert respond(exchange).elapsed.total_seconds() == 0.25
