"""Check that an image is whole by its structure, without decoding it.

A copy that was changed on its way, as by a transfer of text, keeps its first and last bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Final

from . import well_formed

_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)
_SVG_START: Final = re.compile(
    rb"""<(?:[^\s<>/:"'=]{1,99}:)?svg(?=[\s/>])(?:[^"'<>]|"[^"]*+"|'[^']*+')*+(?:>|\Z)"""
)
_SVG_END: Final = re.compile(rb"""</(?:[^\s<>/:"'=]{1,99}:)?svg\s*+>""")
"""The element may have a prefix, and a blank behind its name."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

_CUT: Final = "cut short: it does not end as every .{} file does"
_MOST_PARTS: Final = 100_000
"""Chunks or blocks of an image that are looked at: one of 10 MB has some 1,200."""


def problem(kind: str, body: bytes) -> str:
    """Return why the image ``body`` is not whole; empty if nothing shows it. ``kind`` is the ending
    of its name; the first bytes must be right.
    """
    judge = _JUDGES.get(kind)
    return judge(body) if judge else ""


def _svg_problem(body: bytes) -> str:
    """Any comment may follow the root element, and so the end tag stands anywhere."""
    text = body.decode("utf-16", "replace").encode() if body.startswith(_UTF_16) else body
    text = _COMMENT.sub(b"", text)
    root = _SVG_START.search(text)
    if root is None:
        return "no .svg file: there is no <svg> element"
    is_closed = root[0].endswith(b"/>") or _SVG_END.search(text, root.end())
    return well_formed.trouble(body) if is_closed else "cut short: </svg> is missing"


def _png_problem(body: bytes) -> str:
    """Only chunks without which there is no picture are compared with their CRC-32: browsers leave
    out others. See https://www.w3.org/TR/png/.
    """
    place, names, view = 8, set[bytes](), memoryview(body)
    for _ in range(_MOST_PARTS):
        size, name = int.from_bytes(body[place : place + 4]), body[place + 4 : place + 8]
        end = place + 8 + size
        if len(body) < end + 4:
            return _CUT.format("png")
        is_critical = name[:1].isupper()
        if is_critical and zlib.crc32(view[place + 4 : end]) != int.from_bytes(body[end : end + 4]):
            return f"damaged: the CRC-32 of its chunk at byte {place} is wrong"
        if not names and (name != b"IHDR" or not all(_png_size(body))):
            return "no picture: its header says no width and height"
        if name == b"IEND":
            return "" if b"IDAT" in names else "no picture: it has no chunk IDAT"
        names.add(name)
        place = end + 4
    return ""


def _png_size(body: bytes) -> tuple[int, int]:
    return int.from_bytes(body[16:20]), int.from_bytes(body[20:24])


def _gif_problem(body: bytes) -> str:
    """Return whether no image comes before the end, or before what is no block: browsers stop
    there. See https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
    """
    if b";" not in body[-64:]:
        return _CUT.format("gif")
    flags = body[10] if len(body) > 10 else 0
    place = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    for _ in range(_MOST_PARTS):
        if body[place : place + 1] != b"!":
            break
        place += 2
        while body[place : place + 1] not in {b"", b"\0"}:
            place += 1 + body[place]
        place += 1
    return "" if body[place : place + 1] in {b",", b"!"} else "no picture: it has no image block"


_JUDGES: Final[dict[str, Callable[[bytes], str]]] = {
    "gif": _gif_problem,
    "png": _png_problem,
    "svg": _svg_problem,
}
