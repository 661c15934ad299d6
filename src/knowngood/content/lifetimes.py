"""Read how long browsers may keep an answer without asking for it again (RFC 9111, 5.2.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

MAX_AGE: Final = re.compile(r"(?:\A|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.I)
"""The seconds of that directive."""

_ASKS: Final = re.compile(r"(?:\A|,)\s*(?:no-store|no-cache)\s*(?:,|\Z)", re.I)
_DAY: Final = 86400
_MOST: Final = 31
"""Days that a page may be kept. Most sites say minutes; of files with a hash in their names it is a
year."""


def problems(headers: httpx.Headers) -> list[str]:
    """Return that browsers may keep a page with these headers for more than a month. What only
    caches of servers keep, their owners can empty.
    """
    value = ", ".join(headers.get_list("cache-control"))
    age = MAX_AGE.search(value)
    days = int(age[1]) // _DAY if age is not None and not _ASKS.search(value) else 0
    return [f'Cache-Control: browsers keep the page for {days} days: "{value}"'] * (days > _MOST)
