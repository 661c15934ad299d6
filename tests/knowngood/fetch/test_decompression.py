"""A body's decoded size is known, and bounded, before anything holds the decoded body."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import nullcontext

import brotli
import pytest

from knowngood.fetch.decompression import BadEncoding, decoded_size
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import respond

TEXT = b"the quick brown fox " * 50
LIMIT = 1024 * 1024
GZIP = gzip.compress(TEXT, mtime=0)
ZLIB = zlib.compress(TEXT)
RAW = zlib.compress(TEXT, wbits=-zlib.MAX_WBITS)
BROTLI = brotli.compress(TEXT)


SIZE = 64 * LIMIT  # of what a bomb becomes
CHUNK = bytes(1024 * 1024)
CHUNKS = SIZE // len(CHUNK)


def zlib_bomb(wbits: int) -> Callable[[], bytes]:
    """Makes a body of zeros, without ever holding them; not in each process that only collects."""

    def make() -> bytes:
        deflate = zlib.compressobj(9, zlib.DEFLATED, wbits)
        return b"".join([*map(deflate.compress, [CHUNK] * CHUNKS), deflate.flush()])

    return make


def brotli_bomb() -> bytes:
    """The same in Brotli."""
    compressor = brotli.Compressor(quality=5)
    return b"".join([*map(compressor.process, [CHUNK] * CHUNKS), compressor.finish()])


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(GZIP, "gzip", id="gzip"),
        pytest.param(GZIP, "x-gzip", id="x-gzip"),
        pytest.param(GZIP, " GZip ", id="gzip-spelt-otherwise"),
        pytest.param(ZLIB, "deflate", id="zlib"),
        pytest.param(RAW, "deflate", id="raw-deflate"),
        pytest.param(BROTLI, "br", id="brotli"),
        pytest.param(GZIP + b"garbage", "gzip", id="garbage-after-gzip"),
        pytest.param(ZLIB + b"garbage", "deflate", id="garbage-after-zlib"),
        pytest.param(RAW + b"garbage", "deflate", id="garbage-after-raw-deflate"),
        pytest.param(
            GZIP + gzip.compress(b"more", mtime=0), "gzip", id="second-member-is-passed-over"
        ),
        pytest.param(TEXT, "identity", id="identity"),
        pytest.param(TEXT, "UTF-8", id="a-charset-by-mistake"),
        pytest.param(TEXT, "none", id="none"),
        pytest.param(TEXT, "aws-chunked", id="of-a-store-of-files"),
        pytest.param(GZIP, "gzip,", id="a-comma-too-many"),
        pytest.param(TEXT, "", id="no-encoding"),
    ],
)
def test_size_of_a_sound_body(body: bytes, encoding: str) -> None:
    """The size is that of the text which was encoded, as browsers decode it."""
    assert decoded_size(body, encoding, LIMIT) == len(TEXT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", "", "identity"])
def test_size_of_an_empty_body(encoding: str) -> None:
    """An answer without a body, to HEAD for one, has nothing to decode."""
    assert decoded_size(b"", encoding, LIMIT) == 0


def test_gzipped_twice_is_undone_once() -> None:
    """One header undoes one layer; what is left is for the check to judge."""
    assert decoded_size(gzip.compress(GZIP, mtime=0), "gzip", LIMIT) == len(GZIP)


@pytest.mark.parametrize(
    ("bomb", "encoding"),
    [
        pytest.param(zlib_bomb(zlib.MAX_WBITS | 16), "gzip", id="gzip"),
        pytest.param(zlib_bomb(zlib.MAX_WBITS), "deflate", id="zlib"),
        pytest.param(zlib_bomb(-zlib.MAX_WBITS), "deflate", id="raw-deflate"),
        pytest.param(brotli_bomb, "br", id="brotli"),
    ],
)
def test_bomb(bomb: Callable[[], bytes], encoding: str) -> None:
    """A bomb is refused as too large before it takes memory, and says how large it was sent."""
    body = bomb()
    tracemalloc.start()
    try:
        with pytest.raises(BadEncoding, match=f"{len(body)} bytes of .* more than {LIMIT}") as bad:
            decoded_size(body, encoding, LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert bad.value.too_large
    assert peak < LIMIT


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS])
@pytest.mark.parametrize("size", [1, 65535, 65536, 65537, 65636, 131072, 200000])
def test_limit_is_exact(size: int, wbits: int) -> None:
    """As much as the limit is fine, a byte more is not, wherever the chunks end."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, wbits)
    body = deflate.compress(bytes(size)) + deflate.flush()
    encoding = "gzip" if wbits > zlib.MAX_WBITS else "deflate"
    assert decoded_size(body, encoding, size) == size
    with pytest.raises(BadEncoding) as caught:
        decoded_size(body, encoding, size - 1)
    assert caught.value.too_large


