"""Find the pages of an application that draws them in the browser: its scripts have their paths."""

from __future__ import annotations

import re
from typing import Final

from ..content import written_urls
from ..fetch import Exchange, respond
from .pages import is_page, tree
from .visitor import Visitor, joined

_ROUTE: Final = re.compile(rb"""\bpath\s*:\s*["'](/[a-z][a-z0-9/_-]{0,60})["']""")
"""A path as the routers of React, Vue and Svelte write it, without parameters."""

_ANGULAR: Final = re.compile(
    rb"""\bpath\s*:\s*["']([a-z][a-z0-9/_-]{0,60})["']\s*,\s*"""
    rb"""(?:title\s*:\s*["'][^"'\n]{0,80}["']\s*,\s*)?(?:loadC|c)omponent\s*:"""
)
"""The same as Angular writes it: below the base of the page."""

_NESTED: Final = re.compile(rb"\bchildren\s*:\s*\[[^\[\]]{0,9000}\]")
"""Paths that lie below another's."""

_SCRIPTS: Final = 3
_MOST: Final = 5
"""Pages that are asked for. The server has one answer for all of them."""


def routes(start: Exchange, visitor: Visitor) -> dict[str, Exchange]:
    """Return by path the pages that scripts of the page ``start`` name and the server has."""
    scripts = [file for file in visitor.get(_scripts(start, visitor)) if file.status == 200]
    base = written_urls.base(tree(start), start.probe.url)
    named = [path for script in scripts for path in _named(respond(script).content)]
    paths = list(dict.fromkeys(visitor.paths_of(joined(base, path) for path in named)))
    asked = visitor.get(paths[:_MOST])
    return {visitor.path_of(page.probe.url) or "/": page for page in asked if is_page(page)}


def _named(script: bytes) -> list[str]:
    """Return the paths of routes that a script names."""
    inner = _ANGULAR.findall(_NESTED.sub(b"", script)) if b"router-outlet" in script else []
    return [path.decode() for path in (*_ROUTE.findall(script), *inner)]


def _scripts(start: Exchange, visitor: Visitor) -> list[str]:
    """Return the paths of the first scripts of a page that lie on its origin."""
    nodes = tree(start).css("script[src]")
    urls = (joined(start.probe.url, node.attributes.get("src") or "") for node in nodes)
    return visitor.paths_of(urls)[:_SCRIPTS]
