"""Show the beginning of a body to people."""

from __future__ import annotations

import codecs
import re
from typing import Final

from ..safety import one_line, redacted_beginning
from .decompression import decoded
from .probe import Answer

LONGEST: Final = 300
"""Characters of a body that a report shows."""

_READ: Final = 64 * 1024  # bytes of a body that are looked at
_BYTES_SHOWN: Final = 16
_CHARSETS: Final = "utf-?8|utf-?16|us-ascii|iso-8859|windows|koi8|gb|big5|euc|shift"
_CHARSET: Final = re.compile(rf";\s*charset\s*=\s*[\"']?((?:{_CHARSETS})[\w-]*)", re.I)


def excerpt_of(answer: Answer) -> str:
    """Return the first 300 characters of the decoded body, on one line and safe to print."""
    return excerpt(decoded(answer), _charset_of(answer))


def excerpt(body: bytes, charset: str = "utf-8") -> str:
    """Return the beginning of ``body`` with each run of white space as one blank; if it is no text,
    as ``binary: 89 50 4e 47 …``. Secrets are redacted before anything is cut off.
    """
    beginning = redacted_beginning(body, _READ)
    text = text_of(beginning, charset, whole=len(body) <= _READ)
    if text is None:
        more = " …" if len(beginning) > _BYTES_SHOWN else ""
        return f"binary: {beginning[:_BYTES_SHOWN].hex(' ')}{more}"
    return one_line(" ".join(text.split()), LONGEST)


def text_of(data: bytes, charset: str = "utf-8", *, whole: bool = True) -> str | None:
    """Return ``data`` as text; None if it is no text in ``charset``. What is not ``whole`` may end
    within a character.
    """
    try:
        text = codecs.getincrementaldecoder(charset)().decode(data, final=whole)
    except UnicodeError:
        return None
    return None if "\0" in text else text


def _charset_of(answer: Answer) -> str:
    """Return the charset of Content-Type if it is a usual one, else UTF-8. Some of Python's codecs
    are slow, and some decompress.
    """
    match = _CHARSET.search(answer.header("content-type") or "")
    try:
        return codecs.lookup(match[1]).name if match else "utf-8"
    except LookupError:
        return "utf-8"
