"""Read what a site says to search engines: whether they may list its pages, and by which addresses.

What is left over from staging says so for the whole site, and no reader of a page sees it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from . import robots, written_urls

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_IN_PAGES: Final = {
    '<link rel="canonical">': ('link[rel~="canonical" i]', "href"),
    '<meta property="og:url">': ('meta[property="og:url" i]', "content"),
    '<link rel="alternate" hreflang>': ('link[rel~="alternate" i][hreflang]', "href"),
}
"""By what gives an address of the page: its selector, and the attribute that holds the address."""

XML: Final = frozenset({"application/xml", "text/xml"})
"""Media types of sitemaps."""

_SITEMAP: Final = "<loc>"
_LOCATION: Final = re.compile(r"<loc>(?:\s*<!\[CDATA\[)?([^<\]]{1,2048})")
"""A URL of a sitemap, whose files have up to 50 MB: too many for a tree."""

_INDEX: Final = re.compile(rb"<sitemapindex[\s>]")
_ROBOTS: Final = 'meta[name="robots" i], meta[name="googlebot" i]'
_FORBIDS: Final = re.compile(r"(?:^|,|googlebot\s*:)\s*(?:noindex|none)\s*(?:,|$)", re.I)
_OF_ANOTHER_ROBOT: Final = re.compile(r"\s*(?!googlebot|max-|unavailable)[\w-]+\s*:", re.I)


class SearchEntry(NamedTuple):
    """What one answer says to search engines.

    Attributes:
        url: that of the answer.
        addresses: URLs by which to list pages, each after what gives it.
        is_page: whether it is a page, which may be listed itself.
        forbids: the header or element by which a page forbids that; empty if it does not.
        robots: the rules of a robots.txt; empty for all else.
    """

    url: str
    addresses: tuple[tuple[str, str], ...]
    is_page: bool
    forbids: str
    robots: bytes

    @property
    def path(self) -> str:
        """The path of its URL."""
        return urlsplit(self.url).path or "/"


def of_answer(
    url: str, media: str, body: bytes, tree: LexborHTMLParser | None, tags: Sequence[str]
) -> SearchEntry:
    """Return what an answer of this media type says. ``tree`` is that of a page, None for all else;
    ``tags`` are the values of its X-Robots-Tag headers. An index of sitemaps gives no addresses:
    they may lie on another host.
    """
    written: list[tuple[str, str]] = []
    base = url if tree is None else written_urls.base(tree, url)
    if tree is not None:
        for what, (selector, attribute) in _IN_PAGES.items():
            nodes = tree.css(selector)
            written += [(what, (node.attributes.get(attribute) or "").strip()) for node in nodes]
    elif media in XML and not _INDEX.search(body):
        written += [(_SITEMAP, location) for location in locations(body)]
    absolute = ((what, _absolute(base, address)) for what, address in written)
    addresses = (pair for pair in absolute if pair[1].startswith(("http://", "https://")))
    is_robots = urlsplit(url).path == "/robots.txt" and tree is None
    forbids = "" if tree is None else _forbids_listing(tree, tags)
    return SearchEntry(url, tuple(addresses), tree is not None, forbids, body if is_robots else b"")


def locations(sitemap: bytes) -> list[str]:
    """Return the URLs of a sitemap (sitemaps.org)."""
    urls = _LOCATION.findall(sitemap.decode("utf-8", "replace"))
    return [unescape(url).strip() for url in urls]


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # no URL, as `//[`
        return ""


def hosts(entries: Iterable[SearchEntry]) -> list[str]:
    """Return the hosts of answers, and of the addresses that they give."""
    urls = {url for entry in entries for url in (entry.url, *(url for _, url in entry.addresses))}
    return sorted(set(map(_host, urls)))


def problems(entries: Sequence[SearchEntry], hosts: Collection[str]) -> list[str]:
    """Return what keeps search engines from listing pages under ``hosts``, each in one line. A page
    of another host, as of a stage, may forbid to be listed, and give its own address.
    """
    own = {_host(f"//{name}") for name in hosts}
    if not own:
        return []
    pages = [entry for entry in entries if entry.is_page]
    listed = [page for page in pages if _host(page.url) in own]
    return [*_forbidden(listed, entries), *_strangers(entries, own, alone=len(pages) < 2)]


def _forbidden(pages: Sequence[SearchEntry], entries: Iterable[SearchEntry]) -> Iterator[str]:
    """Yield that search engines may list no page, or ask for none; one may be kept from them."""
    if pages and all(page.forbids for page in pages):
        first = pages[0]
        yield f"no page may be listed by search engines: {first.path} says {first.forbids}"
    for rules in (robots.rules(entry.robots) for entry in entries if entry.robots):
        if pages and not any(rules.can_fetch(page.url, "Googlebot") for page in pages):
            yield "/robots.txt forbids every page to search engines"


def _strangers(
    entries: Iterable[SearchEntry], own: Collection[str], *, alone: bool
) -> Iterator[str]:
    """Yield the kinds of addresses of which none is of the site. One address is not enough, unless
    its page is ``alone``: an article may name another site as where it is from.
    """
    given: dict[str, list[tuple[SearchEntry, str]]] = {}
    for entry in entries:
        for what, url in entry.addresses:
            given.setdefault(what, []).append((entry, url))
    for what, cases in given.items():
        entry, url = cases[0]
        are_ours = any(_host(one) in {*own, _host(page.url)} for page, one in cases)
        if not are_ours and (alone or len(cases) > 1):
            more = f", and {len(cases) - 1} more" if len(cases) > 1 else ""
            yield f"{what} names no host of the site, but {url} in {entry.path}{more}"


def _forbids_listing(tree: LexborHTMLParser, tags: Iterable[str]) -> str:
    """Return the header or element by which a page forbids to list it; empty without one."""
    for value in tags:
        if _FORBIDS.search(value) and not _OF_ANOTHER_ROBOT.match(value):
            return f"X-Robots-Tag: {value[:60]}"
    for node in tree.css(_ROBOTS):
        value = node.attributes.get("content") or ""
        if _FORBIDS.search(value):
            return f'<meta name="{node.attributes["name"]}" content="{value[:60]}">'
    return ""


def _host(url: str) -> str:
    """Return the host of a URL with its port, but without ``www.`` and a usual port."""
    name = urlsplit(url).netloc.rpartition("@")[2].lower()
    return name.removeprefix("www.").removesuffix(":443").removesuffix(":80")
