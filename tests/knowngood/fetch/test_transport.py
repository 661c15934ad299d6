"""One attempt: what each fault on the wire is called, and that nothing outlasts its limits."""

import asyncio
import errno
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import pycurl
import pytest
from wire import (
    Authority,
    Play,
    Serve,
    Talk,
    answer,
    by_path,
    close,
    drip,
    flood,
    full,
    hang,
    in_turn,
    raw,
    refusing,
    reset,
)

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.certificate import Certificate
from knowngood.fetch.probe import Answer, Attempt, Probe
from knowngood.fetch.received import HEADER_LIMIT, Limits, Received
from knowngood.fetch.transport import Transport, sent_url
from knowngood.fetch.transport_errors import diagnose

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

Result: TypeAlias = tuple[Attempt, Answer | None]
Send: TypeAlias = Callable[..., list[Result]]


@pytest.fixture
def send(authority: Authority) -> Send:
    """Send a probe once or several times, one after the other, over kept connections."""

    def send(
        url: str,
        times: int = 1,
        *,
        seconds: float = 30,
        body_limit: int = 1 << 20,
        authorities: Path | None = authority.pem,
        sent: tuple[tuple[str, str], ...] = (),
        **of_probe: Any,
    ) -> list[Result]:
        async def talk() -> list[Result]:
            curl = Transport(4, authorities)
            probe = Probe("content", url, **of_probe)
            try:
                return [
                    await curl.send(probe, sent, Limits(seconds, body_limit)) for _ in [0] * times
                ]
            finally:
                await curl.close()

        return asyncio.run(talk())

    return send


def test_a_sound_answer(serve: Serve, send: Send) -> None:
    """Status, headers in order, body and address come back; the attempt has no error."""
    server = serve(answer("body", 203, {"X-One": "1", "x-two": "zwei"}))
    began = time.monotonic()
    [(attempt, got)] = send(f"{server.url}/path")
    spent = time.monotonic() - began
    assert got is not None
    assert (got.status, got.body, got.address) == (203, b"body", "127.0.0.1")
    assert got.headers == ((b"Content-Length", b"4"), (b"X-One", b"1"), (b"x-two", b"zwei"))
    assert got.url == f"{server.url}/path"
    assert got.certificate is None
    assert (attempt.status, attempt.error, attempt.address) == (203, None, "127.0.0.1")
    assert 0 < attempt.seconds <= spent


BROKEN: dict[str, tuple[Play, AttemptError, str]] = {
    "closed-at-once": (close, AttemptError.RESET, "Empty reply"),
    "reset": (reset, AttemptError.RESET, "reset"),
    "reset-in-the-body": (
        raw(OK + b"Content-Length: 9\r\n\r\nabc", end=reset),
        AttemptError.RESET,
        "reset",
    ),
    "closed-in-the-status-line": (raw(b"HTTP/1.1 20"), AttemptError.RESET, "Empty reply"),
    "closed-in-the-headers": (
        raw(OK + b"Content-Ty"),
        AttemptError.TRUNCATED,
        "within the headers",
    ),
    "closed-before-the-blank-line": (
        raw(OK + b"Content-Length: 5\r\n"),
        AttemptError.TRUNCATED,
        "within the headers",
    ),
    "closed-after-an-interim-answer": (
        raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        AttemptError.RESET,
        "Empty reply",
    ),
    "shorter-than-its-length": (
        raw(OK + b"Content-Length: 9\r\n\r\nabc"),
        AttemptError.TRUNCATED,
        "6 bytes missing",
    ),
    "cut-in-a-chunk": (raw(CHUNKED + b"9\r\nabc"), AttemptError.TRUNCATED, ""),
    "without-a-last-chunk": (raw(CHUNKED + b"3\r\nabc\r\n"), AttemptError.TRUNCATED, ""),
    "a-chunk-size-that-is-none": (
        raw(CHUNKED + b"zz\r\nabc", end=hang),
        AttemptError.PROTOCOL,
        "chunk",
    ),
    "a-chunk-longer-than-it-says": (
        raw(CHUNKED + b"3\r\nabcdefg", end=hang),
        AttemptError.PROTOCOL,
        "",
    ),
    "garbage": (raw(b"\x00\x01\x02garbage\r\n\r\n"), AttemptError.PROTOCOL, ""),
    "another-protocol": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), AttemptError.PROTOCOL, ""),
    "http-0.9": (raw(b"<!doctype html><title>hello</title>"), AttemptError.PROTOCOL, "HTTP/0.9"),
    "a-length-that-is-none": (
        raw(OK + b"Content-Length: x\r\n\r\n"),
        AttemptError.PROTOCOL,
        "Length",
    ),
    "two-lengths": (
        raw(OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"),
        AttemptError.PROTOCOL,
        "Length",
    ),
    "nul-in-a-header": (raw(OK + b"X: a\x00b\r\n\r\n"), AttemptError.PROTOCOL, "NUL"),
    "endless-headers": (
        flood(OK, b"X: " + b"y" * 500 + b"\r\n"),
        AttemptError.TOO_LARGE,
        "headers",
    ),
    "a-header-without-end": (flood(OK + b"X: ", b"y" * 4096), AttemptError.TOO_LARGE, ""),
    "a-status-line-without-end": (flood(b"HTTP/1.1 200 ", b"y" * 4096), AttemptError.TOO_LARGE, ""),
    "endless-interim-answers": (
        flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        AttemptError.TOO_LARGE,
        "headers",
    ),
    "200-kilobytes-of-headers": (
        raw(OK + b"X: yyyyyyyyyyyyy\r\n" * 11_000 + b"\r\n", end=hang),
        AttemptError.TOO_LARGE,
        "headers",
    ),
    "endless-body": (flood(OK + b"\r\n", b"y" * 65536), AttemptError.TOO_LARGE, "1048576 bytes"),
    "endless-trailers": (flood(CHUNKED + b"0\r\n", b"X: y\r\n"), AttemptError.TOO_LARGE, "headers"),
    "a-length-beyond-the-limit": (
        flood(OK + b"Content-Length: 9999999999\r\n\r\n", b"y" * 65536),
        AttemptError.TOO_LARGE,
        "1048576 bytes",
    ),
}


