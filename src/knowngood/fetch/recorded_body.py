"""Show a body in a report: its first 512 KiB, as text where it is text, without secrets."""

from __future__ import annotations

import codecs
from base64 import b64encode
from typing import Any, Final

from ..safety import redacted_beginning
from .decompression import BadEncoding, decoded, decoded_size
from .probe import Answer

LARGEST: Final = 512 * 1024
"""Bytes of one body that are kept. Pages and scripts of most sites are smaller, and a recording
can be drilled only where they are whole."""

BODIES: Final = 32 << 20
"""Bytes of all bodies that one run keeps: browsers open a file of that size without delay."""

NO_ROOM: Final = f"left out: the bodies before it have {BODIES >> 20} MB together"


def answer_body(answer: Answer, limit: int) -> dict[str, Any]:
    """Return the body of ``answer`` as plain data, with its Content-Encoding undone if it decodes
    to at most ``limit`` bytes; see :func:`plain_body`.
    """
    encoding = answer.header("content-encoding")
    if encoding is None or not answer.body:
        return plain_body(answer.body)
    try:
        decoded_size(answer.body, encoding, limit)
    except BadEncoding as error:
        return plain_body(answer.body, f"as it was sent: {error}")
    return plain_body(decoded(answer))


def plain_body(body: bytes, comment: str = "") -> dict[str, Any]:
    """Return ``body`` as plain data.

    It has its size in ``bytes``, its beginning in ``text``, whether that is base64, and a
    ``comment`` that says why it is not whole.
    """
    if len(body) > LARGEST:
        comment = f"the first {LARGEST} of {len(body)} bytes"
    beginning = redacted_beginning(body, LARGEST)
    try:
        text, base64 = codecs.getincrementaldecoder("utf-8")().decode(beginning), False
    except UnicodeDecodeError:
        text, base64 = b64encode(beginning).decode(), True
    return {"bytes": len(body), "text": text, "base64": base64, "comment": comment}
