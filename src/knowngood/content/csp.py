"""Find what a Content-Security-Policy forbids (https://www.w3.org/TR/CSP3/).

Only what is certain counts: a file of an unknown element is not judged where a nonce, a hash or
``strict-dynamic`` decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from . import integrity, written_urls

_OF_SCRIPTS: Final = ("script-src-elem", "script-src", "default-src")
_DIRECTIVES: Final = {
    **dict.fromkeys(written_urls.SCRIPT_KINDS, _OF_SCRIPTS),
    "worker": ("worker-src", "child-src", *_OF_SCRIPTS[1:]),
    "stylesheet": ("style-src-elem", "style-src", "default-src"),
    "image": ("img-src", "default-src"),
    "font": ("font-src", "default-src"),
    "json": ("connect-src", "default-src"),
}
"""The directives that may decide about a kind of link; the first that a policy has decides."""

_UNDECIDED: Final = re.compile(r"'(nonce-|sha\d+-|strict-dynamic')", re.I)
_NONCE: Final = re.compile(r"'nonce-[^']*'", re.I)
_HASH: Final = re.compile(r"'(sha(?:256|384|512))-([\w+/=-]+)'", re.I)
_HOST: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(\*\.)?([^:/*]+)(?::(?:\d+|\*))?(?:/.*)?", re.I
)


def forbids(
    policies: list[str], kind: str, url: str, page: str, nonce: str | None = None
) -> str | None:
    """Return the directive that forbids ``page`` to load ``url``; None if none does.

    ``policies`` are values of headers or meta elements; each may hold several policies, separated
    by commas. ``kind`` is that of a link. ``nonce`` is that of the element that loads it, empty for
    none; None if that is not known, or a hash may decide instead.
    """
    for name, sources in _deciding(policies, kind):
        if not _allowed(sources, url, page, nonce):
            return _written(name, sources)
    return None


def forbids_inline(policies: list[str], nonce: str, source: str) -> str | None:
    """Return the directive that forbids a script which stands in a page; None if none does.

    ``nonce`` is that of its element, empty for none. ``policies`` are as for ``forbids``.
    """
    for name, sources in _deciding(policies, "script"):
        if not _allows_inline(sources, nonce, source):
            return _written(name, sources)
    return None


def _allows_inline(sources: list[str], nonce: str, source: str) -> bool:
    """Return whether these sources allow a script in the page. A nonce, a hash or
    ``strict-dynamic`` disables ``unsafe-inline``.
    """
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if any(_has_hash(source, text) for text in sources):
        return True
    strict = any(_UNDECIDED.match(text) for text in sources)
    return not strict and any(text.lower() == "'unsafe-inline'" for text in sources)


def _has_hash(source: str, text: str) -> bool:
    """Return whether ``text`` is a hash of a script. Browsers read a line end as LF alone."""
    match = _HASH.fullmatch(text)
    if match is None:
        return False
    lines = source.replace("\r\n", "\n").replace("\r", "\n").encode()
    digest = integrity.digest(match[1].lower(), lines)
    return match[2].replace("-", "+").replace("_", "/") == digest


def forbids_frame(policies: str, frame: str, page: str) -> str | None:
    """Return the ``frame-ancestors`` that forbids ``frame`` to show ``page``; None if none does.

    ``policies`` are values of headers, separated by commas: in meta elements the directive does not
    count. An empty ``frame`` stands for any site: then only a directive that allows none counts.
    """
    for directives in _parsed([policies]):
        sources = directives.get("frame-ancestors")
        if sources is None:
            continue
        others = [source for source in sources if source.lower() not in {"'none'", "'self'"}]
        allowed = _matches_any(others, frame, page) if frame else bool(others)
        if not allowed:
            return _written("frame-ancestors", sources)
    return None


def decides_on_frames(policies: str) -> bool:
    """Return whether these policies have ``frame-ancestors``: then browsers pass over
    X-Frame-Options.
    """
    return any("frame-ancestors" in directives for directives in _parsed([policies]))


def sandbox_problems(policies: list[str], kinds: set[str]) -> list[str]:
    """Return what the ``sandbox`` of a policy in a header keeps a page from.

    ``kinds`` are those of what the page loads: with ``script`` it has scripts, with ``json`` these
    load documents of the page's own origin.
    """
    needs = {
        "allow-scripts": ("script", "no script of the page runs"),
        "allow-same-origin": ("json", "its scripts cannot load JSON"),
    }
    problems = []
    for directives in _parsed(policies):
        if "sandbox" in directives:
            allowed = {flag.lower() for flag in directives["sandbox"]}
            problems += [
                f"the policy sandbox lacks {flag}: {why}"
                for flag, (kind, why) in needs.items()
                if kind in kinds and flag not in allowed
            ]
    return problems


def _parsed(policies: Iterable[str]) -> Iterator[dict[str, list[str]]]:
    """Yield the directives of each policy."""
    return map(_directives, ",".join(policies).split(","))


def _deciding(policies: Iterable[str], kind: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the directive of each policy that decides about this kind of link, if it has one."""
    for directives in _parsed(policies):
        for name in _DIRECTIVES.get(kind, ()):
            if name in directives:
                yield name, directives[name]
                break


def _written(name: str, sources: Iterable[str]) -> str:
    """Return a directive without its nonces, which differ in each answer."""
    return _NONCE.sub("'nonce-…'", " ".join([name, *sources]))


def _directives(policy: str) -> dict[str, list[str]]:
    """Return the sources of each directive; of two with one name the first counts."""
    directives: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        directives.setdefault(name.lower(), sources)
    return directives


def _allowed(sources: list[str], url: str, page: str, nonce: str | None) -> bool:
    if nonce is None and any(_UNDECIDED.match(source) for source in sources):
        return True
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if any(source.lower() == "'strict-dynamic'" for source in sources):
        return False
    return _matches_any(sources, url, page)


def _matches_any(sources: list[str], url: str, page: str) -> bool:
    return any(_matches(source.lower(), url, page) for source in sources)


def _matches(source: str, url: str, page: str) -> bool:
    """Return whether a source allows ``url``; ports and paths are taken to match."""
    host = urlsplit(url).hostname or ""
    if source in {"*", "http:", f"{urlsplit(url).scheme}:", url}:
        return True
    if source == "'self'":
        return host == urlsplit(page).hostname
    match = _HOST.fullmatch(source)
    if match is None:
        return not source.startswith("'") and "*" in source
    wildcard, name = match.groups()
    return host.endswith(f".{name}") if wildcard else host == name
