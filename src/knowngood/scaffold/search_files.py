"""Find out what a deployment says to search engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..content import search_engines
from ..fetch import Exchange, respond
from .pages import LISTABLE, is_page, sitemap_urls
from .visitor import is_ok

_SITEMAPS: Final = 2
"""Sitemaps that a check asks for: what is left over from staging stands in each."""


@dataclass(frozen=True, slots=True)
class Search:
    """How search engines may list the pages.

    Attributes:
        hosts: of the pages, and of the addresses that they and the sitemaps give; none if there is
            nothing to list, or search engines are kept out.
        files: the paths of robots.txt, which may be there one day, and of sitemaps.
    """

    hosts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def search(pages: Iterable[Exchange], answered: Mapping[str, Exchange]) -> Search:
    """Return how search engines may list ``pages``. ``answered`` are all answers, by path."""
    sound = [exchange for exchange in pages if is_page(exchange)]
    if not sound:
        return Search()
    maps = [path for path, exchange in answered.items() if _is_sitemap(exchange)]
    files = ["/robots.txt", *maps[:_SITEMAPS]]
    there = [answered[path] for path in files if path in answered]
    answers = [respond(one) for one in [*sound, *there] if is_ok(one.answer)]
    hosts = [host for host in search_engines.hosts(answers) if LISTABLE.fullmatch(host)]
    if search_engines.problems(answers, hosts):
        return Search()
    return Search(tuple(hosts), tuple(files))


def _is_sitemap(exchange: Exchange) -> bool:
    return is_ok(exchange.answer) and bool(
        "xml" in respond(exchange).media_type and sitemap_urls(exchange)
    )
