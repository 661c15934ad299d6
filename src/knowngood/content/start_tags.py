"""Find start tags that a pasted character spoils."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

_NO_BLANK: Final = re.compile(r"[\u00a0\u2000-\u200b\u200e\u200f\u202f\u2060\u3000\ufeff]")
"""What looks like a blank, or like nothing: in a tag it is a letter of a name."""
_NO_QUOTE: Final = re.compile(r"[\u2018-\u201f]")
"""A typographic quote, which opens no value of an attribute."""
_ODD_IN_TAG: Final = re.compile(rf"<[A-Za-z][^<>]*(?:{_NO_BLANK.pattern}|{_NO_QUOTE.pattern})")
_NAMES: Final = ("id", "class", "for", "name", "rel", "type", "lang", "dir")
"""Attributes whose value is a name, and no text."""


def problems(text: str, tree: LexborHTMLParser) -> Iterator[str]:
    """Yield the first start tag in which a character that was pasted spoils a name: ``<div id=x>``
    with a no-break space is an element of another kind, without an id.
    """
    for node in tree.css("*") if _ODD_IN_TAG.search(text) else ():
        names = [str(node.tag), *(name for name in node.attributes if re.search("[a-z]", name))]
        blank = next(filter(None, map(_NO_BLANK.search, names)), None)
        if blank:
            yield f"<{_NO_BLANK.sub(' ', names[0])}>: U+{ord(blank[0]):04X} in place of a blank"
            return
        values = [node.attributes.get(name) or "" for name in _NAMES]
        if any(map(_NO_QUOTE.search, names)) or any(map(_NO_QUOTE.match, values)):
            yield f"<{node.tag}>: a typographic quote around the value of an attribute"
            return
