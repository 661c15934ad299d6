"""Read robots.txt as crawlers do (RFC 9309): of the rules for a path the longest counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from protego import Protego

_NAMED: Final = re.compile(r"^\s*+(user-agent|allow)\s*+:\s*+([^\s#]++)", re.I | re.M)
_MOST: Final = 200  # lines that name crawlers and paths
_HOST: Final = "https://localhost"  # rules name paths alone


def rules(robots: bytes) -> Protego:
    """Return the rules of a robots.txt; what is none allows everything."""
    return Protego.parse(_text(robots))


def let_in(robots: bytes) -> Iterator[str]:
    """Yield, in a line each, what crawlers may ask for: all of them, and those that it names."""
    named = [(key.lower(), value) for key, value in _NAMED.findall(_text(robots))[:_MOST]]
    paths = ["/", *(value.removesuffix("$") for key, value in named if key == "allow")]
    crawlers = ["any crawler", *(value for key, value in named if key == "user-agent")]
    known = rules(robots)
    for crawler in dict.fromkeys(crawlers):
        for path in dict.fromkeys(paths):
            if crawler != "*" and known.can_fetch(_HOST + path, crawler):
                yield f"{crawler} may ask for {path}"


def _text(robots: bytes) -> str:
    return robots.decode("utf-8-sig", "replace")
