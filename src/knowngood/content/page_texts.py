"""The texts of a page, to tell by them whether it is in the language that it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_NOT_READ: Final = {"code", "noscript", "pre", "script", "style", "svg", "template"}
_LETTERS: Final = 4  # of a shorter text, such as "OK", languages have the same
_TEXTS: Final = 4  # a page with fewer is not judged
_SHARE: Final = 0.9  # of the texts of a page; names and numbers are the same in all languages


def of(tree: LexborHTMLParser) -> frozenset[str]:
    """Return the texts of a page that a translator translates, each as it stands in one element."""
    texts = (
        " ".join(node.text(deep=False).split())
        for node in tree.css("title, body, body *")
        if node.tag not in _NOT_READ
    )
    return frozenset(text for text in texts if sum(map(str.isalpha, text)) >= _LETTERS)


def borrowed_from(own: frozenset[str], others: Mapping[str, frozenset[str]]) -> str | None:
    """Return the first key of ``others`` whose texts a page has in place of its own; None if none.

    ``others`` are pages in other languages. Nine of ten texts must be the same, byte by byte, since
    languages that are close to each other share some, and every language some names.
    """
    if len(own) < _TEXTS:
        return None
    borrowed = (key for key, texts in others.items() if len(own & texts) >= _SHARE * len(own))
    return next(borrowed, None)
