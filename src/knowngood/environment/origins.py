"""Origins: what may be one, and when two spellings are the same one."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def normal_origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of ``url``, so that all spellings of an origin compare equal.

    Case, the default port, a dot behind the host and whatever follows the host make no
    difference. None stands for a ``url`` that cannot be taken apart, such as one with the port
    99999.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme, host, _DEFAULT_PORTS.get(parts.scheme) if port is None else port


def origin_trouble(url: str) -> str | None:
    """Return why ``url`` cannot be an origin, None when it can, without a credential in it."""
    if "@" in url:
        return "holds a user name or password; put the credential into [secrets] instead"
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or 0 < parts.port < 65536
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
