"""Read import maps: which file a module means by a bare name, as in ``import {a} from "library"``.

https://html.spec.whatwg.org/multipage/webappapis.html#import-maps
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from . import javascript, written_urls
from .media_types import SCRIPT_TYPES, media_type
from .written_urls import Link

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_IMPORTS: Final = re.compile(rb"""(?<![.\w$])(?:import|from)\s*["'][\w@]""")
_URL: Final = re.compile(r"\.{0,2}/|https?:")
_BARE: Final = re.compile(r"(?!\w+:)[\w@]")


def of_page(tree: LexborHTMLParser, url: str) -> dict[str, str]:
    """Return where the names of a page's import map lead; empty without one that can be read."""
    base = written_urls.base(tree, url)
    addresses: dict[str, str] = {}
    for node in tree.css("script[type=importmap i]"):
        try:
            imports = json.loads(node.text(deep=True)).get("imports", {})
            pairs = [(name, to) for name, to in imports.items() if isinstance(to, str)]
        except (ValueError, AttributeError, RecursionError):
            continue
        addresses.update((_key(base, name), urljoin(base, to)) for name, to in pairs)
    return addresses


def _key(base: str, name: str) -> str:
    """Return a name of a map; what is a URL in its full length, as imports are looked up by it."""
    return urljoin(base, name) if _URL.match(name) else name


def only_of_page(tree: LexborHTMLParser, url: str) -> dict[str, str] | None:
    """Return the same; None if it is not certain where a name leads, since it depends on who
    imports it, or since there are several maps.
    """
    maps = [node.text(deep=True) for node in tree.css("script[type=importmap i]")]
    if len(maps) > 1 or any('"scopes"' in text for text in maps):
        return None
    return of_page(tree, url)


def of_answer(content_type: str | None, url: str, body: bytes) -> dict[str, str]:
    """Return the same of the body of an answer; empty for what is no page."""
    if media_type(content_type) != "text/html" or b"importmap" not in body.lower():
        return {}
    from . import html

    return of_page(html.parse_once(body.decode("utf-8", "replace")), url)


def target(url: str, written: str, imports: Mapping[str, str]) -> str:
    """Return where a module lies that another at ``url`` names; empty if that is not known."""
    if "\\" in written:
        return ""
    try:
        name = urljoin(url, written) if _URL.match(written) else written
    except ValueError:
        return ""
    return address(name, imports) or (name if _URL.match(written) else "")


def address(name: str, imports: Mapping[str, str]) -> str | None:
    """Return where ``name`` leads: its own entry, or that of the longest folder in front of it."""
    if name in imports:
        return imports[name]
    folders = [key for key in imports if key.endswith("/") and name.startswith(key)]
    folder = max(folders, key=len, default="")
    return urljoin(imports[folder], name.removeprefix(folder)) if folder else None


def bare_names(script: bytes) -> list[str]:
    """Return the bare names that a module imports, but those by ``import()``, which it may do
    without.
    """
    if not _IMPORTS.search(script):
        return []
    return [name for name in dict.fromkeys(javascript.imports(script)) if _BARE.match(name)]


def links(content_type: str | None, body: bytes, imports: Mapping[str, str]) -> Iterator[Link]:
    """Yield the files that a script means by bare names."""
    if not imports or not SCRIPT_TYPES.match(media_type(content_type)):
        return
    for name in bare_names(body):
        url = address(name, imports)
        if url:
            yield Link(url, "script", "module")
