"""Show the beginning of a body to people."""

from __future__ import annotations

import codecs
import re
from typing import Final

from ..safety import one_line, redact
from .decompression import decoded
from .probe import Answer

LONGEST: Final = 300
"""Characters of a body that a report shows."""

_READ: Final = 64 * 1024  # bytes of a body that are looked at
_CONSIDERED: Final = 4000  # characters of those: far from their end, where a secret may be cut
_BYTES_SHOWN: Final = 16
_LONGEST_CHARACTER: Final = 4  # bytes
_CHARSETS: Final = "utf-?8|utf-?16|us-ascii|iso-8859|windows|koi8|gb|big5|euc|shift"
_CHARSET: Final = re.compile(rf";\s*charset\s*=\s*[\"']?((?:{_CHARSETS})[\w-]*)", re.I)


def excerpt_of(answer: Answer) -> str:
    """Return the first 300 characters of the decoded body, on one line and safe to print."""
    return excerpt(decoded(answer), _charset_of(answer))


def excerpt(body: bytes, charset: str = "utf-8") -> str:
    """Return the beginning of ``body`` with each run of white space as one blank, or what is no
    text as ``binary: 89 50 4e 47 …``. Secrets are redacted before anything is cut off.
    """
    text = text_of(body, charset)
    if text is None:
        head = redact(body[:_READ].decode("latin-1"))[:_BYTES_SHOWN].encode("latin-1")
        return f"binary: {head.hex(' ')}{' …' if len(body) > len(head) else ''}"
    return one_line(" ".join(redact(text)[:_CONSIDERED].split()), LONGEST)


def text_of(body: bytes, charset: str = "utf-8") -> str | None:
    """Return the first 64 KiB of ``body`` as text; None if it is no text in ``charset``."""
    head = body[:_READ]
    try:
        text = head.decode(charset)
    except UnicodeDecodeError as error:
        if len(body) == len(head) or error.start < len(head) - _LONGEST_CHARACTER:
            return None
        text = head[: error.start].decode(charset)
    return None if "\0" in text else text


def _charset_of(answer: Answer) -> str:
    """Return the charset of Content-Type if it is a usual one, else UTF-8. Python has others that
    take a long time, and some that decompress.
    """
    match = _CHARSET.search(answer.header("content-type") or "")
    try:
        return codecs.lookup(match[1]).name if match else "utf-8"
    except LookupError:
        return "utf-8"
