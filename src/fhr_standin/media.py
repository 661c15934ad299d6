"""Small real images and plausible fonts, made from a seed: the same seed, the same bytes."""

import hashlib
import struct
import zlib

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(seed: str, size: int = 16) -> bytes:
    """Return a valid square RGB image of `size` pixels a side."""
    base = _filler(seed, 3)
    rows = (
        b"\x00" + b"".join(bytes((c + x * y) % 256 for c in base) for x in range(size))
        for y in range(size)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        _PNG_SIGNATURE
        + _png_chunk(b"IHDR", header)
        + _png_chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _png_chunk(b"IEND", b"")
    )


def gif(seed: str) -> bytes:
    """Return a valid image of one coloured pixel."""
    colours = _filler(seed, 6)
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + colours
    # Two-bit LZW: clear code, colour 0, end code, packed from the low bit up.
    return screen + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00\x3b"


def svg(seed: str) -> bytes:
    """Return an image of one circle."""
    colour = _filler(seed, 3).hex()
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">'
        f'<title>{seed}</title><circle cx="16" cy="16" r="14" fill="#{colour}"/></svg>\n'
    ).encode()


def svg_font(seed: str, anchor: str) -> bytes:
    """Return an SVG font of one box glyph; stylesheets name it by `#anchor`."""
    width = 400 + _filler(seed, 1)[0]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg"><defs>'
        f'<font id="{anchor}" horiz-adv-x="{width}"><font-face units-per-em="1000"/>'
        '<missing-glyph d="M50 0h300v700h-300z"/></font></defs></svg>\n'
    ).encode()


def ttf(seed: str) -> bytes:
    """Return an sfnt container with a right directory and checksums; its tables are filler."""
    tags = (b"cmap", b"glyf", b"head", b"loca", b"maxp")
    tables = {tag: _filler(f"{seed} {tag!r}", 192) for tag in tags}
    offset = 12 + 16 * len(tables)
    directory = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 16)
    for tag, data in tables.items():
        total = sum(struct.unpack(">48I", data)) & 0xFFFFFFFF
        directory += tag + struct.pack(">III", total, offset, len(data))
        offset += len(data)
    return directory + b"".join(tables.values())


def woff(seed: str) -> bytes:
    """Return the same font as `ttf(seed)` in a WOFF container, tables stored as they are."""
    font = ttf(seed)
    (count,) = struct.unpack_from(">H", font, 4)
    start, shift = 12 + 16 * count, 44 + 20 * count
    entries = b""
    for index in range(count):
        tag, total, offset, size = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        entries += struct.pack(">4sIIII", tag, offset - start + shift, size, size, total)
    body = entries + font[start:]
    header = struct.pack(
        ">4sIIHHIHH5I", b"wOFF", 0x00010000, 44 + len(body), count, 0, len(font), 1, 0, *[0] * 5
    )
    return header + body


def eot(seed: str) -> bytes:
    """Return the same font as `ttf(seed)` behind an Embedded OpenType header."""
    font = ttf(seed)
    names = b"\x00" * 18
    size = 82 + len(names) + len(font)
    fixed = struct.pack("<III", size, len(font), 0x00020001).ljust(34, b"\x00") + b"LP"
    return fixed.ljust(82, b"\x00") + names + font


def _filler(seed: str, size: int) -> bytes:
    return hashlib.shake_128(seed.encode()).digest(size)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