@pytest.mark.parametrize(("play", "error", "detail"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_called_what_it_is(
    serve: Serve, send: Send, play: Play, error: AttemptError, detail: str
) -> None:
    """There is no answer, the error names the fault, and it takes no timeout to see it."""
    server = serve(play)
    [(attempt, got)] = send(server.url)
    assert got is None
    assert attempt.error is error
    assert detail.lower() in attempt.detail.lower()
    assert attempt.phase == ""
    assert attempt.seconds < 25
    assert len(server.requests) == 1


STALLED: dict[str, tuple[Play, str]] = {
    "silent": (hang, "headers"),
    "a-byte-at-a-time-in-a-header": (drip(OK + b"X: ", b"y"), "headers"),
    "a-byte-at-a-time-in-headers": (drip(OK, b"X: y\r\n"), "headers"),
    "silent-after-an-interim-answer": (raw(b"HTTP/1.1 103 E\r\n\r\n", end=hang), "headers"),
    "a-byte-at-a-time-in-the-body": (drip(OK + b"Content-Length: 999\r\n\r\n", b"y"), "body"),
    "silent-in-the-body": (raw(OK + b"Content-Length: 999\r\n\r\nabc", end=hang), "body"),
    "a-byte-at-a-time-without-length": (drip(OK + b"\r\n", b"y"), "body"),
    "interim-answers-a-byte-at-a-time": (drip(b"", b"HTTP/1.1 103 E\r\nX: y\r\n\r\n"), "headers"),
    "a-byte-at-a-time-in-a-chunk-size": (drip(CHUNKED + b"1;x=", b"y"), "body"),
    "a-byte-at-a-time-in-chunks": (drip(CHUNKED, b"1\r\ny\r\n"), "body"),
    "a-byte-at-a-time-in-trailers": (drip(CHUNKED + b"0\r\n", b"X: y\r\n"), "body"),
}


def test_stalled_answers_are_cut_off(serve: Serve) -> None:
    """Never idle and never done ends in time, too; the phase tells how far it came."""
    server = serve(by_path({f"/{name}": play for name, (play, _) in STALLED.items()}))

    async def talk() -> list[Result]:
        curl = Transport(len(STALLED))
        probes = [Probe("content", f"{server.url}/{name}") for name in STALLED]
        try:
            return await asyncio.gather(*(curl.send(p, (), Limits(1.5, 1 << 20)) for p in probes))
        finally:
            await curl.close()

    results = dict(zip(STALLED, asyncio.run(talk()), strict=True))
    assert {
        name: (got, attempt.error, attempt.phase) for name, (attempt, got) in results.items()
    } == {name: (None, AttemptError.TIMEOUT, phase) for name, (_, phase) in STALLED.items()}
    assert all(
        1.499 <= attempt.seconds < 30 for attempt, _ in results.values()
    )  # whole milliseconds


def test_an_answer_that_does_not_end_is_cut_off(serve: Serve, send: Send) -> None:
    """What is sent as fast as it is taken, too."""
    server = serve(flood(CHUNKED + b"1;x=", b"y" * 65536))
    [(attempt, got)] = send(server.url, seconds=0.8)
    assert got is None
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, "body")


def test_a_kept_connection_that_stalls_has_its_phase(serve: Serve, send: Send) -> None:
    """Name and connection were there before: it is the answer that does not come."""
    server = serve(in_turn(answer(), hang))
    _, (attempt, _) = send(server.url, 2, seconds=1.5)
    assert server.connections == 1
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, "headers")


