"""Find the feeds of a site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..content import feeds
from ..fetch import Exchange, respond
from .pages import is_page, tree
from .visitor import Visitor, joined

FEED: Final = ", ".join(
    f'link[rel~="alternate" i][type="application/{kind}" i][href]'
    for kind in ("rss+xml", "atom+xml", "feed+json")
)
"""The elements of a page that name a feed."""

_MOST: Final = 3
"""Feeds that a check asks for."""


def found_feeds(pages: Iterable[Exchange], visitor: Visitor) -> tuple[str, ...]:
    """Return the paths of the feeds that readers can read: of each page the first, for the others
    are of its comments, which may all go.
    """
    firsts = [(page, tree(page).css_first(FEED)) for page in pages if is_page(page)]
    urls = [
        joined(page.probe.url, link.attributes["href"] or "")
        for page, link in firsts
        if link is not None
    ]
    paths = list(dict.fromkeys(visitor.paths_of(urls)))[:_MOST]
    return tuple(visitor.path_of(e.probe.url) or "/" for e in visitor.get(paths) if is_feed(e))


def is_feed(exchange: Exchange) -> bool:
    """Return whether an answer is a feed with items."""
    if exchange.status != 200:
        return False
    answer = respond(exchange)
    return feeds.problems(exchange.probe.url, answer.media_type, answer.content) == []
