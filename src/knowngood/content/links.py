"""Finds what an answer refers to: the further URLs that a browser requests to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from ..safety import ContentTooLarge
from . import css, javascript
from .media_types import SCRIPT_TYPES, media_type
from .result_cache import cached_by_content

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser


_LOADED_LINKS: Final = {
    "stylesheet": "stylesheet",
    "icon": "link",
    "apple-touch-icon": "link",
    "manifest": "link",
    "preload": "link",
    "modulepreload": "script",
}
"""By relation, what a browser loads the target of a ``<link>`` as."""

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

_HASHED: Final = re.compile(
    r"""(.*[.-])?
    (?: (?<=[.-]) (?=[\w-]*[\dA-Z]) [\w-]{8,64} | [\da-f]{8,64} )
    ((?:\.min)?\.(?:m?js|css|wasm|woff2?|ttf|png|jpe?g|gif|svg|webp|avif|ico))""",
    re.ASCII | re.VERBOSE,
)

MOST: Final = 2000
"""URLs that a page may need. The heaviest pages of the web need a thousand."""

LONGEST: Final = 8000
"""Characters of a URL that is requested (RFC 9110, 4.1); servers refuse longer ones."""


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


_JSON: Final = re.compile(r"[\w./~-]*[\w~-]\.json")
_IMPORTED: Final = re.compile(
    rb"""(?<![.\w$])(?:import\s*\(\s*|import\s*|from\s*)(["'])((?:\.{0,2}/|https?://)[^"'\\\s]+\.m?js)\1"""
)
_CANDIDATE: Final = re.compile(r"[\s,]*([^\s,]\S*)")
_PATH: Final = re.compile(r"((?:\.\./)*)([\w-][\w.-]*(?:/[\w-][\w.-]*)*)", re.ASCII)
"""A path from the folder of what refers to it, such as ``../img/a.png``, in two parts: how it goes
up, and down. Most references are one.
"""


def extract(content_type: str | None, url: str, page: str, body: bytes) -> list[Link]:
    """Return what ``body``, answered for ``url``, refers to, as absolute URLs without fragments.

    The JSON that a script names is relative to the ``page`` that runs it; the modules that it
    imports are relative to itself, as is what a stylesheet names. Other media types have none.
    Raises ContentTooLarge for what is too large or too deep, and for more than ``MOST`` references.
    """
    kind = media_type(content_type)
    if kind == "text/html":
        from . import html

        tree = html.parse_once(body.decode("utf-8", "replace"))
        return _capped(_absolute(base(tree, url), _in_tree(tree)))
    if kind == "text/css":
        return _capped(_absolute(url, _in_stylesheet(body)))
    if SCRIPT_TYPES.match(kind):
        return _capped(chain(_absolute(page, _json_of(body)), _absolute(url, _imports_of(body))))
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


def base(tree: LexborHTMLParser, url: str) -> str:
    """Return the URL that the references of the page of ``url`` are relative to. Ignore a base that
    browsers ignore.
    """
    node = tree.css_first("base[href]")
    href = (node.attributes.get("href") or "") if node is not None else ""
    try:
        address = urljoin(url, _in_bounds(href.strip()))
        return address if urlsplit(address).scheme in {"http", "https"} else url
    except ValueError:
        return url


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
    folders: dict[str, str] = {}
    for link in references:
        written = _slashed(link.url.strip())
        if not written or written.startswith("#") or written[:5].lower() == "data:":
            continue
        url, scheme = _joined(base, _in_bounds(written), folders)
        if url not in seen and scheme in {"http", "https", "invalid"}:
            seen.add(url)
            yield Link(url, link.kind, link.type)


def _joined(base: str, written: str, folders: dict[str, str]) -> tuple[str, str]:
    """Return a reference as an absolute URL, and its scheme; as it is written where it is no URL,
    which is called invalid.

    ``folders`` keeps where the ways up from ``base`` lead. With it a path is joined as ``urljoin``
    does, in a tenth of the time.
    """
    path = _PATH.fullmatch(written)
    if path is not None:
        up, down = path.groups()
        folders[up] = folders.get(up) or urljoin(base, f"{up}x")[:-1]
        return folders[up] + down, "http"
    try:
        url = urldefrag(urljoin(base, written)).url
        return url, urlsplit(url).scheme
    except ValueError:
        return written, "invalid"


def resolved(base: str, written: str) -> str:
    """Return the URL that a browser asks for where a page of ``base`` refers to ``written``. Raises
    ValueError for what is no URL.
    """
    return urldefrag(urljoin(base, _slashed(written.strip()))).url


def around_hash(name: str) -> tuple[str, str] | None:
    """Return what stands before and behind the hash in the name of a file that a bundler named by
    its content: ``("index-", ".js")`` of ``index-RXfNHXOY.js``. None for other names.
    """
    hashed = _HASHED.fullmatch(name)
    return (hashed[1] or "", hashed[2]) if hashed is not None else None


def _slashed(url: str) -> str:
    """Return a reference with slashes for backslashes before its query, as browsers read them."""
    if "\\" not in url:
        return url
    end = next((place for place, char in enumerate(url) if char in "?#"), len(url))
    return url[:end].replace("\\", "/") + url[end:]


def _in_bounds(url: str) -> str:
    if len(url) > LONGEST:
        raise ContentTooLarge(f"it refers to a URL of {len(url)} characters (most: {LONGEST})")
    return url


def _in_tree(tree: LexborHTMLParser) -> Iterator[Link]:
    for node in tree.css("link[rel][href]"):
        relations = set((node.attributes.get("rel") or "").lower().split())
        for relation in relations & _LOADED_LINKS.keys():
            yield Link(node.attributes.get("href") or "", _LOADED_LINKS[relation])
    for selector, attribute, kind in _SOURCES:
        for node in tree.css(selector):
            attributes = node.attributes
            yield Link(attributes.get(attribute) or "", kind, attributes.get("type") or "")
    for node in tree.css("img[srcset], source[srcset]"):
        for url in _srcset(node.attributes.get("srcset") or ""):
            yield Link(url, "image")
    yield from _in_styles(tree)


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
    """Return the JSON documents a script loads: its strings that are relative ``.json`` URLs, but
    not those that it always joins to a base.
    """
    paths = dict.fromkeys(text.partition("?")[0] for text in javascript.strings(script))
    names = (path for path in paths if _JSON.fullmatch(path))
    return [Link(path, "json") for path in names if _stands_alone(path.encode(), script)]


def _stands_alone(text: bytes, script: bytes) -> bool:
    """Return whether the path ``text`` is somewhere in a script not joined to a base of its own, as
    in ``api + "x.json"`` and ``new URL("x.json", base)``.
    """
    literal = rb"""(?:(\+\s{0,99}+)|(URL\(\s{0,99}+))?["']%s[^"']{0,999}+["'](\s{0,99}+,)?"""
    places = re.finditer(literal % re.escape(text), script)
    return any(not (place[1] or (place[2] and place[3])) for place in places)


@cached_by_content
def _imports_of(script: bytes) -> list[Link]:
    """Return the modules that a script imports by a URL, also those that it imports later."""
    found = {url.decode("utf-8", "replace") for _, url in _IMPORTED.findall(script)}
    # a comment may show an import: it is none of the strings
    urls = [text for text in javascript.strings(script) if text in found] if found else []
    return [Link(url, "script", "module") for url in dict.fromkeys(urls)]
