"""HTTP/2: one connection for all requests, and what each fault on it is called."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import behind_nginx
import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from missing_part import needed
from wire import Authority, Fetchers, Serve, Talk, answer, hang, raw
from wire_http2 import Http2Server, ServeHttp2, Stream, StreamPlay

from knowngood.environment.model import Network
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.client import WEBSOCKET
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.received import Limits
from knowngood.fetch.recording import Recording
from knowngood.fetch.transport import Transport

Result: TypeAlias = tuple[Attempt, Answer | None]
Send: TypeAlias = Callable[..., list[Result]]


@pytest.fixture
def serve_http2(authority: Authority) -> Iterator[ServeHttp2]:
    """Start servers that play something over HTTP/2; they end with the test."""
    with ExitStack() as stack:

        def start(play: StreamPlay, *, host: str = "127.0.0.1", **options: Any) -> Http2Server:
            server = Http2Server(play, authority.context(host)[0], **options)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture
def send(authority: Authority) -> Send:
    """Send probes, all at once, or one after the other."""

    def send(
        *probes: Probe,
        seconds: float = 50,
        at_once: bool = True,
        http: str = "2",
        fresh: bool = False,
    ) -> list[Result]:
        async def talk() -> list[Result]:
            transport = Transport(128, authority.pem, network=Network(http=http))
            limits = Limits(seconds, 1 << 20, fresh)
            try:
                if at_once:
                    sending = [transport.send(probe, (), limits) for probe in probes]
                    return await asyncio.gather(*sending)
                return [await transport.send(probe, (), limits) for probe in probes]
            finally:
                await transport.close()

        return asyncio.run(talk())

    return send


def probes(server: Http2Server, count: int, **more: Any) -> list[Probe]:
    """Probes of as many URLs."""
    return [Probe("content", f"{server.url}/{number}", **more) for number in range(count)]


def sound(stream: Stream) -> None:
    """Answer with the path."""
    stream.answer(stream.request.target.encode())


def silent(stream: Stream) -> None:
    """Take the request, and say nothing."""


def errors(results: list[Result]) -> list[AttemptError | None]:
    """The error of each attempt."""
    return [attempt.error for attempt, _ in results]


def test_a_sound_answer(serve_http2: ServeHttp2, send: Send) -> None:
    """Status, headers, body and certificate are those of HTTP/1.1; names are in lower case."""
    server = serve_http2(lambda stream: stream.answer(b"body", 203, x_one="1"))
    [(attempt, received)] = send(*probes(server, 1))
    assert received is not None, attempt
    assert (received.status, received.body, received.address) == (203, b"body", "127.0.0.1")
    assert received.headers == ((b"content-length", b"4"), (b"x-one", b"1"))
    assert received.certificate is not None
    assert (attempt.status, attempt.error, attempt.connected) == (203, None, True)
    assert server.requests[0].head.startswith(b"GET /0 HTTP/2")


def test_requests_share_one_connection(serve_http2: ServeHttp2, send: Send) -> None:
    """Also those that begin before it stands, and more of them than libcurl's usual limit of
    100; each gets its own answer.
    """
    server = serve_http2(sound)
    results = send(*probes(server, 120))
    assert [received and received.body for _, received in results] == [
        f"/{number}".encode() for number in range(120)
    ]
    assert server.connections == 1
    assert sum(attempt.connected for attempt, _ in results) == 1


def test_http2_may_be_forbidden(serve_http2: ServeHttp2, send: Send) -> None:
    """A server that offers both then speaks HTTP/1.1."""
    server = serve_http2(silent, old=answer("old"))
    [(_, received)] = send(*probes(server, 1), http="1.1")
    assert received is not None
    assert received.body == b"old"


def test_http2_is_not_spoken_without_tls(serve: Serve, send: Send) -> None:
    """Browsers do not either."""
    server = serve(answer("ok"))
    send(Probe("content", server.url))
    assert server.requests[0].head.startswith(b"GET / HTTP/1.1\r\n")
    assert "upgrade" not in server.requests[0].headers


def reset(code: ErrorCodes) -> StreamPlay:
    """Give the stream up."""
    return lambda stream: stream.reset(code)


def begun(then: StreamPlay, headers: dict[str, str] | None = None, status: int = 200) -> StreamPlay:
    """Send headers and the beginning of a body, and then something else."""

    def play(stream: Stream) -> None:
        stream.head(status, headers or {})
        stream.data(b"abc")
        then(stream)

    return play


def end(how: str) -> StreamPlay:
    """End the connection."""
    return lambda stream: stream.close(how)


LENGTH = {"content-length": "9"}
BOMB = b"\x88\x40\x01x\x7f\xbd\x1d" + b"y" * 3900 + b"\xbe" * 10_000
"""HPACK (RFC 7541): 200, a header of 3900 bytes for the table, and that from there, each a byte."""

BROKEN: dict[str, tuple[StreamPlay, AttemptError, str]] = {
    "reset": (reset(ErrorCodes.INTERNAL_ERROR), AttemptError.RESET, "INTERNAL_ERROR"),
    "cancelled": (reset(ErrorCodes.CANCEL), AttemptError.RESET, "CANCEL"),
    "calmed": (reset(ErrorCodes.ENHANCE_YOUR_CALM), AttemptError.RESET, "ENHANCE_YOUR_CALM"),
    "reset-without-error": (reset(ErrorCodes.NO_ERROR), AttemptError.RESET, "before getting all"),
    "reset-as-broken": (
        reset(ErrorCodes.PROTOCOL_ERROR),
        AttemptError.PROTOCOL,
        "HTTP/2 is broken",
    ),
    "reset-in-the-body": (
        begun(reset(ErrorCodes.INTERNAL_ERROR), LENGTH),
        AttemptError.TRUNCATED,
        "INTERNAL_ERROR",
    ),
    "closed": (end("notified"), AttemptError.RESET, ""),
    "cut": (end("cut"), AttemptError.RESET, ""),
    "connection-reset": (end("reset"), AttemptError.RESET, ""),
    "closed-in-the-body": (begun(end("notified"), LENGTH), AttemptError.TRUNCATED, ""),
    "closed-in-a-body-without-length": (begun(end("notified")), AttemptError.TRUNCATED, ""),
    "cut-in-the-body": (begun(end("cut"), LENGTH), AttemptError.TRUNCATED, "eof"),
    "cut-in-a-body-without-length": (begun(end("cut")), AttemptError.TRUNCATED, "eof"),
    "connection-reset-in-the-body": (begun(end("reset")), AttemptError.RESET, ""),
    "goes-away-and-closes": (
        lambda stream: (stream.go_away(stream.stream, ErrorCodes.INTERNAL_ERROR), stream.close()),
        AttemptError.RESET,
        "",
    ),
    "shorter-than-its-length": (
        begun(lambda stream: stream.frame(0, 1, b""), LENGTH),
        AttemptError.PROTOCOL,
        "HTTP/2 is broken",
    ),
    "longer-than-its-length": (
        begun(lambda stream: stream.frame(0, 1, b"d" * 9), LENGTH),
        AttemptError.PROTOCOL,
        "HTTP/2 is broken",
    ),
    "a-frame-too-large": (
        lambda stream: stream.frame(0, 0, b"x" * 20_000),
        AttemptError.PROTOCOL,
        "FRAME_SIZE_ERROR",
    ),
    "http-1.1-in-place-of-http-2": (
        lambda stream: (stream.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), stream.close()),
        AttemptError.PROTOCOL,
        "HTTP/2 is broken",
    ),
    "headers-that-are-none": (
        lambda stream: (stream.frame(1, 5, b"\xff" * 12), stream.close()),
        AttemptError.PROTOCOL,
        "COMPRESSION_ERROR",
    ),
    "a-name-in-upper-case": (
        lambda stream: stream.head(200, {"X-Upper": "1"}, end=True),
        AttemptError.PROTOCOL,
        "X-Upper",
    ),
    "no-status": (lambda stream: stream.frame(1, 5, b"\0\1x\1y"), AttemptError.PROTOCOL, ""),
    "pushed": (
        lambda stream: stream.frame(5, 4, b"\0\0\0\2\x82\x87\x84"),
        AttemptError.PROTOCOL,
        "PUSH_PROMISE",
    ),
    "many-headers": (
        lambda stream: stream.head(200, {f"x-{n}": "y" * 1000 for n in range(70)}, end=True),
        AttemptError.TOO_LARGE,
        "headers",
    ),
    "a-bomb-of-headers": (lambda stream: stream.frame(1, 5, BOMB), AttemptError.TOO_LARGE, ""),
    "headers-without-end": (
        lambda stream: (
            stream.frame(1, 0, b"\x88"),
            [stream.frame(9, 0, b"\0\1x\1y") for _ in range(100)],
        ),
        AttemptError.PROTOCOL,
        "CONTINUATION",
    ),
    "a-body-too-large": (
        lambda stream: (stream.head(200, {"content-length": "9999999"}), stream.data(b"y")),
        AttemptError.TOO_LARGE,
        "1048576 bytes",
    ),
}


@pytest.mark.parametrize(("play", "error", "detail"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_called_what_it_is(
    serve_http2: ServeHttp2, send: Send, play: StreamPlay, error: AttemptError, detail: str
) -> None:
    """There is no answer, the error names the fault, and it takes no timeout to see it."""
    server = serve_http2(play)
    [(attempt, received)] = send(*probes(server, 1))
    assert received is None
    assert attempt.error is error, attempt
    assert detail in attempt.detail
    assert attempt.seconds < 4
    assert len(server.requests) == 1


ALONE = ["reset", "reset-in-the-body", "many-headers", "a-body-too-large", "a-name-in-upper-case"]


@pytest.mark.parametrize("name", ALONE)
def test_a_fault_of_one_stream_is_that_streams(
    serve_http2: ServeHttp2, send: Send, name: str
) -> None:
    """The others that are under way on the connection are answered."""
    play, error, _ = BROKEN[name]

    def one(stream: Stream) -> None:
        (play if stream.request.target == "/1" else sound)(stream)

    server = serve_http2(one)
    assert errors(send(*probes(server, 6))) == [None, error, None, None, None, None]
    assert server.connections == 1


STALLED: dict[str, tuple[StreamPlay, str]] = {
    "silent": (silent, "headers"),
    "silent-after-an-interim-answer": (lambda stream: stream.head(103, {}), "headers"),
    "silent-in-the-body": (begun(silent, LENGTH), "body"),
    "a-byte-at-a-time-in-the-body": (begun(lambda stream: stream.drip(b"y")), "body"),
    "goes-away-and-stays-silent": (lambda stream: stream.go_away(stream.stream), "headers"),
}


@pytest.mark.parametrize(("play", "phase"), STALLED.values(), ids=STALLED)
def test_a_stalled_answer_is_cut_off(
    serve_http2: ServeHttp2, send: Send, play: StreamPlay, phase: str
) -> None:
    """The phase tells how far it came."""
    [(attempt, received)] = send(*probes(serve_http2(play), 1), seconds=1)
    assert received is None
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, phase)
    assert 0.99 < attempt.seconds < 30


def test_a_stalled_answer_holds_up_no_other(serve_http2: ServeHttp2, send: Send) -> None:
    """The deadline of one stream is not the others', and its end does not end the connection."""

    def one(stream: Stream) -> None:
        (begun(silent) if stream.request.target == "/0" else sound)(stream)

    server = serve_http2(one)
    first, *others = send(*probes(server, 4), *probes(server, 4), seconds=2, at_once=True)
    assert first[0].error is AttemptError.TIMEOUT
    assert errors(others).count(None) == 6
    assert server.connections == 1