@pytest.mark.skipif(sys.platform != "linux", reason="a full backlog drops packets on Linux")
def test_a_connection_that_does_not_come_about(send: Send) -> None:
    """A firewall that drops packets is a timeout in phase connect."""
    with full() as url:
        [(attempt, _)] = send(url, seconds=1)
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, "connect")


def test_a_handshake_a_byte_at_a_time(serve: Serve, send: Send, authority: Authority) -> None:
    """Never idle and never done ends in time within the handshake, too."""
    server = serve(answer(), tls=authority.context()[0], greet=drip(b"\x16\x03\x03\x40\x00", b"\2"))
    [(attempt, _)] = send(server.url, seconds=1)
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, "tls")
    assert 0.999 <= attempt.seconds < 30  # libcurl counts whole milliseconds


def test_a_handshake_that_stalls(serve: Serve, send: Send, authority: Authority) -> None:
    """A connection that stands and says nothing is a timeout in phase tls."""
    server = serve(answer(), tls=authority.context()[0], greet=hang)
    [(attempt, _)] = send(server.url, seconds=1)
    assert (attempt.error, attempt.phase) == (AttemptError.TIMEOUT, "tls")


def test_a_port_that_nobody_listens_on(send: Send) -> None:
    """Refused is its own error."""
    with refusing() as url:
        [(attempt, got)] = send(url)
    assert got is None
    assert attempt.error is AttemptError.REFUSED


def test_a_name_that_cannot_be_one(send: Send) -> None:
    """A label of 64 letters does not resolve, without asking any server."""
    [(attempt, _)] = send(f"http://{'a' * 64}.invalid/")
    assert attempt.error is AttemptError.DNS


@pytest.mark.parametrize(
    ("host", "begins", "ends", "detail"),
    [
        ("127.0.0.1", -9, -2, "expired"),
        ("127.0.0.1", 2, 9, "not yet valid"),
        ("example.org", -1, 9, "does not match|no alternative"),
    ],
    ids=["expired", "not-yet-valid", "wrong-host"],
)
def test_a_certificate_at_fault(
    serve: Serve,
    send: Send,
    authority: Authority,
    host: str,
    begins: float,
    ends: float,
    detail: str,
) -> None:
    """The handshake fails before a request is sent, and says which fault it was."""
    server = serve(answer(), tls=authority.context(host, begins, ends)[0])
    [(attempt, got)] = send(server.url)
    assert got is None
    assert attempt.error is AttemptError.TLS
    assert any(words in attempt.detail for words in detail.split("|"))
    assert server.requests == []


def test_a_certificate_of_an_authority_that_nobody_trusts(
    serve: Serve, send: Send, authority: Authority
) -> None:
    """Without an authority named, certifi's are trusted, and ours is not among them."""
    server = serve(answer(), tls=authority.context()[0])
    [(attempt, got)] = send(server.url, authorities=None)
    assert got is None
    assert attempt.error is AttemptError.TLS
    assert "issuer" in attempt.detail


def test_a_sound_certificate_tells_when_it_expires(
    serve: Serve, send: Send, authority: Authority
) -> None:
    """Known from the handshake; a kept connection has none."""
    context, expires = authority.context(ends=3)
    server = serve(answer("secure"), tls=context)
    (_, first), (_, second) = send(server.url, 2)
    assert first is not None
    assert second is not None
    assert (first.body, first.certificate) == (b"secure", Certificate(expires.timestamp()))
    assert (server.connections, second.certificate) == (1, None)


