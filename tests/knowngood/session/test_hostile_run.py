"""Whatever a server sends, a whole run takes little memory and ends in time.

Each test is a run as a user starts it, against a server that answers every URL in the worst way of
one kind. What a run against a sound small deployment takes is measured beside it.
"""

import gzip
import struct
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from suite_run import SuiteRun, run_process
from wire import Play, Serve, Talk, answer, flood

import fhr_standin

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

ALLOWED = 150e6  # bytes above what a run against a sound deployment takes
BODY = (8 << 20) - 1024  # just below the most that one body may have
TEXT = (2 << 20) - 1024  # just below the largest page that is looked into

REFERENCES = "".join(f"<img src=/i/{number}.png>" for number in range(95))
PAGE = (
    "<!doctype html><html lang=en-US dir=ltr><head><meta charset=utf-8><title>x</title>"
    "<script src=/a.js></script><link rel=stylesheet href=/a.css></head><body>"
)
MANY = PAGE + REFERENCES
KINDS = {"css": "text/css", "js": "text/javascript", "json": "application/json", "png": "image/png"}

Sources = Callable[[str], bytes]
"""The body of an answer of some media type."""


ENVIRONMENT = """
description = "hostile"
writes = true

[origins]
content = "{content}"
submission = "{submission}"

[params]
locale = ["en-US", "ar"]
rtl = ["ar"]
page = ["", "v4/", "mobile/?v=1"]
heartbeat = ["__heartbeat__", "__lbheartbeat__"]
elsewhere = ["fonts.googleapis.com"]

[release]
url = "content:/__version__"
shape = "json"
field = "version"

[budget]
run = 90
probe = 4
attempts = 2
concurrency = 64
"""


def measured_run(folder: Path, content: str, submission: str) -> SuiteRun:
    """Run the smoke tests against a small deployment as a user would."""
    file = folder / "hostile-server.toml"
    file.write_text(ENVIRONMENT.format(content=content, submission=submission), "utf-8")
    return run_process(folder / "verdict.json", f"--env={file}", measure=True)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return what a run against a sound FHR with two locales takes, in bytes."""
    with fhr_standin.running(locales=["en-US", "ar rtl"]) as standin:
        ended = measured_run(tmp_path_factory.mktemp("sound"), **standin.origins)
    assert ended.code == 0, ended.output
    return ended.memory


@pytest.fixture
def hostile(serve: Serve, tmp_path: Path) -> Callable[[Play], SuiteRun]:
    """Run against servers that play this for every request."""

    def run(play: Play) -> SuiteRun:
        return measured_run(tmp_path, serve(play).url, serve(play).url)

    return run


def kind(talk: Talk) -> str:
    """The media type by which a target would be answered."""
    path = talk.request.target.partition("?")[0]
    return KINDS.get(path.rpartition(".")[2], "application/json" if "__" in path else "text/html")


def filled(unit: bytes, size: int, start: bytes = b"") -> bytes:
    """So many bytes of the same over and over."""
    return start + (unit * (size // len(unit) + 1))[: size - len(start)]


def packed(size: int) -> bytes:
    """So many zeros, as gzip. One megabyte is packed, and repeated: every process that collects
    waits for it.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    megabyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    head, end = b"\x1f\x8b\x08" + bytes(6) + b"\xff", packer.flush()
    return head + megabyte * (size >> 20) + end + struct.pack("<II", zlib.crc32(bytes(size)), size)


def sources(source: Sources, *, gzipped: bool = False) -> Play:
    """Answers of which each has what ``source`` says for its media type."""

    @cache
    def body(named: str) -> bytes:
        return gzip.compress(source(named), 1) if gzipped else source(named)

    def play(talk: Talk) -> None:
        headers = {"Content-Type": kind(talk)} | ({"Content-Encoding": "gzip"} if gzipped else {})
        answer(body(kind(talk)), headers=headers)(talk)

    return play


def bomb(talk: Talk) -> None:
    """A hundred megabytes in a tenth of one."""
    headers = {"Content-Type": kind(talk), "Content-Encoding": "gzip"}
    answer(BOMB, headers=headers)(talk)


