"""Parse HTML as browsers do, within limits of memory and time.

A page of 7 KB can become 100 MB of elements: what one paragraph leaves open (``<b>``, ``<font>``)
is opened again in the next. The time for nesting and attributes grows with the square of their
number. So a page that is not small is first parsed in :mod:`.sandbox`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ..safety import ContentTooLarge
from . import sandbox
from .result_cache import cached_by_content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

LARGEST: Final = 2 << 20
"""Characters of a page that is parsed. The heaviest pages of the web have a megabyte."""

SMALL: Final = 64 * 1024
"""Characters up to which the worst run of attributes takes a second."""

ELEMENTS: Final = 20_000
"""Elements that a page can come to, at most, to be parsed without the sandbox: 8 MB of them."""

DOM: Final = 24 << 20
"""Bytes that a page may take once parsed. One of a megabyte with 24,000 elements takes 15 MB."""

_TAG: Final = re.compile("<[a-z]|</[bp]", re.I)  # "</p>" and "</br>" make elements, too
_OPENED_AGAIN: Final = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]", re.I
)


def load_parser() -> None:
    """Import the parser now, and not with the first page."""
    from selectolax import lexbor  # noqa: F401


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements that a node stands in, the innermost first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def parse(text: str) -> LexborHTMLParser:
    """Return the document of a page. Raises ContentTooLarge for one that is too large or too deep.

    The latest few are kept, for checks that read the same pages one after the other.
    """
    return _parsed_after_sandbox(text) if needs_sandbox(text) else _parsed(text)


def parse_once(text: str) -> LexborHTMLParser:
    """Return the document of a page that is read only once: it is not kept."""
    if needs_sandbox(text):
        try_in_sandbox(text)
    return _document(text)


def needs_sandbox(text: str) -> bool:
    """Return whether parsing ``text`` might take much memory or time. Raises ContentTooLarge for
    a page that is too large in any case.
    """
    if len(text) > LARGEST:
        raise ContentTooLarge(
            f"a page of {len(text)} characters: too large to be judged (most: {LARGEST})"
        )
    return len(text) > SMALL or _most_elements(text) > ELEMENTS


@lru_cache(maxsize=8)
def _most_elements(text: str) -> int:
    """Return the most elements that a page can come to: every tag may open again all that were
    left open.
    """
    return len(_TAG.findall(text)) * (1 + len(_OPENED_AGAIN.findall(text)))


def try_in_sandbox(text: str) -> None:
    """Parse a page in another process. Raises ContentTooLarge for one that takes too much."""
    why = _limit_exceeded(text.encode("utf-8", "replace"))
    if why:
        raise ContentTooLarge(f"the page {why} once parsed: too deep to be judged")


@cached_by_content
def _limit_exceeded(page: bytes) -> str:
    try:
        sandbox.parse("html", page, DOM)
    except sandbox.SandboxLimit as error:
        return str(error)
    return ""


@lru_cache(maxsize=4)
def _parsed(text: str) -> LexborHTMLParser:
    return _document(text)


@lru_cache(maxsize=1)
def _parsed_after_sandbox(text: str) -> LexborHTMLParser:
    try_in_sandbox(text)
    return _document(text)


def _document(text: str) -> LexborHTMLParser:
    from selectolax.lexbor import LexborHTMLParser

    # A byte-order mark says how bytes are encoded; the parser would take it for the first text.
    return LexborHTMLParser(text.removeprefix("\ufeff"))


def attribute_of(tree: LexborHTMLParser, tag: str, name: str) -> str:
    """Return this attribute of the first element of a kind that has it; empty without one."""
    node = tree.css_first(f"{tag}[{name}]")
    return (node.attributes.get(name) or "") if node is not None else ""


def page_title(tree: LexborHTMLParser) -> str:
    """Return the title that browsers show: that of the first such element, which may stand in the
    body, where a server sends it late; but not of one in a picture. Empty if there is none.
    """
    titles = (n for n in tree.css("title") if all(a.tag != "svg" for a in ancestors(n)))
    return next((node.text(strip=True) for node in titles), "")
