"""Check that an image is whole by its structure, without decoding it.

A copy that was changed on its way, as by a transfer of text, keeps its first and last bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Final

from . import media_types

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

LARGEST_XML: Final = 4 << 20
"""Bytes of a file that is judged, in a tenth of a second."""

LARGEST_XML_WITH_ENTITIES: Final = 256 << 10
"""Bytes of one that declares entities: drawing programs do, for the names of their namespaces."""

_LONGEST_ENTITY: Final = 1000
_ENCODING: Final = re.compile(rb"<\?xml\b[^>]{0,200}\bencoding\b")
_MAY_DO_WITHOUT: Final = re.compile(rb"<!DOCTYPE|<font\b")
"""A type may declare the namespace; fonts are no images."""

_SVG: Final = "http://www.w3.org/2000/svg"
_OF_SYNTAX: Final = frozenset({2, 3, 4, 5, 7, 8, 9, 11, 14, 17, 20, 27, 30})
"""The codes of expat's errors by which no browser reads a file: tags, attributes, tokens, unknown
entities and prefixes, what stands before or behind the document. Others are of charsets, of
document type definitions, and of expat's own limits."""


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
    return xml_trouble(body) if is_closed else "cut short: </svg> is missing"


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


class _NotJudged(Exception):
    """An entity that may grow."""


def xml_trouble(source: bytes) -> str:
    """Return why an SVG is no well-formed XML, or does not say that it is SVG; empty if nothing
    shows it. Browsers show no such file. expat stops where entities grow beyond measure; where they
    might, a file is not judged.

    What is in another charset than XML's own may be right by its Content-Type, and is not judged.
    """
    has_entities = b"<!ENTITY" in source
    if len(source) > (LARGEST_XML_WITH_ENTITIES if has_entities else LARGEST_XML):
        return ""
    if not (media_types.is_utf_8(source) or source.startswith(_UTF_16) or _ENCODING.match(source)):
        return ""
    return _parsed(source)


def _parsed(source: bytes) -> str:
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = _refuse_growth
    first: list[str] = []
    parser.StartElementHandler = lambda name, _attributes: first.extend([name] * (not first))
    try:
        parser.Parse(source, True)
    except (_NotJudged, LookupError, ValueError):  # the last two of charsets
        return ""
    except expat.ExpatError as error:
        if error.code not in _OF_SYNTAX:
            return ""
        return f"not well-formed XML: {expat.ErrorString(error.code)} at line {error.lineno}"
    plain = not source.startswith(_UTF_16)
    if first == ["svg"] and plain and not _MAY_DO_WITHOUT.search(source):
        return f"<svg> without xmlns={_SVG!r}: no browser draws it"
    return ""


def _refuse_growth(_name: str, _parameter: bool, value: str | None, *_others: object) -> None:
    if value is not None and ("&" in value or "%" in value or len(value) > _LONGEST_ENTITY):
        raise _NotJudged
