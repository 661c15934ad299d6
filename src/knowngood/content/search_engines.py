"""Read what a site says to search engines: whether they may list its pages, and by which addresses.

What is left over from staging says so for the whole site, and no reader of a page sees it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from html import unescape
from typing import TYPE_CHECKING, Final, Protocol
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


class Headers(Protocol):
    """What is read of headers."""

    def get_list(self, key: str) -> list[str]:
        """Return the values of a header."""


class Answer(Protocol):
    """What is read of an answer."""

    @property
    def url(self) -> object:
        """Its own."""

    @property
    def media_type(self) -> str:
        """Without parameters."""

    @property
    def content(self) -> bytes:
        """Its body."""

    @property
    def html(self) -> LexborHTMLParser:
        """Its body, parsed."""

    @property
    def headers(self) -> Headers:
        """Its headers."""


def locations(sitemap: bytes) -> list[str]:
    """Return the URLs of a sitemap (sitemaps.org)."""
    urls = _LOCATION.findall(sitemap.decode("utf-8", "replace"))
    return [unescape(url).strip() for url in urls]


def hosts(answers: Iterable[Answer]) -> list[str]:
    """Return the hosts of answers, and of the addresses that they give."""
    own = {_host(str(answer.url)) for answer in answers}
    return sorted(own | {_host(url) for answer in answers for _, url in _addresses(answer)})


def problems(answers: Sequence[Answer], hosts: Collection[str]) -> list[str]:
    """Return what keeps search engines from listing pages under ``hosts``, each in one line. A page
    of another host, as of a stage, may forbid to be listed, and give its own address.
    """
    own = {_host(f"//{name}") for name in hosts}
    if not own:
        return []
    pages = [answer for answer in answers if answer.media_type == "text/html"]
    listed = [page for page in pages if _host(str(page.url)) in own]
    return [*_forbidden(listed, answers), *_strangers(answers, own, alone=len(pages) < 2)]


def _forbidden(pages: Sequence[Answer], answers: Iterable[Answer]) -> Iterator[str]:
    """Yield that search engines may list no page, or ask for none; one may be kept from them."""
    lines = [_forbids_listing(page) for page in pages]
    if pages and all(lines):
        yield f"no page may be listed by search engines: {_path(pages[0])} says {lines[0]}"
    for answer in answers:
        if _path(answer) == "/robots.txt" and answer.media_type != "text/html":
            rules = robots.rules(answer.content)
            if pages and not any(rules.can_fetch(str(page.url), "Googlebot") for page in pages):
                yield "/robots.txt forbids every page to search engines"


def _strangers(answers: Iterable[Answer], own: Collection[str], *, alone: bool) -> Iterator[str]:
    """Yield the kinds of addresses of which none is of the site. One address is not enough, unless
    its page is ``alone``: an article may name another site as where it is from.
    """
    given: dict[str, list[tuple[Answer, str]]] = {}
    for answer in answers:
        for what, url in _addresses(answer):
            given.setdefault(what, []).append((answer, url))
    for what, cases in given.items():
        answer, url = cases[0]
        are_ours = any(_host(one) in {*own, _host(str(page.url))} for page, one in cases)
        if not are_ours and (alone or len(cases) > 1):
            more = f", and {len(cases) - 1} more" if len(cases) > 1 else ""
            yield f"{what} names no host of the site, but {url} in {_path(answer)}{more}"


def _addresses(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the URLs by which search engines are to list pages, each after what gives it. An index
    of sitemaps gives none: they may lie on another host.
    """
    written: list[tuple[str, str]] = []
    base = str(answer.url)
    if answer.media_type == "text/html":
        base = written_urls.base(answer.html, base)
        for what, (selector, attribute) in _IN_PAGES.items():
            nodes = answer.html.css(selector)
            written += [(what, (node.attributes.get(attribute) or "").strip()) for node in nodes]
    elif answer.media_type in XML and not _INDEX.search(answer.content):
        written += [(_SITEMAP, url) for url in locations(answer.content)]
    for what, url in written:
        try:
            address = urljoin(base, url)
        except ValueError:  # no URL, as `//[`
            continue
        if address.startswith(("http://", "https://")):
            yield what, address


def _forbids_listing(page: Answer) -> str:
    """Return the header or element by which a page forbids to list it; empty without one."""
    for value in page.headers.get_list("x-robots-tag"):
        if _FORBIDS.search(value) and not _OF_ANOTHER_ROBOT.match(value):
            return f"X-Robots-Tag: {value[:60]}"
    for node in page.html.css(_ROBOTS):
        value = node.attributes.get("content") or ""
        if _FORBIDS.search(value):
            return f'<meta name="{node.attributes["name"]}" content="{value[:60]}">'
    return ""


def _host(url: str) -> str:
    """Return the host of a URL with its port, but without ``www.`` and a usual port."""
    name = urlsplit(url).netloc.rpartition("@")[2].lower()
    return name.removeprefix("www.").removesuffix(":443").removesuffix(":80")


def _path(answer: Answer) -> str:
    return urlsplit(str(answer.url)).path or "/"
