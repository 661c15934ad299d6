"""Find the pages of an application that draws them in the browser: its scripts have their paths."""

from __future__ import annotations

import re
from typing import Final

from ..fetch import Exchange, respond
from .pages import is_page, tree
from .visitor import Visitor, joined

_ROUTE: Final = re.compile(rb"""\bpath\s*:\s*["'](/[a-z][a-z0-9/_-]{0,60})["']""")
"""A path as the routers of React, Vue and Svelte write it, without parameters."""

_SCRIPTS: Final = 3
_MOST: Final = 5
"""Pages that are asked for. The server has one answer for all of them."""


def routes(start: Exchange, visitor: Visitor) -> dict[str, Exchange]:
    """Return by path the pages that scripts of the page ``start`` name and the server has."""
    scripts = [file for file in visitor.get(_scripts(start, visitor)) if file.status == 200]
    named = [path for script in scripts for path in _ROUTE.findall(respond(script).content)]
    paths = list(dict.fromkeys(path.decode() for path in named))
    asked = visitor.get(paths[:_MOST])
    return {visitor.path_of(page.probe.url) or "/": page for page in asked if is_page(page)}


def _scripts(start: Exchange, visitor: Visitor) -> list[str]:
    """Return the paths of the first scripts of a page that lie on its origin."""
    nodes = tree(start).css("script[src]")
    urls = (joined(start.probe.url, node.attributes.get("src") or "") for node in nodes)
    return visitor.paths_of(urls)[:_SCRIPTS]
