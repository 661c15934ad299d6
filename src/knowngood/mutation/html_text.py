"""Find the tags of a page in its text, so that a change leaves the rest as it was.

A parser would write the whole page anew. Every rule here takes time linear in the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Final, NamedTuple

from ..content.open_elements import TEXT_ELEMENTS

MOST_TAGS: Final = 20_000
"""Most tags that are read of a page. The heaviest pages of the web have about as many elements."""

_QUOTED: Final = r"""=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))"""
_REST: Final = rf"(?:{_QUOTED}|[^>])*+(?:>|\Z)"
_TOKEN: Final = re.compile(
    rf"""
      <!--.*?(?:-->|\Z)
    | (?P<start><(?P<name>[a-z][^\s/>]*+){_REST})
    """,
    re.I | re.S | re.X,
)
_ATTRIBUTE: Final = re.compile(
    r"""
      \s*+(?P<name>[^\s=>/"'<]++)(?:\s*+=\s*+(?P<value>"[^"]*+"|'[^']*+'|[^\s>]++))?
    | \s++ | [=/"'<>]
    """,
    re.X,
)
_END_TAGS: Final = {name: re.compile(rf"</{name}\b[^>]*+(?:>|\Z)", re.I) for name in TEXT_ELEMENTS}


class Tag(NamedTuple):
    """A start tag.

    Attributes:
        name: its name in lower case.
        start: where it starts.
        inner: where it ends.
        end: where its element ends, if that holds only text; ``inner`` for other elements.
        holds_text: whether its element holds only text, as ``<script>`` does.
    """

    name: str
    start: int
    inner: int
    end: int
    holds_text: bool


class Attribute(NamedTuple):
    """An attribute of a tag.

    Attributes:
        value: its value; empty without one.
        start: where it starts, with the white space before it.
        end: where it ends.
    """

    value: str
    start: int
    end: int


@lru_cache(maxsize=2)  # several mutations read the same page one after the other
def tags(text: str) -> tuple[Tag, ...]:
    """Return the start tags of a page, without those in comments, scripts and the like."""
    return tuple(islice(_tags(text), MOST_TAGS))


def _tags(text: str) -> Iterator[Tag]:
    place = 0
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token["start"] is not None:
            name = token["name"].lower()
            end = _end_of_element(text, name, place)
            yield Tag(name, token.start(), place, end, name in TEXT_ELEMENTS)
            place = end


def _end_of_element(text: str, name: str, inner: int) -> int:
    """Return where an element ends that holds only text; ``inner`` for other elements.

    An element that is never closed ends with the page.
    """
    if name not in TEXT_ELEMENTS:
        return inner
    end_tag = _END_TAGS[name].search(text, inner)
    return end_tag.end() if end_tag else len(text)


def attributes(text: str, tag: Tag) -> dict[str, Attribute]:
    """Return the attributes of a tag by name, in lower case; the first of equal names."""
    by_name: dict[str, Attribute] = {}
    for match in _ATTRIBUTE.finditer(text, tag.start + 1 + len(tag.name), tag.inner):
        if match["name"] is not None:
            value = unescape((match["value"] or "").strip("\"'"))
            by_name.setdefault(match["name"].lower(), Attribute(value, *match.span()))
    return by_name


def value_of(text: str, tag: Tag, name: str) -> str | None:
    """Return the value of an attribute without blanks around it; None for a tag without it."""
    attribute = attributes(text, tag).get(name)
    return attribute.value.strip() if attribute else None


def text_behind(text: str, tag: Tag) -> tuple[int, int]:
    """Return start and end of the text between a tag and the next, without white space around it.

    Both are the same if there is no text.
    """
    end = text.find("<", tag.inner)
    piece = text[tag.inner : end if end >= 0 else len(text)]
    start = tag.inner + len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
