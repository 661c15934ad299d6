"""Finds what an answer refers to: the further URLs that a browser requests to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from ..safety import ContentTooLarge
from . import css, javascript, written_urls
from .media_types import SCRIPT_TYPES, media_type
from .result_cache import cached_by_content

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser


_LOADED_LINKS: Final = {
    "stylesheet": "stylesheet",
    "icon": "link",
    "apple-touch-icon": "link",
    "manifest": "link",
}
"""By relation, what a browser loads the target of a ``<link>`` as."""

_AHEAD: Final = {"preload": "link", "modulepreload": "script"}
"""The same of what is only loaded ahead: how it is used another element says, if there is one."""

_SOURCES: Final = (
    ("script[src]", "src", "script"),
    ("img[src]", "src", "image"),
    ("input[type=image][src]", "src", "image"),
    ("iframe[src], frame[src], embed[src]", "src", "frame"),
    ("object[data]", "data", "object"),
    ("audio[src], video[src], source[src], track[src]", "src", "media"),
    ("video[poster]", "poster", "image"),
    ("body[background]", "background", "image"),
    ("use, svg image", "href", "image"),
    ("use, svg image", "xlink:href", "image"),
)

MOST: Final = 2000
"""URLs that a page may need. The heaviest pages of the web need a thousand."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of a page, a stylesheet or a script.

    Attributes:
        url: the address, as it is written or absolute.
        kind: what it is loaded as: script, stylesheet, image, json and others.
        type: the ``type`` attribute of its element.

    """

    url: str
    kind: str
    type: str = ""


_JSON: Final = rb"""["']([\w./~-]*[\w~-]\.json)(?:\?[^"']{0,999}["']|["'](?!\s{0,99}\+))"""


def _asking(asks: bytes) -> re.Pattern[bytes]:
    """Return what finds a call that loads ``asks``, such as ``$.getJSON(asks)`` or ``open("GET",
    asks)``, or a setting of one, as ``{url: asks}``.
    """
    return re.compile(
        rb"""(?:(?i:fetch|json|ajax|axios|request|fresh|require|import)[\w$]{0,40}"""
        rb"""|(?<![\w$.])(?:get|load)|(?:\$|jQuery|axios|http|client|api)\.get)\s{0,9}\(\s{0,99}%s"""
        rb"""|\.open\(\s{0,99}["'][A-Z]{3,7}["']\s{0,9},\s{0,99}%s|\burl\s{0,9}:\s{0,99}%s"""
        % (asks, asks, asks)
    )


_ASKED_FOR: Final = _asking(_JSON)
# Shorter names are a minifier's, which gives each of them to many things.
_ASKED_BY_NAME: Final = _asking(rb"(?:[\w$]{1,40}\.){0,9}([\w$]{4,99})(?![\w$(.[])")
_NAMED: Final = re.compile(rb"(?<![\w$.])([\w$]{4,99})\s{0,9}[=:]\s{0,99}%s" % _JSON)
_IMPORTED: Final = re.compile(
    rb"""(?<![.\w$])(?:import\s*\(\s*|import\s*|from\s*)(["'])((?:\.{0,2}/|https?://)[^"'\\\s]+\.m?js)\1"""
)
_BUNDLED: Final = re.compile(
    rb"""(\+\s{0,9})?["'](/?(?:[\w.-]{1,99}/){1,9}[\w.-]{1,200}\.(?:css|svg|png|jpe?g|gif|webp|avif|woff2?))["']"""
)
_MOST_BUNDLED: Final = 300
"""Files that are asked for of those that one script names: sets of icons have thousands."""

_CANDIDATE: Final = re.compile(r"[\s,]*([^\s,]\S*)")


def extract(content_type: str | None, url: str, page: str, body: bytes) -> list[Link]:
    """Return what ``body``, answered for ``url``, refers to, as absolute URLs without fragments.

    JSON that a script names is relative to the ``page`` that runs it. Modules that it imports are
    relative to the script, as what a stylesheet names is to the stylesheet. Hashed files that a
    script names lie where its bundler put them. Other media types refer to nothing.
    Raises ContentTooLarge for what is too large or too deep, and for more than ``MOST`` references.
    """
    kind = media_type(content_type)
    if kind == "text/html":
        from . import html

        tree = html.parse_once(body.decode("utf-8", "replace"))
        return _capped(_absolute(written_urls.base(tree, url), _in_tree(tree)))
    if kind == "text/css":
        return _capped(_absolute(url, _in_stylesheet(body)))
    if SCRIPT_TYPES.match(kind):
        bundled = islice(_bundled(url, page, body), _MOST_BUNDLED)
        asked, imported = _absolute(page, _json_of(body)), _absolute(url, _imports_of(body))
        return _capped(chain(asked, imported, bundled))
    return []


def may_refer(content_type: str | None, kind: str = "frame") -> bool:
    """Return whether a browser that loads an answer as ``kind`` loads what it refers to: a page in
    place of a script is nothing to it.
    """
    media = media_type(content_type)
    if media == "text/html":
        return kind in {"frame", "object"}
    return media == "text/css" or bool(SCRIPT_TYPES.match(media))


def needs_sandbox(content_type: str | None, body: bytes) -> bool:
    """Return whether ``extract`` parses ``body`` in another process, which takes a while. Raises
    ContentTooLarge for a page that is too large in any case.
    """
    kind = media_type(content_type)
    if kind == "text/html":
        from . import html

        return html.needs_sandbox(body.decode("utf-8", "replace"))
    return bool(SCRIPT_TYPES.match(kind)) and javascript.needs_sandbox(body)


def try_in_sandbox(content_type: str | None, body: bytes) -> None:
    """Parse in another process what ``needs_sandbox`` says; ``extract`` uses the result. Raises
    ContentTooLarge for a page that takes too much memory or time.
    """
    if media_type(content_type) == "text/html":
        from . import html

        html.try_in_sandbox(body.decode("utf-8", "replace"))
    else:
        javascript.facts_of(body)


def _capped(references: Iterator[Link]) -> list[Link]:
    first = list(islice(references, MOST + 1))
    if len(first) > MOST:
        raise ContentTooLarge(f"it refers to more than {MOST} URLs: too many to request")
    return first


def _absolute(base: str, references: Iterable[Link]) -> Iterator[Link]:
    """Yield each reference once, as an absolute URL. A mere fragment, such as ``url(#filter)``, and
    a data: URL request nothing.
    """
    seen = set()
    resolver = written_urls.Resolver(base)
    for link in references:
        written = written_urls.as_read(link.url)
        if not written or written.startswith("#") or written[:5].lower() == "data:":
            continue
        url, scheme = resolver.absolute(written)
        if url not in seen and scheme in {"http", "https", "invalid"}:
            seen.add(url)
            yield Link(url, link.kind, link.type)


def _in_tree(tree: LexborHTMLParser) -> Iterator[Link]:
    yield from _linked(tree, _LOADED_LINKS)
    for selector, attribute, kind in _SOURCES:
        for node in tree.css(selector):
            attributes = node.attributes
            yield Link(attributes.get(attribute) or "", kind, attributes.get("type") or "")
    for node in tree.css("img[srcset], source[srcset]"):
        for url in _srcset(node.attributes.get("srcset") or ""):
            yield Link(url, "image")
    yield from _in_styles(tree)
    for node in tree.css("script[type=module i]:not([src])"):
        source = node.text(deep=True).encode()
        if not javascript.needs_sandbox(source):
            yield from _imports_of(source)
    yield from _linked(tree, _AHEAD)


def _linked(tree: LexborHTMLParser, kinds: Mapping[str, str]) -> Iterator[Link]:
    for node in tree.css("link[rel][href]"):
        relations = set((node.attributes.get("rel") or "").lower().split())
        for relation in relations & kinds.keys():
            module = "module" if relation == "modulepreload" else ""
            yield Link(node.attributes.get("href") or "", kinds[relation], module)


def _in_styles(tree: LexborHTMLParser) -> Iterator[Link]:
    for node in tree.css("style"):
        yield from _in_stylesheet(node.text(deep=True).encode())
    for node in tree.css("[style]"):
        yield from _in_stylesheet(f"x{{{node.attributes.get('style') or ''}}}".encode())


def _srcset(text: str) -> Iterator[str]:
    """Yield the URLs of a srcset attribute; they may hold commas, but not end with one."""
    place = 0
    while candidate := _CANDIDATE.match(text, place):
        place = candidate.end()
        if not candidate[1].endswith(","):
            place = (text.find(",", place) + 1) or len(text)
        yield candidate[1].rstrip(",")


def _in_stylesheet(source: bytes) -> Iterator[Link]:
    for url, imported in css.urls(source):
        yield Link(url, "stylesheet" if imported else "style-url")


@cached_by_content
def _json_of(script: bytes) -> list[Link]:
    """Return the JSON documents that a script asks for: strings that are relative ``.json`` URLs
    and stand by themselves as what a call loads. Many more are keys, names and texts for people.
    """
    literal = {path for paths in _ASKED_FOR.findall(script) for path in paths}
    seem_asked_for = {path.decode("utf-8", "replace") for path in literal | _by_name(script)}
    if not seem_asked_for:
        return []
    # a comment may show a call: what it loads is none of the strings
    paths = dict.fromkeys(text.partition("?")[0] for text in javascript.strings(script))
    return [Link(path, "json") for path in paths if path in seem_asked_for]


def _by_name(script: bytes) -> set[bytes]:
    """Return the paths that have a name of their own, which a call loads: ``var SETTINGS =
    "a.json?"`` and ``$.getJSON(SETTINGS + now)``.
    """
    named = _NAMED.findall(script)
    if not named:
        return set()
    asked = {name for names in _ASKED_BY_NAME.findall(script) for name in names}
    values: dict[bytes, set[bytes]] = {}
    for name, path in named:
        values.setdefault(name, set()).add(path)
    only = {name: paths for name, paths in values.items() if len(paths) == 1}
    return {path for name in asked & only.keys() for path in only[name]}


@cached_by_content
def _imports_of(script: bytes) -> list[Link]:
    """Return the modules that a script imports by a URL, also those that it imports later."""
    seem_imported = {url.decode("utf-8", "replace") for _, url in _IMPORTED.findall(script)}
    if not seem_imported:
        return []
    # a comment may show an import: it is none of the strings
    urls = [text for text in javascript.strings(script) if text in seem_imported]
    return [Link(url, "script", "module") for url in dict.fromkeys(urls)]


def _bundled(url: str, page: str, script: bytes) -> Iterator[Link]:
    """Yield the files, named by their hash, that the script at ``url`` names and that its bundler
    wrote with it: their path has the first folder of its own, ``assets`` of ``/app/assets/x.js``.
    """
    host, folder = urlsplit(url).netloc, urlsplit(url).path.rpartition("/")[0] + "/"
    for path in _hashed_of(script):
        first = path.strip("/").partition("/")[0]
        before, separator, behind = folder.partition(f"/{first}/")
        if not separator or f"/{first}/" in f"/{behind}":
            continue
        if not path.startswith("/"):
            yield Link(urljoin(url, f"{before}/{path}"), "link")
        elif not before and host == urlsplit(page).netloc:
            yield Link(urljoin(url, path), "link")


@cached_by_content
def _hashed_of(script: bytes) -> list[str]:
    """Return the strings of a script that are paths of files with a hash in their name. One that
    begins with a slash and stands behind a plus belongs to a host that nobody here knows.
    """
    paths = _BUNDLED.findall(script)
    seem = {path.decode() for plus, path in paths if not (plus and path.startswith(b"/"))}
    hashed = {path for path in seem if written_urls.around_hash(path.rpartition("/")[2])}
    return (
        [text for text in dict.fromkeys(javascript.strings(script)) if text in hashed]
        if hashed
        else []
    )
