"""Check that an SVG is well-formed XML and says that it is SVG: browsers show no other.

expat reads no other file, and stops where entities grow beyond measure; where they might, a file is
not judged.
"""

from __future__ import annotations

import re
from typing import Final

from . import media_types

LARGEST: Final = 4 << 20
"""Bytes of a file that is judged, in a tenth of a second."""

LARGEST_WITH_ENTITIES: Final = 256 << 10
"""Bytes of one that declares entities: drawing programs do, for the names of their namespaces."""

_LONGEST_ENTITY: Final = 1000
_ENCODING: Final = re.compile(rb"<\?xml\b[^>]{0,200}\bencoding\b")
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16
_MAY_DO_WITHOUT: Final = re.compile(rb"<!DOCTYPE|<font\b")
"""A type may declare the namespace; fonts are no images."""
_SVG: Final = "http://www.w3.org/2000/svg"
_OF_SYNTAX: Final = frozenset({2, 3, 4, 5, 7, 8, 9, 11, 14, 17, 20, 27, 30})
"""The codes of expat's errors by which no browser reads a file: tags, attributes, tokens, unknown
entities and prefixes, what stands before or behind the document. Others are of charsets, of
document type definitions, and of expat's own limits."""


class _NotJudged(Exception):
    """An entity that may grow."""


def trouble(source: bytes) -> str:
    """Return why ``source`` is not well-formed, with the line; empty if nothing shows it.

    What is in another charset than XML's own may be right by its Content-Type, and is not judged.
    """
    has_entities = b"<!ENTITY" in source
    if len(source) > (LARGEST_WITH_ENTITIES if has_entities else LARGEST):
        return ""
    if not (media_types.is_utf_8(source) or source.startswith(_MARKS) or _ENCODING.match(source)):
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
    plain = not source.startswith(_MARKS)
    if first == ["svg"] and plain and not _MAY_DO_WITHOUT.search(source):
        return f"<svg> without xmlns={_SVG!r}: no browser draws it"
    return ""


def _refuse_growth(_name: str, _parameter: bool, value: str | None, *_others: object) -> None:
    if value is not None and ("&" in value or "%" in value or len(value) > _LONGEST_ENTITY):
        raise _NotJudged
