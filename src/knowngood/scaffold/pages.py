"""Read from the pages of a site what a suite can say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..content import (
    absolute_urls,
    cookies,
    html,
    leftovers,
    lifetimes,
    links,
    open_elements,
    page_elements,
    page_structure,
    page_texts,
    search_engines,
    stylesheet_links,
)
from ..environment import normal_origin
from ..fetch import GONE, Exchange, is_made_up, is_too_large, left_for, respond
from ..safety import ContentTooLarge
from .visitor import Visitor, joined

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SECURITY: Final = {
    "strict-transport-security": "max-age=[1-9].*",
    "content-security-policy": ".+",
    "x-content-type-options": "nosniff",
    "x-frame-options": "(?i:deny|sameorigin)",
    "referrer-policy": "(?!.*unsafe-url).+",
    "permissions-policy": ".+",
    "cross-origin-opener-policy": "(?!unsafe-none).+",
    "cross-origin-resource-policy": ".+",
}
"""By name of a header, a pattern that holds while it protects: the next release may be stricter."""

_SHARING: Final = ("access-control-allow-origin", "access-control-allow-credentials")
"""Headers by which browsers let a page of another origin read an answer."""

_ORIGIN: Final = re.compile(r"[\w*:/.\[\]-]+", re.A)

LISTABLE: Final = re.compile(r"[A-Za-z0-9._~@+:%,/?=&-]*")
"""The paths that a list of [params] may hold."""

_SITEMAPS: Final = 8
"""Sitemaps of an index that are read: each is one request of few."""

_IMAGES: Final = 6
"""Images that a program sends, by their query, which are asked for: they may lead elsewhere."""

_TITLE: Final = 1
"""Texts of a page that shows nothing before its scripts run."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a suite asks for.

    Attributes:
        path: its path and query.
        language: the value of ``<html lang>``; empty without one, or without an answer.
        direction: the value of ``<html dir>``; empty without one.
        sound: whether it was answered with 200.
        leftovers: the kinds of what looks left over from a build, and is what the page has.
        is_styled: whether it has styles for a screen.
        needs_scripts: whether it has scripts, and without them shows nothing, or has no styles.
        has_mount: whether it shows nothing, but has an empty element with an id to be filled.
        has_root: whether a framework goes on with what the server drew.
        has_base: whether it says by ``<base>`` where its application lies.
        runs_files: whether it runs script files of its own host.
        has_main_text: whether its main part says something before scripts run.
        has_end: whether it has ``</html>``.
        is_long_lived: whether browsers keep it for more than a month.
        texts: what a translator translates of it.
    """

    path: str
    language: str = ""
    direction: str = ""
    sound: bool = True
    leftovers: tuple[str, ...] = ()
    is_styled: bool = False
    needs_scripts: bool = False
    has_mount: bool = False
    has_root: bool = False
    has_base: bool = False
    runs_files: bool = False
    has_main_text: bool = False
    has_end: bool = False
    is_long_lived: bool = False
    texts: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


def tree(exchange: Exchange) -> LexborHTMLParser:
    """Return the parsed page of an answer."""
    return respond(exchange).html


def _body(exchange: Exchange) -> bytes:
    return respond(exchange).content


def is_page(exchange: Exchange) -> bool:
    """Return whether an answer is a web page, and not too large to be read as one. Frameworks
    call a mere text HTML, too.
    """
    if not is_called_html(exchange) or b"<" not in _body(exchange):
        return False
    try:
        tree(exchange)
    except ContentTooLarge:
        return False
    return True


def is_called_html(exchange: Exchange) -> bool:
    """Return whether an answer is a page by its status and media type."""
    return exchange.status == 200 and respond(exchange).media_type == "text/html"


def is_download(exchange: Exchange) -> bool:
    """Return whether browsers save an answer in place of showing it, such as a report in HTML."""
    return bool(page_structure.download_problems(respond(exchange).headers))


def asks_for_password(exchange: Exchange) -> bool:
    """Return whether an answer is a web page on which people can log in."""
    return is_page(exchange) and page_structure.asks_for_password(tree(exchange))


def is_broken(exchange: Exchange) -> bool:
    """Return whether a link leads to nothing. What needs a login or a query is no page to check,
    nor is what is too large for one.
    """
    answer = exchange.answer
    if answer is None:
        return not is_too_large(exchange)
    return answer.status in GONE or answer.status >= 500


def linked(exchange: Exchange, visitor: Visitor) -> list[str]:
    """Return the paths of the same origin that a page links to, each once, in its order. Leave out
    those of Cloudflare's own (``/cdn-cgi/``), such as of a mail address: they are no pages.
    """
    hrefs = (node.attributes.get("href") or "" for node in tree(exchange).css("a[href]"))
    urls = (joined(exchange.probe.url, href) for href in hrefs)
    paths = dict.fromkeys(visitor.paths_of(urls))
    return [path for path in paths if not path.startswith("/cdn-cgi/")]


def spread(paths: Iterable[str]) -> list[str]:
    """Return ``paths`` so that each first folder comes once before any comes twice."""
    groups: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        groups.setdefault(path.split("/")[1].partition("?")[0], []).append(path)
    turns = [pair for group in groups.values() for pair in enumerate(group)]
    return [path for _, path in sorted(turns, key=lambda pair: pair[0])]


def to_page(path: str, exchange: Exchange) -> Page:
    """Return what a suite says of the page at ``path``."""
    if exchange.status != 200:
        return Page(path, sound=False)
    page = respond(exchange)
    texts = page_texts.of(page.html)
    url = str(page.url)
    is_styled = stylesheet_links.are_there(page.html, url)
    scripts = any(page_elements.scripts(page.html, url))
    return Page(
        path,
        language=html.attribute_of(page.html, "html", "lang").strip(),
        direction=html.attribute_of(page.html, "html", "dir").strip().lower(),
        leftovers=leftovers_of(exchange) or (),
        is_styled=is_styled,
        needs_scripts=scripts and (not is_styled or len(texts) <= _TITLE),
        has_mount=len(texts) <= _TITLE and bool(page_elements.fillable(page.html)),
        has_root=any(page.html.css_first(f'[id="{name}"]') for name in page_elements.ROOTS),
        has_base=page.html.css_first("base[href]") is not None,
        runs_files=any(links.own_scripts(page.html, url)),
        has_main_text=page_texts.has_main_text(page.html),
        has_end=open_elements.has_end(page.text),
        is_long_lived=bool(lifetimes.problems(page.headers)),
        texts=texts,
    )


def leftovers_of(exchange: Exchange) -> tuple[str, ...] | None:
    """Return the kinds of what looks left over from a build in a page, whatever its status; None
    for what is no page.
    """
    if exchange.answer is None or respond(exchange).media_type != "text/html":
        return None
    try:
        return tuple(leftovers.sound_kinds(respond(exchange).text, tree(exchange)))
    except ContentTooLarge:
        return None


def security_headers(exchanges: Iterable[Exchange]) -> dict[str, str]:
    """Return the security headers that all answers send, with a pattern for the value of each."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer]
    rules = {}
    for name, pattern in _SECURITY.items():
        values = [answer.header(name) for answer in answers]
        sent = [value for value in values if value is not None]
        if sent and len(sent) == len(values):
            holds = all(re.fullmatch(pattern, value) for value in sent)
            rules[name] = pattern if holds else ".+"
    return rules