@pytest.mark.parametrize("how", ["notified", "cut", "reset"])
def test_a_lost_connection_is_lost_for_all(serve_http2: ServeHttp2, send: Send, how: str) -> None:
    """Nothing is known of any request on it."""

    def lost(stream: Stream) -> None:
        if stream.request.target == "/7":
            stream.close(how)

    assert errors(send(*probes(serve_http2(lost), 8))) == [AttemptError.RESET] * 8


def test_trailers_and_interim_answers_are_passed_over(serve_http2: ServeHttp2, send: Send) -> None:
    """Status and headers are those of the final answer."""

    def play(stream: Stream) -> None:
        stream.head(103, {"link": "</a.css>"})
        stream.head(200, {"x-own": "1"})
        stream.data(b"abc")
        stream.trailers({"x-own": "2", "content-type": "text/html"})

    [(_, received)] = send(*probes(serve_http2(play), 1))
    assert received is not None
    assert (received.status, received.body) == (200, b"abc")
    assert received.headers == ((b"x-own", b"1"),)


@pytest.mark.parametrize(
    "more", [{"fresh": True}, {"method": "POST", "body": b"x", "repeatable": False}]
)
def test_a_connection_of_its_own(serve_http2: ServeHttp2, send: Send, more: dict[str, Any]) -> None:
    """A balancer may hand each to another backend; a POST is not lost with others' connection."""
    server = serve_http2(sound)
    results = send(*probes(server, 1), *probes(server, 3, **more), at_once=False)
    assert errors(results) == [None] * 4
    assert [request.connection for request in server.requests] == [1, 2, 3, 4]


