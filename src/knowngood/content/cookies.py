"""Read how the cookies that an answer sets are protected (RFC 6265, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ATTRIBUTES: Final = ("Secure", "HttpOnly", "SameSite")
"""What protects a cookie: from networks, from scripts, and from requests of other sites."""


def protections(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, by the name of each cookie that ``lines`` of Set-Cookie set, which ATTRIBUTES it has.
    One that they delete holds nothing, and is left out.
    """
    cookies = {}
    for line in lines:
        pair, *parts = line.split(";")
        name, _, value = pair.strip().partition("=")
        given = {key.lower(): text for key, text in map(_attribute, parts)}
        ends = given.get("max-age", "").startswith(("0", "-")) or "1970" in given.get("expires", "")
        if name and value.strip('"') and not ends:
            cookies[name] = tuple(known for known in ATTRIBUTES if known.lower() in given)
    return cookies


def without(line: str, attribute: str) -> str:
    """Return a line of Set-Cookie without an attribute."""
    pair, *parts = line.split(";")
    kept = [part for part in parts if _attribute(part)[0].lower() != attribute.lower()]
    return ";".join([pair, *kept])


def _attribute(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key.strip(), value.strip()
