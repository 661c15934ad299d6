"""Which stylesheets of a page are in force on a screen, by the elements that load them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from . import css, written_urls
from .media_types import media_type

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_SCREENS: Final = {"all", "screen"}
_MEDIUM: Final = re.compile(r"\s*(?:only\s+)?([a-z][\w-]*)\s*(?:and\b|\Z)")


class StylesheetLinks(NamedTuple):
    """The URLs of the stylesheets that a page links.

    Attributes:
        in_force: those that a screen shows, if some only after a script of their own element.
        idle: all others.
    """

    in_force: frozenset[str]
    idle: frozenset[str]


def of(tree: LexborHTMLParser, url: str) -> StylesheetLinks:
    """Return the stylesheets that the page of ``url`` links."""
    base = written_urls.base(tree, url)
    in_force, others = set[str](), set[str]()
    for node in tree.css("link[rel][href]"):
        urls = in_force if _is_in_force(node) else others
        urls.add(written_urls.resolved(base, node.attributes.get("href") or ""))
    return StylesheetLinks(frozenset(in_force), frozenset(others - in_force))


def are_there(tree: LexborHTMLParser, url: str) -> bool:
    """Return whether the page of ``url`` has styles for a screen, linked or within it."""
    return bool(of(tree, url).in_force) or styles_itself(tree)


def styles_itself(tree: LexborHTMLParser) -> bool:
    """Return whether a ``<style>`` element of the page declares anything for a screen."""
    return any(
        css.says_something(node.text(deep=True).encode())
        for node in tree.css("style")
        if _is_for_screens((node.attributes.get("media") or "").lower())
    )


def _is_in_force(link: LexborNode) -> bool:
    """Return whether a link is a stylesheet for screens. With ``onload`` one for print, or one that
    is only loaded ahead, becomes that: so pages do not wait for it.
    """
    values = {name: (value or "").lower() for name, value in link.attributes.items()}
    relations = set(values["rel"].split())
    if "preload" in relations and values.get("as", "").strip() == "style" and "onload" in values:
        return True
    return (
        "stylesheet" in relations
        and "alternate" not in relations
        and "disabled" not in values
        and media_type(values.get("type")) in {"", "text/css"}
        and ("onload" in values or _is_for_screens(values.get("media", "")))
    )


def media_named(media: str) -> list[str]:
    """Return the medium that each query of a ``media`` names; empty for one of conditions alone,
    with ``not``, and for what is no query at all.
    """
    named = [_MEDIUM.match(query) for query in media.lower().split(",")]
    return [match[1] if match else "" for match in named]


def _is_for_screens(media: str) -> bool:
    """In doubt it is."""
    return any(medium in {"", *_SCREENS} for medium in media_named(media))