def test_another_protocol_is_asked_for_in_http_1(serve_http2: ServeHttp2, send: Send) -> None:
    """HTTP/2 has no upgrade."""
    switch = raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", end=hang)
    server, headers = serve_http2(sound, old=switch), tuple(WEBSOCKET.items())
    results = send(*probes(server, 1), *probes(server, 1, headers=headers), at_once=False)
    assert [attempt.status for attempt, _ in results] == [200, 101]
    versions = [request.head.split(b"\r\n")[0].split()[-1] for request in server.requests]
    assert versions == [b"HTTP/2", b"HTTP/1.1"]


def test_edges_have_a_connection_each(serve_http2: ServeHttp2, send: Send) -> None:
    """Although name and certificate are the same."""
    edges = [serve_http2(sound, host="fhr.example") for _ in range(2)]
    url = f"https://fhr.example:{edges[0].port}/x"
    asked = [Probe("content", url, address=f"127.0.0.1:{edge.port}") for edge in edges]
    assert errors(send(*asked * 4)) == [None] * 8
    assert [(edge.connections, len(edge.requests)) for edge in edges] == [(1, 4), (1, 4)]


def test_where_no_connection_comes_about_all_fail_at_once(
    serve_http2: ServeHttp2, send: Send
) -> None:
    """The first one alone, the others side by side: the verdict does not wait for them in turn."""
    barrier = threading.Barrier(7)

    def greet(talk: Talk) -> None:
        if talk.request.connection > 1:
            barrier.wait(40)
        talk.close()

    server = serve_http2(sound, greet=greet)
    assert errors(send(*probes(server, 8))) == [AttemptError.RESET] * 8
    assert server.connections == 8


