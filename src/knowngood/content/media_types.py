"""Media types, as they stand in Content-Type and in ``type`` attributes."""

from __future__ import annotations

import re
from typing import Final

SCRIPT_TYPES: Final = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script\b", re.I)
"""Media types that are JavaScript (RFC 9239, 6)."""


def media_type(content_type: str | None) -> str:
    """Return the media type without parameters, in lower case; empty where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()
