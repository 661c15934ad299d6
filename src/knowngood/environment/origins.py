"""Check origins, and bring them into one form for comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_BEFORE_PATH: Final = re.compile(r"[^/?#]*//[^/?#]*")
"""The part of a URL that names its origin: as urlsplit, up to the first ``/``, ``?`` or ``#``."""


def normal_origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of ``url``, so that all spellings of an origin compare equal.

    Case, the default port, a dot after the host, Punycode, path and query make no difference. None
    for a ``url`` that cannot be parsed, such as one with the port 99999.
    """
    start = _BEFORE_PATH.match(url)
    return _normal(start[0] if start is not None else url)


@lru_cache(1024)  # thousands of URLs lie on a few origins
def _normal(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(with_ascii_host(url))
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme, host, DEFAULT_PORTS.get(parts.scheme) if port is None else port


def with_ascii_host(url: str) -> str:
    """Return ``url`` with its host in Punycode (RFC 5891). Raises ValueError for a bad host."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.isascii():
        return url
    import idna

    port = f":{parts.port}" if parts.port is not None else ""
    ascii_host = idna.encode(host, uts46=True).decode()
    return parts._replace(netloc=ascii_host + port).geturl()


def as_origin(url: str) -> str:
    """Return ``url``, a valid origin, in ASCII and without a last slash."""
    return with_ascii_host(url).rstrip("/")


def as_declared(url: str, origins: Mapping[str, str]) -> str:
    """Return ``url`` in the form of checks, ``ORIGIN:/path``; unchanged if it is on no origin.

    ``origins`` are URLs by name.
    """
    for name, base in origins.items():
        if url.startswith(f"{base}/"):
            return f"{name}:{url.removeprefix(base)}"
    return url


def origin_trouble(url: str) -> str | None:
    """Return why ``url`` cannot be an origin, without showing a password; None if it can."""
    if "@" in url:
        return "holds a user name or password; put the credential into [secrets] instead"
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or 0 < parts.port < 65536
        with_ascii_host(url)
    except ValueError as error:
        return f"found {url!r}, which is no URL: {error}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok:
        return f"found {url!r}; expected http://HOST[:PORT] or https://HOST[:PORT]"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return f"found {url!r}; an origin is scheme, host and port, without a path"
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        return f"found {url!r}, which holds white space or control characters"
    if re.search(r"[?#\\<>\"^`{|}%]", url):
        return f"found {url!r}; expected http://HOST[:PORT] or https://HOST[:PORT]"
    return None
