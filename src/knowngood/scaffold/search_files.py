"""Find out what a deployment says to search engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from ..content import search_engines
from ..fetch import Exchange, respond, search_entry
from .pages import LISTABLE, is_page, sitemap_urls

_SITEMAPS: Final = 2
"""Sitemaps that a check asks for: what is left over from staging stands in each."""

_ROBOTS: Final = "/robots.txt"


@dataclass(frozen=True, slots=True)
class Search:
    """How search engines may list the pages.

    Attributes:
        hosts: of the pages, and of the addresses that they and the sitemaps give; none if there is
            nothing to list, or search engines are kept out.
        robots: the path of robots.txt, which may be there one day; empty if a page is there.
        has_robots: whether it is there, and has rules.
        sitemaps: their paths.
    """

    hosts: tuple[str, ...] = ()
    robots: str = ""
    has_robots: bool = False
    sitemaps: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """What a check asks for beside pages."""
        return (*filter(None, [self.robots]), *self.sitemaps)


def search(pages: Iterable[Exchange], answered: Mapping[str, Exchange]) -> Search:
    """Return how search engines may list ``pages``. ``answered`` are all answers, by path."""
    sound = [exchange for exchange in pages if is_page(exchange)]
    if not sound:
        return Search()
    maps = [path for path, exchange in answered.items() if _is_sitemap(exchange)][:_SITEMAPS]
    robots = [answered[_ROBOTS]] if _ROBOTS in answered and answered[_ROBOTS].status == 200 else []
    there = [*sound, *(answered[path] for path in maps), *robots]
    entries = [search_entry(respond(exchange)) for exchange in there]
    hosts = [host for host in search_engines.hosts(entries) if LISTABLE.fullmatch(host)]
    if search_engines.problems(entries, hosts):
        return Search()
    return Search(
        tuple(hosts),
        robots="" if any(map(is_page, robots)) else _ROBOTS,
        has_robots=any(map(_has_rules, robots)),
        sitemaps=tuple(maps),
    )


def _has_rules(robots: Exchange) -> bool:
    response = respond(robots)
    return response.media_type == "text/plain" and b":" in response.content


def _is_sitemap(exchange: Exchange) -> bool:
    is_xml = exchange.status == 200 and respond(exchange).media_type in search_engines.XML
    return is_xml and bool(sitemap_urls(exchange)) and _is_whole(respond(exchange).content)


def _is_whole(xml: bytes) -> bool:
    try:
        ElementTree.fromstring(xml)  # noqa: S314 - expat bounds what entities make of a document
    except ElementTree.ParseError:
        return False
    return True