def half_a_handshake(end: Play) -> Play:
    """Take what the client says first, and end."""

    def play(talk: Talk) -> None:
        talk.receive()
        end(talk)

    return play


@pytest.mark.parametrize("end", [close, reset], ids=["closed", "reset"])
def test_a_handshake_broken_off(serve: Serve, send: Send, authority: Authority, end: Play) -> None:
    """A balancer without a server behind it says nothing of certificates: reset, and retried."""
    server = serve(answer(), tls=authority.context()[0], greet=half_a_handshake(end))
    [(attempt, _)] = send(server.url)
    assert attempt.error is AttemptError.RESET


def test_a_server_without_tls(serve: Serve, send: Send) -> None:
    """Plain HTTP on an https port is a TLS fault."""
    port = serve(answer(), greet=raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")).port
    [(attempt, _)] = send(f"https://127.0.0.1:{port}")
    assert attempt.error is AttemptError.TLS


@pytest.mark.parametrize(
    "head", [b"Content-Length: 9\r\n", b""], ids=["shorter-than-its-length", "without-length"]
)
def test_a_body_cut_short_under_tls(
    serve: Serve, send: Send, authority: Authority, head: bytes
) -> None:
    """Without close_notify nobody knows that the body was complete: truncated, not reset."""
    server = serve(raw(OK + head + b"\r\nabc"), tls=authority.context()[0])
    [(attempt, got)] = send(server.url)
    assert got is None
    assert attempt.error is AttemptError.TRUNCATED


def test_a_missing_file_of_authorities_is_the_runners_trouble(
    serve: Serve, send: Send, authority: Authority, tmp_path: Path
) -> None:
    """Nothing is known of the deployment then."""
    server = serve(answer(), tls=authority.context()[0])
    [(attempt, _)] = send(server.url, authorities=tmp_path / "missing.pem")
    assert attempt.error is AttemptError.RUNNER
    assert "missing.pem" in attempt.detail


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ECONNREFUSED, AttemptError.REFUSED),
        (errno.ECONNRESET, AttemptError.RESET),
        (errno.ENETUNREACH, AttemptError.UNREACHABLE),
        (errno.EHOSTUNREACH, AttemptError.UNREACHABLE),
        (errno.ENOBUFS, AttemptError.RUNNER),
        (errno.EMFILE, AttemptError.RUNNER),
        (0, AttemptError.RUNNER),
    ],
)
def test_why_a_connection_did_not_come_about(number: int, error: AttemptError) -> None:
    """What libcurl calls by one name the system tells apart."""
    handle: Any = SimpleNamespace(getinfo={pycurl.OS_ERRNO: number}.get)
    raised = pycurl.error(pycurl.E_COULDNT_CONNECT, "no connection")
    diagnosis = diagnose(handle, raised, Received(Limits(1, 1000)), Limits(1, 1000))
    assert diagnosis.error is error
    assert "no connection" in diagnosis.detail


def test_a_connection_reset_before_the_request() -> None:
    """Half of a server's resets come so early; the request was not sent, and may be sent again."""
    handle: Any = SimpleNamespace(getinfo={pycurl.OS_ERRNO: errno.ECONNRESET}.get)
    raised = pycurl.error(pycurl.E_COULDNT_CONNECT, "no connection")
    diagnosis = diagnose(handle, raised, Received(Limits(1, 1000)), Limits(1, 1000))
    attempt = Attempt(0.0, 0.1, error=diagnosis.error, phase=diagnosis.phase)
    assert attempt.never_sent


SHORT_OF_FILES = """
import asyncio, os, resource
from knowngood.fetch.received import Limits
from knowngood.fetch.transport import Transport
from knowngood.fetch.probe import Probe

async def main():
    curl = Transport(4)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))
    for host in ("127.0.0.1", "localhost", "a" * 64 + ".invalid"):
        attempt, _ = await curl.send(Probe("content", f"http://{host}:9/"), (), Limits(2, 1000))
        print(attempt.error, attempt.detail)
    await curl.close()

asyncio.run(main())
"""