BOMB = packed(100 << 20)


def endless(talk: Talk) -> None:
    """A body without an end."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind(talk)}\r\n\r\n"
    flood(head.encode(), b"y" * 65536)(talk)


def page_of_endless(talk: Talk) -> None:
    """A small page that needs a hundred bodies without an end."""
    if kind(talk) == "text/html":
        answer(MANY, headers={"Content-Type": "text/html"})(talk)
    else:
        endless(talk)


def large(size: int, *, page: bool) -> Sources:
    """Bodies of one size, the pages too or small ones that need a hundred of them."""
    units = {"text/css": b"a{b:c}\n", "text/javascript": b"a;\n", "application/json": b"[1],"}

    def source(named: str) -> bytes:
        if named == "text/html" and not page:
            return MANY.encode()
        return filled(units.get(named, b"x "), size, MANY.encode() if page else b"")

    return source


def nasty(html: str, css: str, js: str, json: str, size: int = TEXT) -> Sources:
    """Sources made of one thing over and over, which each is read by its parser."""
    units = {"text/css": css, "text/javascript": js, "application/json": json, "image/png": "x"}

    def source(named: str) -> bytes:
        if named == "text/html":
            return filled(html.encode(), TEXT, MANY.encode())
        return filled(units[named].encode(), size)

    return source


def paragraphs(named: str) -> bytes:
    """Ten kilobytes of page that stand for a million elements."""
    fonts = "".join(f"<font a={number}>" for number in range(500))
    return f"{PAGE}<p>{fonts}{'<p>x' * 2000}".encode() if named == "text/html" else b"a"


def attributes(named: str) -> bytes:
    """A page of one element with all attributes there are."""
    names = " ".join(f"{number:x}" for number in range(300_000))
    return f"{PAGE}<p {names}>".encode() if named == "text/html" else filled(b"'", 128 * 1024)


def many_links(named: str) -> bytes:
    """A page of a hundred thousand images."""
    images = "".join(f"<img src={number}>" for number in range(100_000))
    return f"{PAGE}{images}".encode() if named == "text/html" else filled(b'url("a', 1 << 20)


PLAYS: dict[str, Play] = {
    "bomb": bomb,
    "page-of-endless": page_of_endless,
    "page-of-large-packed": sources(large(BODY, page=False), gzipped=True),
    "never-closed": sources(nasty("<!--", "/*", "/*", '{"a":')),
}
"""One play of each kind: small and huge, without an end, large, hard to parse."""

MORE_PLAYS: dict[str, Play] = {
    "endless": endless,
    "large": sources(large(BODY, page=True)),
    "large-packed": sources(large(BODY, page=True), gzipped=True),
    "page-of-large": sources(large(BODY, page=False)),
    "page-of-megabytes": sources(large(1 << 20, page=False)),
    "deep": sources(nasty("<div>", "{", "[", "[")),
    "tiny-tokens": sources(nasty("<p>x", "a ", "a;", "[],", BODY)),
    "marks": sources(nasty("&lt;\U0001f600", '"\n', "=/[", '"\U0001f600')),
    "opened-again": sources(paragraphs),
    "attributes": sources(attributes),
    "many-links": sources(many_links),
}
"""More of the same kinds."""


@pytest.mark.parametrize(
    "play",
    [
        *(pytest.param(play, id=name) for name, play in PLAYS.items()),
        *(pytest.param(play, id=name, marks=pytest.mark.slow) for name, play in MORE_PLAYS.items()),
    ],
)
def test_hostile_server(hostile: Callable[[Play], SuiteRun], sound: int, play: Play) -> None:
    """The run ends with its verdict, in time, in little more memory than any other."""
    ended = hostile(play)
    assert ended.code == 1, ended.output
    assert ended.verdict["verdict"] == "FAILED"
    assert "internal" not in ended.output.lower()
    assert ended.memory < sound + ALLOWED
    assert len(ended.output) < 100_000