def varies_by_language(exchange: Exchange) -> bool:
    """Return whether an answer depends on the languages that are asked for (RFC 9110, 12.5.5)."""
    return "accept-language" in respond(exchange).headers.get("vary", "").lower()


def sharing_headers(exchanges: Iterable[Exchange]) -> dict[str, str]:
    """Return the headers by which a page of another origin may read all these answers, with a
    pattern for the value of each; none that differ.
    """
    answers = [exchange.answer for exchange in exchanges if exchange.answer]
    sent = {name: {answer.header(name) or "" for answer in answers} for name in _SHARING}
    only = {name: values.pop() for name, values in sent.items() if len(values) == 1}
    return {name: re.escape(value) for name, value in only.items() if _ORIGIN.fullmatch(value)}


def protected_cookies(exchanges: Iterable[Exchange]) -> dict[str, tuple[str, ...]]:
    """Return the attributes that protect each cookie wherever an answer sets it, by its name."""
    protected: dict[str, tuple[str, ...]] = {}
    for exchange in exchanges:
        lines = respond(exchange).headers.get_list("set-cookie")
        for name, attributes in cookies.protections(lines).items():
            both = protected.get(name, attributes)
            protected[name] = tuple(one for one in both if one in attributes)
    return {
        name: attributes
        for name, attributes in protected.items()
        if attributes and LISTABLE.fullmatch(name) and not is_made_up(name)
    }


def other_hosts(exchanges: Iterable[Exchange], visitor: Visitor) -> tuple[str, ...]:
    """Return the hosts of other origins that pages load from, also by way of an image of their own
    that leads there; and those of the local machine that they link to.
    """
    loaded = [
        link
        for exchange in exchanges
        for link in links.of_page(exchange.probe.url, _body(exchange))[0]
        if normal_origin(link.url)
    ]
    made = (link.url for link in loaded if link.kind == "image" and "?" in link.url)
    paths = visitor.paths_of(dict.fromkeys(made))
    answers = [image.answer for image in visitor.get(paths[:_IMAGES]) if image.answer]
    named = [link.url for link in loaded]
    for exchange in exchanges:
        named += (url for _, url in absolute_urls.led_to(tree(exchange), exchange.probe.url))
    urls = [url for url in named if visitor.path_of(url) is None]
    urls += map(left_for, answers)
    return tuple(sorted({host for url in urls if (host := urlsplit(url).hostname)}))


def in_sitemaps(named: Iterable[str], visitor: Visitor) -> Iterator[str]:
    """Yield the paths of the first sitemaps that there are, and of those that these name, in turn:
    a language, or a kind of page, may have one of its own.
    """
    maps = [sitemap_urls(exchange) for exchange in visitor.get(visitor.paths_of(named)[:2])]
    indexes = [urls for urls in maps if urls and all(map(_is_sitemap, urls))]
    inner = spread(visitor.paths_of(url for urls in indexes for url in urls))
    if len(inner) > _SITEMAPS:
        visitor.say(f"  reads {_SITEMAPS} of {len(inner)} sitemaps")
    maps = [urls for urls in maps if urls not in indexes]
    maps += map(sitemap_urls, visitor.get(inner[:_SITEMAPS]))
    for turn in zip_longest(*map(visitor.paths_of, maps)):
        yield from filter(None, turn)


def _is_sitemap(url: str) -> bool:
    return url.partition("?")[0].endswith(".xml")


def sitemap_urls(exchange: Exchange) -> list[str]:
    """Return the URLs of a sitemap (sitemaps.org)."""
    if exchange.status != 200:
        return []
    return search_engines.locations(_body(exchange))
