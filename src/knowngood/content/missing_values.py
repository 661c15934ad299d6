"""Find where a value was not there: nothing, or a word such as ``undefined``, in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from .html import ancestors, page_title

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NOTHING: Final = {"None", "null", "undefined", "NaN", "[object Object]"}
_NO_TIME: Final = {*_NOTHING, "Invalid Date", "Invalid date"}  # of JavaScript, and of Moment
_PARTS_OF_TITLE: Final = re.compile(r"\s+[-\u2013\u2014|\u00b7:\u2022]\s+")
_NO_NUMBER: Final = re.compile(r">\s*+NaN\s*+<")
NO_AMOUNT: Final = re.compile(
    r"(?<=>)\s*+(?:[^<>:]{1,40}: ?)?(?:[$\u20ac\xa3\xa5]\s?(?:undefined|NaN)"
    r"|(?:undefined|NaN)\s?[$\u20ac\xa3\xa5])(?=\s*+<)"
)
_TABLES: Final = frozenset({"a", "code", "kbd", "li", "pre", "samp", "td", "th", "tt", "var"})
"""In these ``NaN`` is data or a name."""
_TITLES: Final = "title, h1, h2, h3"
_CODE: Final = "code, kbd, samp, tt, var"
_EMPTY_PART: Final = re.compile(
    r"[-\u2013\u2014|\u00b7:\u2022](?:\s.*)?|.*\s[-\u2013\u2014|\u00b7:\u2022]", re.S
)
_NO_DATE: Final = re.compile(r"-?000[01]-(?:01-01|00-00|11-30)(?!\d)")
"""The first day of Go's calendar and of .NET's, and of databases and PHP no day at all."""
_MERE: Final = frozenset({"class", "style", "itemprop"})
"""Attributes of a heading by which hardly a script finds it."""

MAY_BE_SOUND: Final = frozenset({"no date", "empty heading"})
"""What a page may have had since long ago."""


def problems(text: str, tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield kind and line of each value that is missing in a page, given as text and parsed."""
    headings = [node for node in tree.css(_TITLES) if node.css_first(_CODE) is None]
    titles = [(f"<{node.tag}>", node.text(strip=True)) for node in headings]
    times = [("<time>", text) for node in tree.css("time") if (text := node.text(strip=True))]
    empty = [(tag, text) for tag, text in titles if text in _NOTHING]
    empty += [(tag, text) for tag, text in times if text in _NO_TIME]
    for tag, text in empty or _parts_of_title(tree):
        yield "no text", f'{tag}: expected a text, found "{text}"'
    yield from (("empty heading", line) for line in _empty_headings(tree))
    yield from (("no date", line) for line in _no_dates(tree))
    yield from (("number", line) for line in _no_numbers(text, tree))


def _empty_headings(tree: LexborHTMLParser) -> Iterator[str]:
    """Yield a first heading that is empty, and that no script fills as it seems; and a title of
    which a part before or behind the name of the site is empty.
    """
    title = page_title(tree)
    if _EMPTY_PART.fullmatch(title):
        yield f'<title>: a part of it is empty: "{title}"'
    for node in tree.css("h1"):
        is_empty = not node.text(strip=True) and not node.css("*")[1:]
        if is_empty and _MERE.issuperset(node.attributes) and not _is_hidden(node):
            yield "<h1>: expected a text, found none"
            return


def _is_hidden(node: LexborNode) -> bool:
    return any(outer.tag == "template" or "hidden" in outer.attributes for outer in ancestors(node))


def _no_dates(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("time[datetime]"):
        date = (node.attributes["datetime"] or "").strip()
        if _NO_DATE.match(date):
            yield f'<time datetime="{date[:40]}">: no date'
            return


def _parts_of_title(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield the parts of a page's title in which a value was not there: ``undefined - Bread``. A
    page that is about one names it in its text, too; where scripts write the text, nobody knows.
    """
    for part in _NOTHING.intersection(_PARTS_OF_TITLE.split(page_title(tree))):
        body = tree.body.text(separator=" ") if tree.body is not None else ""
        if body.strip() and part not in body:
            yield "<title>", part


def _no_numbers(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return the texts that are no number, in place of one that a script or template reckons."""
    where = "p, div, span, b, strong, em, dd, button, label"
    nodes = tree.css(where) if _NO_NUMBER.search(text) else []
    return [
        f'<{node.tag}>: expected a text, found "NaN"'
        for node in nodes
        if node.text(deep=False).strip() == "NaN"
        and len(node.css("*")) == 1
        and _TABLES.isdisjoint(str(outer.tag) for outer in ancestors(node))
    ][:1]