@pytest.mark.parametrize(
    ("body", "name"),
    [(GZIP, "gzip"), (ZLIB, "deflate"), (RAW, "deflate"), (BROTLI, "br")],
    ids=["gzip", "zlib", "raw-deflate", "brotli"],
)
def test_truncated_anywhere(body: bytes, name: str) -> None:
    """A body cut short is refused wherever the cut is, and is not called too large."""
    for end in range(1, len(body)):
        with pytest.raises(BadEncoding) as caught:
            decoded_size(body[:end], name, LIMIT)
        assert not caught.value.too_large
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("body", "encoding", "word"),
    [
        pytest.param(TEXT, "gzip", "not gzip", id="text-as-gzip"),
        pytest.param(TEXT, "deflate", "not deflate", id="text-as-deflate"),
        pytest.param(ZLIB, "gzip", "not gzip", id="zlib-as-gzip"),
        pytest.param(RAW, "x-gzip", "not x-gzip", id="raw-as-gzip"),
        pytest.param(GZIP, "deflate", "not deflate", id="gzip-as-deflate"),
        pytest.param(GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:], "gzip", "not gzip", id="checksum"),
        pytest.param(TEXT, "br", "not br", id="text-as-brotli"),
        pytest.param(GZIP, "br", "not br", id="gzip-as-brotli"),
        pytest.param(BROTLI, "gzip", "not gzip", id="brotli-as-gzip"),
        pytest.param(BROTLI + b"garbage", "br", "not br", id="garbage-after-brotli"),
        pytest.param(TEXT, "zstd", "'zstd', but 'gzip, deflate, br' was offered", id="zstd"),
        pytest.param(TEXT, "compress", "'compress'", id="compress"),
        pytest.param(GZIP, "utf-8, gzip", "for 'utf-8', which", id="charset-beside-it"),
        pytest.param(GZIP, "gzip,aws-chunked", "for 'aws-chunked', which", id="of-a-store"),
        pytest.param(GZIP, "gzip, identity", "for 'identity', which", id="identity-beside-it"),
        pytest.param(
            gzip.compress(GZIP, mtime=0),
            "gzip, gzip",
            "'gzip, gzip': it was compressed again",
            id="stacked",
        ),
        pytest.param(
            gzip.compress(ZLIB, mtime=0), "deflate, gzip", "compressed again", id="mixed-stack"
        ),
    ],
)
def test_body_that_is_not_so_encoded(body: bytes, encoding: str, word: str) -> None:
    """Another encoding than was said, or than was offered, is refused by name."""
    with pytest.raises(BadEncoding) as caught:
        decoded_size(body, encoding, LIMIT)
    assert word in str(caught.value)
    assert not caught.value.too_large


@pytest.mark.parametrize(("offered", "is_refused"), [("gzip, deflate", True), ("*, BR", False)])
def test_brotli_that_was_not_offered(offered: str, *, is_refused: bool) -> None:
    """Firefox takes it over TLS alone, and a cache may send it to everybody."""
    refusal = pytest.raises(BadEncoding, match="but 'gzip, deflate' was offered")
    with refusal if is_refused else nullcontext():
        assert decoded_size(BROTLI, "br", LIMIT, offered) == len(TEXT)
    assert decoded_size(b"", "br", LIMIT, offered) == 0  # as of HEAD


BODIES = {
    "gzip": GZIP,
    "zlib": ZLIB,
    "raw": RAW,
    "text": TEXT,
    "empty": b"",
    "byte": b"\x1f",
    "two-members": GZIP + GZIP,
    "gzip-and-garbage": GZIP + b"garbage",
    "zlib-and-garbage": ZLIB + b"garbage",
    "raw-and-garbage": RAW + b"garbage",
    "gzip-cut": GZIP[:-9],
    "zlib-cut": ZLIB[:-5],
    "raw-cut": RAW[:-1],
    "brotli": BROTLI,
    "brotli-cut": BROTLI[:-1],
    "brotli-and-garbage": BROTLI + b"garbage",
    "gzip-twice": gzip.compress(GZIP, mtime=0),
}


def exchange(body: bytes, *encodings: str) -> Exchange:
    headers = tuple((b"Content-Encoding", each.encode()) for each in encodings)
    answer = Answer(200, "https://h/", headers, body)
    return Exchange(Probe("content", "https://h/"), (Attempt(0.0, 0.1, 200),), answer)


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
@pytest.mark.parametrize(
    "encodings",
    [
        ("gzip",),
        ("x-gzip",),
        ("X-GZIP",),
        ("deflate",),
        ("identity",),
        ("",),
        ("gzip", "gzip"),
        ("identity", "gzip"),
        ("gzip, identity",),
        ("br",),
    ],
    ids=lambda names: "+".join(names) or "none",
)
def test_agrees_with_what_a_check_reads(body: bytes, encodings: tuple[str, ...]) -> None:
    """What has a decoded size is what a check then reads, to the byte; two headers count as two."""
    whole = exchange(body, *encodings)
    assert whole.answer is not None
    try:
        size = decoded_size(body, whole.answer.header("content-encoding") or "", LIMIT)
    except BadEncoding:
        return
    assert len(respond(whole).content) == size
