"""Read import maps: which file a module means by a name, as in ``import {a} from "library"``.

https://html.spec.whatwg.org/multipage/webappapis.html#import-maps
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urljoin

from . import javascript
from .written_urls import resolved

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

ImportMap: TypeAlias = Mapping[str, Mapping[str, str]]
"""Where the names of modules lead, by what the URLs of those begin with that import them: the
scopes of a map, and nothing for all others."""

_MAPS: Final = "script[type=importmap i]"
_IMPORTS: Final = re.compile(rb"""(?<![.\w$])(?:import|from)\s*["'][\w@]""")
_URL: Final = re.compile(r"\.{0,2}/|https?:")
_BARE: Final = re.compile(r"(?!\w+:)[\w@]")


def of_page(tree: LexborHTMLParser, base: str) -> ImportMap:
    """Return the import map of a page; empty without one that can be read. ``base`` is what its
    references are relative to. Of several maps the first that has a name counts.
    """
    scopes: dict[str, dict[str, str]] = {}
    for node in tree.css(_MAPS):
        try:
            written = json.loads(node.text(deep=True))
            of_all = {"": written.get("imports", {})}
            entries = [
                (scope and resolved(base, scope), _key(base, name), resolved(base, to))
                for scope, names in [*of_all.items(), *written.get("scopes", {}).items()]
                for name, to in names.items()
                if isinstance(to, str)
            ]
        except (ValueError, AttributeError, RecursionError):
            continue
        for scope, name, to in entries:
            scopes.setdefault(scope, {}).setdefault(name, to)
    return scopes


def has_several(tree: LexborHTMLParser) -> bool:
    """Return whether a page has several maps, of which many browsers read the first alone."""
    return len(tree.css(_MAPS)) > 1


def _key(base: str, name: str) -> str:
    """Return a name of a map; what is a URL in its full length, as imports are looked up by it."""
    return resolved(base, name) if _URL.match(name) else name


def target(importer: str, written: str, imports: ImportMap) -> str:
    """Return where a module lies that the one at ``importer`` names; empty if that is not known."""
    if "\\" in written:
        return ""
    name = _key(importer, written)
    scopes = (scope for scope in sorted(imports, key=len, reverse=True) if _is_in(importer, scope))
    mapped = (_address(name, imports[scope]) for scope in scopes)
    return next(filter(None, mapped), name if _URL.match(written) else "")


def _is_in(importer: str, scope: str) -> bool:
    whole = importer == scope or not scope
    return whole or (scope.endswith("/") and importer.startswith(scope))


def _address(name: str, names: Mapping[str, str]) -> str:
    """Return where ``name`` leads: its own entry, or that of the longest folder in front of it."""
    if name in names:
        return names[name]
    folders = [key for key in names if key.endswith("/") and name.startswith(key)]
    folder = max(folders, key=len, default="")
    return urljoin(names[folder], name.removeprefix(folder)) if folder else ""


def bare_names(script: bytes) -> list[str]:
    """Return the bare names that a module imports, but those by ``import()``, which it may do
    without.
    """
    if not _IMPORTS.search(script):
        return []
    return [name for name in dict.fromkeys(javascript.imports(script)) if _BARE.match(name)]
