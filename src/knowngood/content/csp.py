"""What a Content-Security-Policy keeps a browser from loading (https://www.w3.org/TR/CSP3/).

Only what is certain is told: where a nonce, a hash or ``strict-dynamic`` decides, nothing is.
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
"""By kind of reference the directives that decide, the first that is there."""

_UNDECIDED: Final = re.compile(r"'(nonce-|sha\d+-|strict-dynamic')", re.I)
_HOST: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(\*\.)?([^:/*]+)(?::(?:\d+|\*))?(?:/.*)?", re.I
)


def forbids(policies: list[str], kind: str, url: str, page: str) -> str | None:
    """The directive by which one of ``policies`` keeps ``page`` from loading ``url``, or None.

    ``policies`` are header or meta values, each of which may hold several with commas between;
    ``kind`` is a reference's. An empty ``url`` stands for what is inline.
    """
    for policy in ",".join(policies).split(","):
        directives = _directives(policy)
        deciding = next((name for name in _DIRECTIVES.get(kind, ()) if name in directives), None)
        if deciding and not _allowed(directives[deciding], url, page):
            return f"{deciding} {' '.join(directives[deciding])}".strip()
    return None


def _directives(policy: str) -> dict[str, list[str]]:
    """The sources of each directive; of two with one name the first counts."""
    found: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        found.setdefault(name.lower(), sources)
    return found


def _allowed(sources: list[str], url: str, page: str) -> bool:
    if any(_UNDECIDED.match(source) for source in sources):
        return True
    if not url:
        return any(source.lower() == "'unsafe-inline'" for source in sources)
    return any(_matches(source.lower(), url, page) for source in sources)


def _matches(source: str, url: str, page: str) -> bool:
    """Whether a source lets ``url`` through; ports and paths are taken to fit."""
    host = urlsplit(url).hostname or ""
    if source == "*" or source in {"http:", f"{urlsplit(url).scheme}:"}:
        return True
    if source == "'self'":
        return host == urlsplit(page).hostname
    found = _HOST.fullmatch(source)
    if found is None:
        return not source.startswith("'") and "*" in source
    wildcard, name = found.groups()
    return host.endswith(f".{name}") if wildcard else host == name
