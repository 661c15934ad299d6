"""What an answer refers to: the further URLs a browser would ask for to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from .media import SCRIPT_TYPES, media_type

if TYPE_CHECKING:
    from .probe import Exchange

_LOADED_LINKS: Final = {"stylesheet", "icon", "apple-touch-icon", "manifest", "preload"}
_SOURCES: Final = (
    ("script[src]", "src", "script"),
    ("img[src]", "src", "image"),
    ("input[type=image][src]", "src", "image"),
    ("iframe[src], frame[src], embed[src]", "src", "frame"),
    ("object[data]", "data", "object"),
    ("audio[src], video[src], source[src], track[src]", "src", "media"),
    ("video[poster]", "poster", "image"),
    ("body[background]", "background", "image"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A reference as it is written: where to, as what, and the ``type`` it is given."""

    url: str
    kind: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A URL that ``page`` needs, found in ``found_in``; ``exchange`` is None when it lies on an
    origin that is not the environment's, which is never asked.
    """

    url: str
    kind: str
    page: str
    found_in: str
    type: str = ""
    exchange: Exchange | None = None


def links(content_type: str | None, url: str, page: str, body: bytes) -> list[Link]:
    """What ``body``, answered for ``url``, refers to, as absolute URLs without fragments.

    A script's own references count from the ``page`` that runs it, a stylesheet's from itself.
    Nothing is found in other media types.
    """
    kind = media_type(content_type)
    if kind == "text/html":
        base, found = _in_html(body)
        return list(_absolute(_base(url, base), found))
    if kind == "text/css":
        return list(_absolute(url, _in_css(body)))
    if SCRIPT_TYPES.match(kind):
        return list(_absolute(page, _in_script(body)))
    return []


def _base(url: str, href: str) -> str:
    """What a document's references count from; a base that browsers ignore is ignored."""
    try:
        base = urljoin(url, href.strip())
        return base if urlsplit(base).scheme in {"http", "https"} else url
    except ValueError:
        return url


def _absolute(base: str, found: Iterable[Link]) -> Iterator[Link]:
    """A mere fragment, such as ``url(#filter)``, asks for nothing."""
    seen = set()
    for link in found:
        if link.url.strip().startswith("#"):
            continue
        try:
            url = urldefrag(urljoin(base, link.url.strip())).url
            scheme = urlsplit(url).scheme
        except ValueError:
            url, scheme = link.url, "invalid"
        if url not in seen and scheme in {"http", "https", "invalid"}:
            seen.add(url)
            yield Link(url, link.kind, link.type)


def _in_html(body: bytes) -> tuple[str, tuple[Link, ...]]:
    """The document's base and its references."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    base = tree.css_first("base[href]")
    found: list[Link] = []
    for node in tree.css("link[rel][href]"):
        relations = set((node.attributes.get("rel") or "").lower().split())
        for relation in relations & _LOADED_LINKS:
            kind = "stylesheet" if relation == "stylesheet" else "link"
            found.append(Link(node.attributes.get("href") or "", kind))
    for selector, attribute, kind in _SOURCES:
        found += [
            Link(node.attributes.get(attribute) or "", kind, node.attributes.get("type") or "")
            for node in tree.css(selector)
        ]
    for node in tree.css("img[srcset], source[srcset]"):
        found += [Link(each, "image") for each in _srcset(node.attributes.get("srcset") or "")]
    for node in tree.css("style"):
        found += _in_css(node.text(deep=True).encode())
    for node in tree.css("[style]"):
        found += _in_css(f"x{{{node.attributes.get('style') or ''}}}".encode())
    address = (base.attributes.get("href") or "") if base is not None else ""
    return address, tuple(link for link in found if link.url.strip())


def _srcset(text: str) -> Iterator[str]:
    """The URLs of a srcset attribute; they may hold commas, but not end with one."""
    place = 0
    while found := re.compile(r"[\s,]*([^\s,]\S*)").match(text, place):
        place = found.end()
        if not found[1].endswith(","):
            place = (text.find(",", place) + 1) or len(text)
        yield found[1].rstrip(",")


@lru_cache(maxsize=64)
def _in_css(body: bytes) -> tuple[Link, ...]:
    import tinycss2

    rules, _ = tinycss2.parse_stylesheet_bytes(body, skip_comments=True, skip_whitespace=True)
    found: list[Link] = []
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            found += [Link(url, "stylesheet") for url in _import_url(rule.prelude)]
        else:
            # A prelude's URLs name things: @namespace and @document load nothing.
            content = getattr(rule, "content", None) or ()
            found += [Link(url, "style-url") for url in _urls(content)]
    return tuple(link for link in found if link.url.strip())


def _import_url(prelude: Iterable[Any]) -> list[str]:
    """An import names its URL first, as a string or as url(...)."""
    for token in prelude:
        if token.type in {"string", "url"}:
            return [token.value]
        if token.type == "function" and token.lower_name == "url":
            return [each.value for each in token.arguments if each.type == "string"]
    return []


def _urls(tokens: Iterable[Any]) -> Iterator[str]:
    """In the order in which they are written, without recursion: brackets may nest deep."""
    waiting = [*tokens][::-1]
    while waiting:
        token = waiting.pop()
        if token.type == "url":
            yield token.value
        elif token.type == "function" and token.lower_name == "url":
            yield from (each.value for each in token.arguments if each.type == "string")
        elif token.type == "function":
            waiting += token.arguments[::-1]
        elif token.type in {"{} block", "[] block", "() block"}:
            waiting += token.content[::-1]


@lru_cache(maxsize=64)
def _in_script(body: bytes) -> tuple[Link, ...]:
    """The JSON documents a script loads: its string literals that are relative ``.json`` URLs."""
    from . import script

    found = []
    for text in script.strings(body):
        path = text.partition("?")[0]
        if re.fullmatch(r"[\w./~-]*[\w~-]\.json", path):
            found.append(Link(path, "json"))
    return tuple(found)
