"""Faults of the line, over real sockets: what comes, what does not, and that nothing is left."""

import http.client
import re
import socket
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

import fhr_standin
from fhr_standin.faults import FAULTS, OriginFault

FILES = {
    "body-drips": "js/lib/graph.js",
    "body-endless": "v4/js/lib/table.js",
    "chunks-broken": "v4/js/data_v4.js",
    "content-short-body-once": "js/data.js",
    "file-silent": "js/lib/bridge.js",
    "gzip-bomb": "v4/css/table.css",
    "headers-200-kilobytes": "mobile/css/wide.css",
    "headers-drip": "css/graph.css",
    "interim-endless": "mobile/js/lib/touch.js",
    "lengths-differ": "mobile/css/small.css",
    "status-line-broken": "v4/css/styles.css",
}
SOON = 0.3  # seconds; under the second between two bytes that drip
LATER = 60.0  # seconds, after which a test gives up


@pytest.fixture(scope="module")
def faulty() -> Iterator[fhr_standin.Standin]:
    """A stand-in with all of them, each on a file of its own in the French pages."""
    with fhr_standin.running(locales=8, faults=[f"{name}@fr" for name in FILES]) as standin:
        yield standin


def connect(origin: str, timeout: float = LATER) -> socket.socket:
    """A connection to an origin."""
    parts = urlsplit(origin)
    return socket.create_connection((parts.hostname, parts.port), timeout=timeout)


def asking(standin: fhr_standin.Standin, name: str) -> socket.socket:
    """A connection on which the file of a fault was asked for."""
    connection = connect(standin.origins["content"])
    connection.sendall(f"GET /fr/{FILES[name]} HTTP/1.1\r\nHost: standin\r\n\r\n".encode())
    return connection


def until_silent(connection: socket.socket, least: bytes = b"") -> bytes:
    """What comes until nothing comes any more, once ``least`` has come."""
    came = b""
    while least not in came:
        came += connection.recv(65536)
    connection.settimeout(SOON)
    try:
        while data := connection.recv(65536):
            came += data
    except TimeoutError:
        return came
    raise AssertionError("the connection was closed")


def until_closed(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    came = b""
    while data := connection.recv(65536):
        came += data
    return came


@pytest.mark.parametrize(
    ("name", "head", "drips"),
    [
        ("file-silent", rb"", b""),
        ("headers-drip", rb"", b"HTTP/"),
        ("body-drips", rb"HTTP/1\.1 200 OK\r\n.*connection: close\r\n\r\n", b"/*"),
    ],
)
def test_what_drips_or_keeps_silent(
    faulty: fhr_standin.Standin, name: str, head: bytes, drips: bytes
) -> None:
    """One byte, or none, and then nothing for most of a second; the connection stays. More than one
    are there when a busy machine comes to read them.
    """
    with asking(faulty, name) as connection:
        came = until_silent(connection, b"\r\n\r\n" * bool(head) + drips[:1])
    dripped = re.sub(head, b"", came, flags=re.S) if head else came
    assert dripped != came or not head
    assert drips.startswith(dripped)


@pytest.mark.parametrize(
    ("name", "repeated"), [("body-endless", b"/* and so on */\n"), ("interim-endless", b" 103 ")]
)
def test_what_never_ends(faulty: fhr_standin.Standin, name: str, repeated: bytes) -> None:
    """A megabyte and more comes, without a length, until the client hangs up."""
    came = b""
    with asking(faulty, name) as connection:
        while len(came) < 1_000_000:
            came += connection.recv(65536)
    assert came.count(repeated) > 1000
    assert b"content-length" not in came[:2000]


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("status-line-broken", [b"HTTP/1.1 two-hundred OK\r\n", b"}\n"]),
        ("lengths-differ", [b"\r\ncontent-length: 89\r\n", b"\r\ncontent-length: 44\r\n"]),
        ("chunks-broken", [b"\r\ntransfer-encoding: chunked\r\n", b"\r\nsize?\r\n"]),
    ],
)
def test_what_is_no_http(faulty: fhr_standin.Standin, name: str, there: list[bytes]) -> None:
    """All of the file comes, in a way that cannot be read."""
    with asking(faulty, name) as connection:
        came = until_closed(connection)
    for part in there:
        assert part in came
    assert (b"\r\ncontent-length: " in came) == (name != "chunks-broken")


def test_a_bomb(faulty: fhr_standin.Standin, fetch: Callable[..., Any]) -> None:
    """Little over a megabyte goes out, whole and sound gzip, for more than a gigabyte."""
    answer = fetch(f"{faulty.origins['content']}/fr/{FILES['gzip-bomb']}")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 1_200_000
    unpacker, size = zlib.decompressobj(31), 0
    for begin in range(0, len(answer.body), 1024):
        size += len(unpacker.decompress(answer.body[begin : begin + 1024]))
    assert unpacker.eof
    assert size > 1 << 30


def test_many_headers(faulty: fhr_standin.Standin) -> None:
    """Two hundred kilobytes of them, none longer than servers send."""
    with asking(faulty, "headers-200-kilobytes") as connection:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
    lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert sum(map(len, lines)) > 200_000
    assert max(map(len, lines)) <= 8192


def test_a_body_is_short_once(faulty: fhr_standin.Standin, fetch: Callable[..., Any]) -> None:
    """The next time it is whole."""
    url = f"{faulty.origins['content']}/fr/{FILES['content-short-body-once']}"
    with pytest.raises(http.client.IncompleteRead):
        fetch(url)
    whole = fetch(url)
    assert whole.headers["content-length"] == str(len(whole.body))


def test_other_locales_are_sound(faulty: fhr_standin.Standin, fetch: Callable[..., Any]) -> None:
    """After all that the same files come as ever elsewhere, on connections of their own."""
    for path in FILES.values():
        answer = fetch(f"{faulty.origins['content']}/pl/{path}")
        assert answer.status == 200
        assert answer.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize(
    "name",
    [n for n, f in FAULTS.items() if isinstance(f, OriginFault) and not (f.certificate or f.edge)],
)
def test_a_surface_that_does_not_answer(name: str, fetch: Callable[..., Any]) -> None:
    """It is refused, reset, silent or nameless as the fault says; all else is sound."""
    surface, _, how = name.partition("-")
    with fhr_standin.running(locales=4, faults=[name]) as standin:
        other = "submission" if surface == "content" else "content"
        assert fetch(f"{standin.origins[other]}/").status in (200, 404)
        assert fetch(standin.control[0]["url"]).status == 200
        assert standin.documents() == {}
        _BEHAVES[how](standin.origins[surface])


def _refused(origin: str) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(origin)


def _resets(origin: str) -> None:
    with pytest.raises(ConnectionResetError), connect(origin) as connection:  # in either of them
        connection.recv(1)


def _silent(origin: str) -> None:
    with connect(origin) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: standin\r\n\r\n")
        assert until_silent(connection) == b""


def _unresolved(origin: str) -> None:
    assert urlsplit(origin).hostname == "fhr.invalid"
    assert urlsplit(origin).port


_BEHAVES = {
    "refused": _refused,
    "resets": _resets,
    "silent": _silent,
    "unresolved": _unresolved,
}