def test_a_server_without_http2_gets_its_connections_at_once(
    serve: Serve, send: Send, authority: Authority
) -> None:
    """All but the first, with which it turns out, side by side."""
    barrier = threading.Barrier(7)

    def play(talk: Talk) -> None:
        if talk.request.target != "/0":
            barrier.wait(40)
        answer("ok")(talk)

    server = serve(play, tls=authority.context()[0])
    asked = [Probe("content", f"{server.url}/{number}") for number in range(8)]
    assert errors(send(*asked)) == [None] * 8


def test_a_first_connection_that_hangs_holds_others_up_for_half_their_time(
    serve_http2: ServeHttp2, send: Send
) -> None:
    """Behind a balancer others may reach a backend that works."""

    def greet(talk: Talk) -> None:
        if talk.request.connection == 1:
            talk.hang()

    server = serve_http2(sound, greet=greet)
    first, *others = send(*probes(server, 4), seconds=4)
    assert (first[0].error, first[0].phase) == (AttemptError.TIMEOUT, "tls")
    assert errors(others) == [None] * 3


Fetch: TypeAlias = Callable[..., list[Exchange]]


@pytest.fixture
def fetch(fetchers: Fetchers, authority: Authority) -> Fetch:
    """Load so many URLs of a server with a fetcher, and one before them if it is given."""

    def fetch(server: Http2Server, count: int, first: str = "", **options: Any) -> list[Exchange]:
        fetcher = fetchers(server, ca=authority.pem, **options)
        if first:
            fetcher.load(Probe("content", server.url + first)).result(60)
        loads = [fetcher.load(probe) for probe in probes(server, count)]
        return [load.result(60).exchange for load in loads]

    return fetch


@pytest.mark.parametrize("most", [1, 4, 16])
def test_a_server_that_takes_few_streams(serve_http2: ServeHttp2, fetch: Fetch, most: int) -> None:
    """It says so, and refuses those that were sent before that was heard: no failure. Where it
    takes one at a time, a request may be refused so often that it counts as retried.
    """
    taken: list[Stream] = []

    def play(stream: Stream) -> None:
        if sum(other.number == stream.number for other in taken) == most:
            stream.reset(ErrorCodes.REFUSED_STREAM)
            return
        taken.append(stream)
        stream.later(lambda: (taken.remove(stream), sound(stream)))

    server = serve_http2(play, settings={SettingCodes.MAX_CONCURRENT_STREAMS: most})
    exchanges = fetch(server, 64, concurrency=32)
    assert all(exchange.answer for exchange in exchanges)
    assert most == 1 or not any(exchange.flaky for exchange in exchanges)


def refuse(streams: list[Stream]) -> None:
    """Say of each of these that nothing was done for it."""
    for stream in streams:
        stream.reset(ErrorCodes.REFUSED_STREAM)


def go_away(streams: list[Stream]) -> None:
    """Say that nothing is done for these and later ones, as nginx does after a thousand."""
    streams[0].go_away(streams[0].stream - 2)