def test_no_file_descriptor_left_is_the_runners_trouble() -> None:
    """EMFILE must not pass for a server that refuses or a name that does not resolve."""
    done = subprocess.run(
        [sys.executable, "-c", SHORT_OF_FILES], capture_output=True, text=True, timeout=400
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert [line.split()[0] for line in lines] == ["runner"] * 3, lines


@pytest.mark.parametrize("kind", ["body", "headers"])
def test_memory_stays_bounded(serve: Serve, send: Send, kind: str) -> None:
    """What exceeds the limit is not kept, however much a server sends."""
    line = b"X: " + b"y" * 1000 + b"\r\n"
    plays = {"body": flood(OK + b"\r\n", b"y" * 65536), "headers": flood(OK, line)}
    server = serve(plays[kind])
    tracemalloc.start()
    try:
        [(attempt, _)] = send(server.url, body_limit=1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert attempt.error is AttemptError.TOO_LARGE
    assert peak < (4 << 20 if kind == "body" else 1 << 20)


def test_headers_up_to_the_limit_are_sound(serve: Serve, send: Send) -> None:
    """A little below the limit is no fault."""
    lines = b"X: " + b"y" * 95 + b"\r\n"
    count = (HEADER_LIMIT - 100) // len(lines)
    server = serve(raw(OK + b"Content-Length: 2\r\n" + lines * count + b"\r\nok"))
    [(attempt, got)] = send(server.url)
    assert attempt.error is None
    assert got is not None
    assert len(got.headers) == count + 1


@pytest.mark.parametrize(("limit", "error"), [(4, None), (3, AttemptError.TOO_LARGE)])
def test_a_body_may_have_as_much_as_its_limit(
    serve: Serve, send: Send, limit: int, error: AttemptError | None
) -> None:
    """One byte more is too large."""
    [(attempt, _)] = send(serve(answer("four")).url, body_limit=limit)
    assert attempt.error is error


def test_interim_answers_are_passed_over(serve: Serve, send: Send) -> None:
    """The status and the headers are those of the final answer."""
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    server = serve(raw(hints + OK + b"Content-Length: 2\r\n\r\nok"))
    [(attempt, got)] = send(server.url)
    assert got is not None
    assert (got.status, got.headers, got.body) == (200, ((b"Content-Length", b"2"),), b"ok")
    assert attempt.status == 200


def test_an_interim_answer_is_no_status(serve: Serve, send: Send) -> None:
    """What was said before the answer is not what was answered."""
    server = serve(raw(b"HTTP/1.1 103 Early Hints\r\n\r\n", end=hang))
    [(attempt, _)] = send(server.url, seconds=1)
    assert attempt.status is None


def test_a_trailer_is_no_header(serve: Serve, send: Send) -> None:
    """What follows a body does not change what the headers said of it."""
    trailer = b"3\r\nabc\r\n0\r\nContent-Type: text/html\r\n\r\n"
    [(_, got)] = send(serve(raw(CHUNKED + trailer)).url)
    assert got is not None
    assert (got.body, got.headers) == (b"abc", ((b"Transfer-Encoding", b"chunked"),))


@pytest.mark.parametrize("end", [close, reset], ids=["closed", "reset"])
def test_a_kept_connection_closed_by_the_server_is_seen(
    serve: Serve, send: Send, end: Play
) -> None:
    """Asked again by libcurl itself, every second fault would be hidden."""
    server = serve(in_turn(answer("1"), end, answer("3")))
    results = send(server.url, 3)
    assert [attempt.error for attempt, _ in results] == [None, AttemptError.RESET, None]
    assert len(server.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_write_has_a_connection_of_its_own(serve: Serve, send: Send, method: str) -> None:
    """So that a kept connection which is just closing does not lose it."""
    server = serve(in_turn(answer(), close, answer()))
    results = send(server.url, 3, method=method, body=b"x")
    assert [attempt.error for attempt, _ in results] == [None, AttemptError.RESET, None]
    assert (len(server.requests), server.connections) == (3, 3)
    assert set(server.methods) == {method}


def test_what_may_not_be_repeated_has_a_connection_of_its_own(serve: Serve) -> None:
    """It could fail with a kept one, which the server is about to close; all else shares one."""
    server = serve(answer())
    once = Probe("content", server.url, "POST", repeatable=False)
    others = [Probe("content", server.url, method) for method in ("GET", "DELETE", "POST", "GET")]

    async def talk() -> None:
        curl = Transport(4)
        for probe in (once, *others, once, others[0]):
            await curl.send(probe, (), Limits(50, 1000))
        await curl.close()

    asyncio.run(talk())
    assert [request.connection for request in server.requests] == [1, 2, 2, 2, 2, 3, 2]


def test_reads_share_a_connection(serve: Serve, send: Send) -> None:
    """Handshakes are paid for once."""
    server = serve(answer("body"))
    send(server.url, 3)
    send(server.url, 3, method="HEAD")
    assert (server.connections, len(server.requests)) == (2, 6)


def test_head_has_no_body(serve: Serve, send: Send) -> None:
    """Content-Length of a HEAD speaks of the GET; nothing is waited for."""
    [(attempt, got)] = send(serve(answer("body")).url, method="HEAD")
    assert got is not None
    assert (attempt.error, got.body) == (None, b"")
    assert (b"Content-Length", b"4") in got.headers


def test_what_is_asked_for_arrives_as_written(serve: Serve, send: Send) -> None:
    """Dot segments, double slashes and escapes are the check's business."""
    server = serve(answer())
    target = "/a/../b/./c//d%2F%7E;x?q=1&r=../e"
    send(server.url + target)
    assert server.targets == [target]


def test_what_a_url_cannot_hold_is_encoded_as_browsers_do(serve: Serve, send: Send) -> None:
    """Pages do refer to such URLs, and servers answer them."""
    server = serve(answer("é"))
    [(attempt, got)] = send(server.url + '/é b.png?"<ü>`\x01')
    assert attempt.error is None
    assert got is not None
    assert server.targets == ["/%C3%A9%20b.png?%22%3C%C3%BC%3E%60%01"]


def test_the_head_of_a_write(serve: Serve, send: Send) -> None:
    """No Expect, no Content-Type that nobody set, a length, the body as it is."""
    server = serve(answer())
    body = bytes(range(256)) * 8192  # over the megabyte at which libcurl would send Expect
    send(server.url, method="POST", body=body, sent=(("X-Empty", ""), ("X-Latin", "é")))
    [request] = server.requests
    sent = {"accept", "user-agent"}  # libcurl's own, which the fetcher always replaces
    assert request.body == body
    assert set(request.headers) == {*sent, "host", "content-length", "x-empty", "x-latin"}
    assert request.headers["x-empty"] == ""
    assert request.headers["x-latin"] == "é"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_an_empty_write_says_so(serve: Serve, send: Send) -> None:
    """An empty body has a length; a DELETE without a body has none."""
    server = serve(answer())
    send(server.url, method="POST", body=b"")
    send(server.url, method="DELETE")
    post, delete = server.requests
    assert post.headers["content-length"] == "0"
    assert "content-length" not in delete.headers


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_the_machines_proxy_is_not_used(
    serve: Serve, send: Send, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What the deployment's users see does not go through the runner's proxy."""
    proxy, server = serve(answer("proxy")), serve(answer("server"))
    monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    [(_, got)] = send(server.url)
    assert got is not None
    assert (got.body, proxy.connections) == (b"server", 0)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_machines_proxy_is_not_used_for_tls(
    serve: Serve, send: Send, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """No CONNECT reaches it either."""
    proxy = serve(answer("proxy"))
    server = serve(answer("server"), tls=authority.context()[0])
    monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    [(_, got)] = send(server.url)
    assert got is not None
    assert (got.body, proxy.connections) == (b"server", 0)


def test_libcurl_does_not_read_the_environment(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would do so while pytest sets a variable in another thread: SIGSEGV, once in 300 runs."""
    server = serve(answer())
    said: list[bytes] = []

    def watch(handle: pycurl.Curl, _: Received) -> None:
        handle.setopt(pycurl.VERBOSE, 1)
        handle.setopt(pycurl.DEBUGFUNCTION, lambda _, data: said.append(data))

    async def talk() -> None:
        recorder: Any = SimpleNamespace(watch=watch, note=lambda *_: None, close=lambda: None)
        curl = Transport(4, recorder=recorder)
        await curl.send(Probe("content", server.url), (), Limits(30, 1000))
        await curl.close()

    for name in ("http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.setenv(name, "name.invalid")
    asyncio.run(talk())
    assert said
    assert not [line for line in said if b"env" in line]


def test_the_machines_netrc_is_not_read(
    serve: Serve, send: Send, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Credentials of whoever runs the tests do not leave the machine."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login someone password secret\n", "ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(answer())
    send(server.url)
    assert "authorization" not in server.requests[0].headers


VARIABLES = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]


@pytest.mark.parametrize("name", VARIABLES)
def test_the_machines_authorities_do_not_widen_trust(
    serve: Serve, send: Send, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What the deployment's users do not trust is not trusted."""
    monkeypatch.setenv(name, str(authority.pem))
    server = serve(answer(), tls=authority.context()[0])
    [(attempt, _)] = send(server.url, authorities=None)
    assert attempt.error is AttemptError.TLS


@pytest.mark.parametrize("name", [*VARIABLES, "SSL_CERT_DIR"])
def test_the_machines_authorities_are_not_needed(
    serve: Serve,
    send: Send,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    """A variable that points nowhere breaks nothing."""
    monkeypatch.setenv(name, str(tmp_path / "missing"))
    server = serve(answer(), tls=authority.context()[0])
    [(attempt, _)] = send(server.url)
    assert attempt.error is None


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher"])
def test_other_schemes_are_not_spoken(send: Send, tmp_path: Path, scheme: str) -> None:
    """Whatever a guard lets through, nothing but HTTP is asked for."""
    secret = tmp_path / "secret"
    secret.write_text("secret", "ascii")
    [(attempt, got)] = send(f"{scheme}://127.0.0.1{secret}")
    assert got is None
    assert attempt.error is AttemptError.PROTOCOL


def test_a_handle_is_clean_when_it_is_used_again(serve: Serve, send: Send) -> None:
    """Nothing of a write, its method, body or headers, is left for the next request."""
    server = serve(answer("ok"))

    async def talk() -> None:
        curl = Transport(4)
        limits = Limits(50, 1000)
        write = Probe("content", server.url, "POST", body=b"secret")
        await curl.send(write, (("Authorization", "secret"),), limits)
        await curl.send(Probe("content", server.url, "HEAD"), (), limits)
        _, got = await curl.send(Probe("content", server.url), (), limits)
        assert got is not None
        assert got.body == b"ok"
        await curl.close()

    asyncio.run(talk())
    assert server.methods == ["POST", "HEAD", "GET"]
    assert all(request.body == b"" for request in server.requests[1:])
    assert all("authorization" not in request.headers for request in server.requests[1:])


def test_a_handle_is_used_again_only_after_it_completed(serve: Serve) -> None:
    """One that was cancelled or cut off could still be libcurl's: a reset would crash the run."""
    server = serve(by_path({"/hang": hang, "/closed": close, "/ok": answer("ok")}))

    async def talk() -> list[int]:
        transport = Transport(4)

        async def idle_after(path: str, *, cancelled: bool = False) -> int:
            probe = Probe("content", server.url + path)
            sending = asyncio.create_task(transport.send(probe, (), Limits(50, 1000)))
            if cancelled:
                await asyncio.to_thread(server.wait_for_requests, 1)
                sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            assert transport._multi.futures() == ()
            return len(transport._idle)

        counts = [await idle_after("/hang", cancelled=True)]
        counts += [await idle_after(path) for path in ("/closed", "/ok", "/closed", "/ok", "/ok")]
        await transport.close()
        return counts

    assert asyncio.run(talk()) == [0, 0, 1, 0, 1, 1]


def test_closing_ends_what_is_under_way(serve: Serve) -> None:
    """A request that hangs does not outlive its fetcher."""
    server = serve(hang)

    async def talk() -> bool:
        curl = Transport(4)
        task = asyncio.create_task(
            curl.send(Probe("content", server.url), (), Limits(60, 1000)),
        )
        await asyncio.to_thread(server.wait_for_requests, 1)
        await curl.close()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(asyncio.wait_for(talk(), 50))


def test_an_edge_is_connected_to_in_place_of_the_name(
    serve: Serve, send: Send, authority: Authority
) -> None:
    """The connection goes to the address; Host, SNI and the certificate's name stay the URL's."""
    context, _ = authority.context("fhr.example")
    server = serve(answer("edge"), tls=context)
    url = f"https://fhr.example:{server.port}/x"
    [(attempt, received)] = send(url, address="127.0.0.1")
    assert received is not None, attempt
    assert received.body == b"edge"
    assert server.requests[0].headers["host"] == f"fhr.example:{server.port}"
    [(attempt, received)] = send(url.replace("fhr.", "other."), address="127.0.0.1")
    assert (received, attempt.error) == (None, AttemptError.TLS)


def test_a_url_is_sent_in_ascii() -> None:
    """The host in Punycode, which goes into Host and SNI, and the rest percent-encoded."""
    assert sent_url("https://bücher.example/é b") == "https://xn--bcher-kva.example/%C3%A9%20b"
