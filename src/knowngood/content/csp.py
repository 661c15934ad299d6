"""Reads which loads a Content-Security-Policy forbids (https://www.w3.org/TR/CSP3/).

Only what is certain counts: where a nonce, a hash or ``strict-dynamic`` decides, nothing is said.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_DIRECTIVES: Final = {
    "script": ("script-src-elem", "script-src", "default-src"),
    "stylesheet": ("style-src-elem", "style-src", "default-src"),
    "image": ("img-src", "default-src"),
    "json": ("connect-src", "default-src"),
}
"""By kind of link the directives that may decide; the first that a policy has, does."""

_UNDECIDED: Final = re.compile(r"'(nonce-|sha\d+-|strict-dynamic')", re.I)
_HOST: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(\*\.)?([^:/*]+)(?::(?:\d+|\*))?(?:/.*)?", re.I
)


def forbids(policies: list[str], kind: str, url: str, page: str) -> str | None:
    """Return the directive that forbids ``page`` to load ``url``; None where none does.

    ``policies`` are values of headers or meta elements; each may hold several policies, separated
    by commas. ``kind`` is that of a link. An empty ``url`` stands for inline content.
    """
    for policy in ",".join(policies).split(","):
        directives = _directives(policy)
        deciding = next((name for name in _DIRECTIVES.get(kind, ()) if name in directives), None)
        if deciding and not _allowed(directives[deciding], url, page):
            return f"{deciding} {' '.join(directives[deciding])}".strip()
    return None


def _directives(policy: str) -> dict[str, list[str]]:
    """Return the sources of each directive; of two with one name the first counts."""
    directives: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        directives.setdefault(name.lower(), sources)
    return directives


def _allowed(sources: list[str], url: str, page: str) -> bool:
    if any(_UNDECIDED.match(source) for source in sources):
        return True
    if not url:
        return any(source.lower() == "'unsafe-inline'" for source in sources)
    return any(_matches(source.lower(), url, page) for source in sources)


def _matches(source: str, url: str, page: str) -> bool:
    """Return whether a source allows ``url``; ports and paths are taken to match."""
    host = urlsplit(url).hostname or ""
    if source == "*" or source in {"http:", f"{urlsplit(url).scheme}:"}:
        return True
    if source == "'self'":
        return host == urlsplit(page).hostname
    match = _HOST.fullmatch(source)
    if match is None:
        return not source.startswith("'") and "*" in source
    wildcard, name = match.groups()
    return host.endswith(f".{name}") if wildcard else host == name
