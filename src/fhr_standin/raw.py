"""Answers written past the server, byte by byte: what no sound HTTP server sends.

Each takes the connection, and the head (status line and headers) and body of the sound answer.
It ends by itself once the client has hung up.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import cache

from fhr_standin.protocol import Connection

Raw = Callable[[Connection, bytes, bytes], Awaitable[None]]

_PAUSE = 1.0  # seconds between two bytes: never idle for long, never done
_CHUNK = b"/* and so on */\n" * 4096
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nlink: </css/styles.css>; rel=preload; as=style\r\n\r\n"
_MEBIBYTE = 1 << 20
_BOMB = 1100  # mebibytes, decoded
# Of as many zero bytes as the bomb decodes to; a test holds it against the bomb.
_BOMB_CRC = 0xE7AF0FC0


async def silent(connection: Connection, _head: bytes, _body: bytes) -> None:
    """Say nothing and keep the connection."""
    while connection.open:
        await asyncio.sleep(_PAUSE)


async def dripping_head(connection: Connection, head: bytes, body: bytes) -> None:
    """Send a byte a second from the status line on."""
    await _drip(connection, head + body)


async def dripping_body(connection: Connection, head: bytes, body: bytes) -> None:
    """Send the headers, then a byte of the body a second."""
    await connection.write(head)
    await _drip(connection, body)


async def endless_body(connection: Connection, head: bytes, _body: bytes) -> None:
    """Send a body without a length that goes on until the client has had enough."""
    await connection.write(_without(head, b"content-length"))
    while connection.open:
        await connection.write(_CHUNK)


async def endless_interim(connection: Connection, _head: bytes, _body: bytes) -> None:
    """Send interim answers, and never the final one."""
    while connection.open:
        await connection.write(_INTERIM * 64)
        await asyncio.sleep(0)


async def bad_status_line(connection: Connection, head: bytes, body: bytes) -> None:
    """Send a status line whose status is no number."""
    await connection.write(head.replace(b" 200 ", b" two-hundred ", 1) + body)
    connection.close()


async def two_lengths(connection: Connection, head: bytes, body: bytes) -> None:
    """Send two Content-Lengths that differ: where the body ends depends on who reads."""
    other = b"content-length: %d\r\n" % (len(body) // 2)
    await connection.write(head[:-2] + other + b"\r\n" + body)
    connection.close()


async def bad_chunks(connection: Connection, head: bytes, body: bytes) -> None:
    """Send a chunked body whose second chunk has no size."""
    head = _without(head, b"content-length")[:-2] + b"transfer-encoding: chunked\r\n\r\n"
    half = len(body) // 2
    first = b"%x\r\n%b\r\n" % (half, body[:half])
    await connection.write(head + first + b"size?\r\n" + body[half:])
    connection.close()


@cache
def bomb() -> bytes:
    """Return a gzip file of about a megabyte that decodes to more than a gigabyte of zeros.

    A flushed deflate block of one mebibyte, repeated: making it takes milliseconds.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(_MEBIBYTE)
    first = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    size = _BOMB * _MEBIBYTE % (1 << 32)
    trailer = _BOMB_CRC.to_bytes(4, "little") + size.to_bytes(4, "little")
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + first + block * (_BOMB - 1) + packer.flush(zlib.Z_FINISH) + trailer


async def _drip(connection: Connection, data: bytes) -> None:
    for place in range(len(data)):
        await connection.write(data[place : place + 1])
        await asyncio.sleep(_PAUSE)
        if not connection.open:
            return
    connection.close()


def _without(head: bytes, name: bytes) -> bytes:
    """Return a head without the header `name`, in lower case."""
    lines = head.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(name + b":"))
