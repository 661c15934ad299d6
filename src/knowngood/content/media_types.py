"""Media types, as Content-Type and ``type`` attributes have them, and bodies that belie them."""

from __future__ import annotations

import re
from typing import Final

WEB_PAGE: Final = re.compile(r"<(?:!doctype html|html|head|body)\b", re.I)
"""How the markup of a web page begins, whatever its media type says."""

_SCRIPT: Final = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script\b", re.I)


def is_javascript(media: str) -> bool:
    """Return whether a media type, parameters or not, is one of JavaScript (RFC 9239, 6)."""
    return _SCRIPT.match(media) is not None


def media_type(content_type: str | None) -> str:
    """Return the media type without parameters, in lower case; empty if there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def undeclared_gzip(body: bytes) -> str:
    """Return in words that a body, after its Content-Encoding is undone, is gzip; empty for any
    other (RFC 1952, 2.3.1).
    """
    return "gzip, once more than Content-Encoding says" if body.startswith(b"\x1f\x8b") else ""


def is_utf_8(body: bytes) -> bool:
    """Return whether ``body`` is a text in UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
