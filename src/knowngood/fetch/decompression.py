"""Undo Content-Encoding within bounds.

A few kilobytes of gzip or Brotli can stand for gigabytes (a "bomb"). So the size is found out piece
by piece before anything holds the decoded body.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..safety import KnowngoodError

if TYPE_CHECKING:
    from .probe import Answer, Probe

ACCEPTED: Final = "gzip, deflate, br"
"""The value of Accept-Encoding: what can be undone here."""

_PIECE: Final = 64 * 1024  # bytes, decoded


class BadEncoding(KnowngoodError):
    """The body is not what its Content-Encoding says, or too large once decoded."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


_UNDONE: Final = {"gzip", "x-gzip", "deflate", "br"}
_COMPRESSIONS: Final = _UNDONE | {
    *("zstd", "compress", "x-compress", "bzip2", "x-bzip2", "lzma", "xz", "exi", "pack200-gzip"),
    *("sdch", "dcb", "dcz"),
}
"""Codings that change a body. Of any other name, such as the ``aws-chunked`` or ``utf-8`` that
uploads to stores of files leave behind, browsers take the body as it is: also where it is encoded
(seen in Chromium, ``identity`` included)."""


def decoded_size(body: bytes, encoding: str, limit: int, offered: str = ACCEPTED) -> int:
    """Return how many bytes ``body`` decodes to, without holding more than a piece of them.

    ``encoding`` is the value of Content-Encoding, ``offered`` that of Accept-Encoding. Raises
    BadEncoding for more than ``limit`` bytes, for a body that is cut short or encoded otherwise,
    and for an encoding that was not offered; but for gzip, which every browser takes.
    """
    if body and encoding.strip().lower() == "br" and "br" not in offered.lower():
        raise BadEncoding(f"Content-Encoding {encoding!r}, but {offered!r} was offered")
    size = 0
    for piece in _pieces(body, encoding):
        size += len(piece)
        if size > limit:
            message = f"{len(body)} bytes of {encoding} decode to more than {limit} bytes"
            raise BadEncoding(message, too_large=True)
    return size


def offered_by(probe: Probe) -> str:
    """Return the value of Accept-Encoding that goes with a probe."""
    sent = {name.lower(): value for name, value in probe.own_headers}
    return sent.get("accept-encoding", ACCEPTED)


def decodes(probe: Probe, answer: Answer, limit: int) -> bool:
    """Return whether the body of ``answer`` is encoded as it says, and as ``probe`` takes it, in at
    most ``limit`` bytes.
    """
    encoding = answer.header("content-encoding") or ""
    try:
        decoded_size(answer.body, encoding, limit, offered_by(probe))
    except BadEncoding:
        return False
    return True


def decoded(answer: Answer) -> bytes:
    """Return the decoded body of ``answer``, whose Content-Encoding was checked when it came."""
    encoding = answer.header("content-encoding")
    return answer.body if encoding is None else b"".join(_pieces(answer.body, encoding))


def with_plain_body(answer: Answer, body: bytes) -> Answer:
    """Return ``answer`` with this body, sent as it is: without Content-Encoding, and with the right
    Content-Length where the answer gave one.
    """
    length = str(len(body)).encode()
    headers = tuple(
        (name, length if name.lower() == b"content-length" else value)
        for name, value in answer.headers
        if name.lower() != b"content-encoding"
    )
    return replace(answer, headers=headers, body=body, decoded=0)


def _pieces(body: bytes, encoding: str) -> Iterator[bytes]:
    """Yield the decoded body piece by piece. Raises BadEncoding."""
    names = [name for part in encoding.lower().split(",") if (name := part.strip())]
    unknown = [name for name in names if name not in _COMPRESSIONS]
    if unknown == names or not body:
        yield body
        return
    if unknown:
        raise BadEncoding(
            f"Content-Encoding {encoding!r}: for {unknown[0]!r}, which they do not know, browsers "
            "decode nothing"
        )
    if len(names) > 1:
        raise BadEncoding(f"Content-Encoding {encoding!r}: it was compressed again, as by a proxy")
    if names[0] not in _UNDONE:
        raise BadEncoding(f"Content-Encoding {encoding!r}, but {ACCEPTED!r} was offered")
    yield from _brotli(body) if names[0] == "br" else _inflated(body, names[0])


def _inflated(body: bytes, name: str) -> Iterator[bytes]:
    """Undo one stream of gzip or deflate; ignore what follows it, as browsers do. ``deflate`` means
    zlib's format (RFC 9110, 8.4.1.2); some servers send raw deflate.
    """
    is_zlib = body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0  # RFC 1950, 2.2
    gzip, raw = zlib.MAX_WBITS | 16, -zlib.MAX_WBITS
    deflate = zlib.MAX_WBITS if is_zlib else raw
    inflate = zlib.decompressobj(deflate if name == "deflate" else gzip)
    unread = body
    while not inflate.eof:
        try:
            piece = inflate.decompress(unread, _PIECE)
        except zlib.error as error:
            raise _not(name, error) from None
        yield piece
        unread = inflate.unconsumed_tail
        if not piece and not unread and not inflate.eof:
            raise BadEncoding(f"the {name} body ends early")


def _brotli(body: bytes) -> Iterator[bytes]:
    """Undo Brotli (RFC 7932). What follows it is refused, as curl does."""
    import brotli

    decompressor = brotli.Decompressor()
    unread = body
    while not decompressor.is_finished():
        try:
            piece = decompressor.process(unread, output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise _not("br", error) from None
        yield piece
        unread = b""
        if not piece and not decompressor.is_finished():
            raise BadEncoding("the br body ends early")


def _not(name: str, error: Exception) -> BadEncoding:
    return BadEncoding(f"not {name}, though Content-Encoding says so: {error}")
