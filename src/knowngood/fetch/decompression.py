"""Undo Content-Encoding within bounds.

A few kilobytes of gzip or Brotli can stand for gigabytes (a "bomb"). So the decoded size is found
out here before anything holds the decoded body.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..safety import KnowngoodError

if TYPE_CHECKING:
    from .probe import Answer

ACCEPTED: Final = "gzip, deflate, br"
"""The value of Accept-Encoding: what can be undone here."""

_CHUNK: Final = 64 * 1024


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
"""Codings that change a body. Browsers pass over every other name, such as the ``aws-chunked`` or
``utf-8`` that uploads to stores of files leave behind."""


def decoded_size(body: bytes, encoding: str, limit: int) -> int:
    """Return how many bytes ``body`` decodes to, without holding more than a chunk of them.

    ``encoding`` is the value of Content-Encoding. Raises BadEncoding for more than ``limit``
    bytes, for a body that is cut short or encoded otherwise, and for an encoding that was not
    offered.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name in _COMPRESSIONS]
    if not names or not body:
        return len(body)
    if len(names) > 1 or names[0] not in _UNDONE:
        raise BadEncoding(f"Content-Encoding {encoding!r}, but {ACCEPTED!r} was offered")
    if names[0] == "br":
        return _brotli_size(body, limit)
    return _inflated_size(body, names[0], limit)


def decodes(answer: Answer, limit: int) -> bool:
    """Return whether the body of ``answer`` is encoded as it says, in at most ``limit`` bytes."""
    try:
        decoded_size(answer.body, answer.header("content-encoding") or "", limit)
    except BadEncoding:
        return False
    return True


def httpx_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the same headers with gzip for its old name x-gzip (RFC 9110, 8.4.1.3), which httpx
    does not know.
    """
    return [
        (key, value.lower().replace(b"x-gzip", b"gzip"))
        if key.lower() == b"content-encoding"
        else (key, value)
        for key, value in headers
    ]


def decoded(answer: Answer) -> bytes:
    """Return the decoded body of ``answer``, whose Content-Encoding was checked when it came."""
    if answer.header("content-encoding") is None:
        return answer.body
    import httpx

    return httpx.Response(200, headers=httpx_headers(answer.headers), content=answer.body).content


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


def _inflated_size(body: bytes, name: str, limit: int) -> int:
    """Size of gzip or deflate. ``deflate`` means zlib's format (RFC 9110, 8.4.1.2); some servers
    send raw deflate.
    """
    gzip = name != "deflate"
    try:
        return _drain(zlib.decompressobj(zlib.MAX_WBITS | (16 if gzip else 0)), body, name, limit)
    except zlib.error as error:
        if gzip:
            raise _not(name, error) from None
    try:
        return _drain(zlib.decompressobj(-zlib.MAX_WBITS), body, name, limit)
    except zlib.error as error:
        raise _not(name, error) from None


def _drain(inflate: zlib._Decompress, body: bytes, name: str, limit: int) -> int:
    """Count the bytes of one stream. Ignore what follows it, as browsers and httpx do."""
    size = 0
    unread = body
    while not inflate.eof:
        more = inflate.decompress(unread, _CHUNK)
        size = _grown(size, more, body, name, limit)
        unread = inflate.unconsumed_tail
        if not more and not unread and not inflate.eof:
            raise BadEncoding(f"the {name} body ends early")
    return size


def _brotli_size(body: bytes, limit: int) -> int:
    """Size of Brotli (RFC 7932). What follows it is refused, as curl does."""
    import brotli

    decompressor = brotli.Decompressor()
    size = 0
    unread = body
    try:
        while not decompressor.is_finished():
            more = decompressor.process(unread, output_buffer_limit=_CHUNK)
            size = _grown(size, more, body, "br", limit)
            unread = b""
            if not more and not decompressor.is_finished():
                raise BadEncoding("the br body ends early")
    except brotli.error as error:
        raise _not("br", error) from None
    return size


def _grown(size: int, more: bytes, body: bytes, name: str, limit: int) -> int:
    """Return the size with ``more`` of it. Raises BadEncoding beyond the limit."""
    if size + len(more) > limit:
        message = f"{len(body)} bytes of {name} decode to more than {limit} bytes"
        raise BadEncoding(message, too_large=True)
    return size + len(more)


def _not(name: str, error: Exception) -> BadEncoding:
    return BadEncoding(f"not {name}, though Content-Encoding says so: {error}")
