"""Compare the texts of pages, to see whether one is in its own language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_NOT_READ: Final = frozenset(
    {"code", "iframe", "noembed", "noframes", "noscript", "pre", "script", "style", "svg"}
    | {"template", "textarea", "xmp"}
)
_LETTERS: Final = 4  # of a shorter text, such as "OK", languages have the same
_TEXTS: Final = 4  # a page with fewer is not judged
_SHARE: Final = 0.9  # of the texts of a page; names and numbers are the same in all languages

MANY: Final = 3  # pages that are alike: two may have become one

_MAIN: Final = "main, [role=main]"
_SHOWN: Final = "audio, canvas, embed, iframe, img, input, object, svg, video, template"
"""What a part of a page may hold in place of texts, or what may become one."""


def of(tree: LexborHTMLParser) -> frozenset[str]:
    """Return the texts of a page that a translator translates, each as it stands in one element."""
    return frozenset(filter(is_translated, shown(tree)))


def is_translated(text: str) -> bool:
    """Return whether a text has so many letters that languages differ in it."""
    return sum(map(str.isalpha, text)) >= _LETTERS


def shown(tree: LexborHTMLParser) -> frozenset[str]:
    """Return all texts of a page but code, each as it stands in one element."""
    return frozenset(
        " ".join(node.text(deep=False).split())
        for node in tree.css("title, body, body *:not(:is(pre, code) *)")
        if node.tag not in _NOT_READ
    )


def is_blank(tree: LexborHTMLParser, *, is_scripted: bool) -> bool:
    """Return whether the main part of a page shows nothing; False for a page without one. What has
    an id, or is an element of the site's own, is not blank if scripts may fill it.
    """
    main = tree.css_first(_MAIN)
    if main is None or main.css_first(_SHOWN) is not None:
        return False
    parts = [main, *main.css("*")]
    if is_scripted and any("id" in part.attributes or "-" in (part.tag or "") for part in parts):
        return False
    return not any(part.text(deep=False).strip() for part in parts if part.tag not in _NOT_READ)


def has_main_text(tree: LexborHTMLParser) -> bool:
    """Return whether a page says something in its main part."""
    return tree.css_first(_MAIN) is not None and not is_blank(tree, is_scripted=False)


def are_borrowed(own: frozenset[str], others: frozenset[str]) -> bool:
    """Return whether a page has the texts of one in another language in place of its own.

    Nine of ten must be the same, byte by byte, since languages that are close to each other share
    some, and every language some names.
    """
    return len(own) >= _TEXTS and len(own & others) >= _SHARE * len(own)


def most_alike(pages: Sequence[frozenset[str]]) -> list[int]:
    """Return which of ``pages``, by their places, have the same texts, if these are three at least
    and most of all: one page came in place of others. Empty if they differ, as pages do.
    """
    (same, number), *_ = Counter(filter(None, pages)).most_common(1) or [(frozenset(), 0)]
    is_most = number >= MANY and 2 * number > len(pages)
    return [place for place, own in enumerate(pages) if own == same] if is_most else []


def distinct(own: frozenset[str], others: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the texts of a page without those that the page has in every language, such as the
    names in a menu of languages; all of them if too few are left to judge by. ``others`` are its
    texts in two other languages at least: of one, all that it borrows would be left out.
    """
    texts = own.difference(own.intersection(*others)) if len(others) > 1 else own
    return texts if len(texts) >= _TEXTS else own