@pytest.mark.parametrize("turn_away", [refuse, go_away])
def test_what_was_not_begun_is_asked_again_at_once(
    serve_http2: ServeHttp2, fetch: Fetch, turn_away: Callable[[list[Stream]], None]
) -> None:
    """The server says that it did nothing: nobody's fault, and one new connection is enough."""
    waiting: list[Stream] = []

    def play(stream: Stream) -> None:
        if stream.number > 1 or stream.request.target == "/first":
            sound(stream)
            return
        waiting.append(stream)
        if len(waiting) == 8:
            for taken in waiting[:4]:
                sound(taken)
            turn_away(waiting[4:])

    server = serve_http2(play)
    exchanges = fetch(server, 8, first="/first")
    again = [exchange for exchange in exchanges if exchange.retried]
    assert all(exchange.answer for exchange in exchanges)
    assert not any(exchange.flaky for exchange in exchanges)
    assert [[attempt.stale for attempt in each.attempts] for each in again] == [[True, False]] * 4
    assert server.connections == 2


def test_what_is_refused_again_has_failed(
    serve_http2: ServeHttp2, fetch: Fetch, no_waits: None
) -> None:
    """A server that never takes a request must not be asked without end."""
    server = serve_http2(reset(ErrorCodes.REFUSED_STREAM))
    [exchange] = fetch(server, 1, attempts=2)
    assert (exchange.answer, exchange.error) == (None, AttemptError.RESET)
    assert [attempt.stale for attempt in exchange.attempts] == [True] * 3 + [False] + [True] * 3 + [
        False
    ]


def test_a_server_that_refuses_a_crowd_is_asked_by_fewer(
    serve_http2: ServeHttp2, fetch: Fetch, no_waits: None
) -> None:
    """Streams count as connections do: the limit is halved until all are taken."""
    taken: list[Stream] = []

    def play(stream: Stream) -> None:
        if len(taken) == 2:
            stream.reset(ErrorCodes.ENHANCE_YOUR_CALM)
            return
        taken.append(stream)
        stream.later(lambda: (taken.remove(stream), sound(stream)))

    server = serve_http2(play)
    exchanges = fetch(server, 40, attempts=99)
    attempts = [attempt for exchange in exchanges for attempt in exchange.attempts]
    assert all(exchange.answer for exchange in exchanges)
    assert any(attempt.was_crowded_out for attempt in attempts)


def test_after_a_timeout_another_connection_is_asked(
    serve_http2: ServeHttp2, fetch: Fetch, no_waits: None
) -> None:
    """A backend that hangs keeps its connection open; behind a balancer the next may answer."""
    server = serve_http2(lambda stream: None if stream.number == 1 else sound(stream))
    exchanges = fetch(server, 3, probe=6)
    assert [[attempt.error for attempt in each.attempts] for each in exchanges] == [
        [AttemptError.TIMEOUT, None]
    ] * 3


@pytest.fixture
def nginx(
    request: pytest.FixtureRequest, tmp_path: Path, authority: Authority
) -> Iterator[SimpleNamespace]:
    """A real nginx with one file, and with the settings that are the test's parameter."""
    program = needed("nginx", "apt-get install nginx-light")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "file").write_text("content")
    (tmp_path / "environments").mkdir()
    behind_nginx.certify(tmp_path)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = behind_nginx.start(program, tmp_path, listener, request.param)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        yield SimpleNamespace(url=url, ca=tmp_path / "environments" / "ca.pem")
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize(
    "nginx", ["", "keepalive_requests 50;", "http2_max_concurrent_streams 4;"], indirect=True
)
def test_nginx_ends_connections_and_takes_few_streams(
    nginx: SimpleNamespace, fetchers: Fetchers
) -> None:
    """It says by GOAWAY what it did not begin, and is given no more than it takes: no trouble."""
    fetcher = fetchers({"content": nginx.url}, ca=nginx.ca, concurrency=32, probe=30)
    asked = [Probe("content", f"{nginx.url}/file?{number}") for number in range(300)]
    exchanges = [load.result(60).exchange for load in map(fetcher.load, asked)]
    assert all(exchange.answer for exchange in exchanges)
    assert not any(exchange.flaky for exchange in exchanges)


def test_the_version_is_recorded(
    serve_http2: ServeHttp2, authority: Authority, tmp_path: Path
) -> None:
    """There is no reason in HTTP/2; the request's headers are recorded as for HTTP/1.1."""
    server = serve_http2(sound)
    recording = Recording(tmp_path)

    async def talk() -> None:
        transport = Transport(4, authority.pem, recorder=recording.recorder())
        await transport.send(probes(server, 1)[0], (("X-Own", "1"),), Limits(50, 1000))
        await transport.close()

    asyncio.run(talk())
    [record] = recording
    assert (record["version"], record["status"], record["reason"]) == ("HTTP/2", 200, "")
    assert ["X-Own", "1"] in record["request_headers"]
