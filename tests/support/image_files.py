"""The smallest images that are whole."""

import zlib

GIF = b"GIF89a\x01\0\x01\0\0\0\0" + b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file with its length and CRC-32."""
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


PNG = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        png_chunk(b"IHDR", (1).to_bytes(4) * 2 + b"\x08\0\0\0\0"),
        png_chunk(b"IDAT", b"pixels"),
        png_chunk(b"IEND", b""),
    ]
)
