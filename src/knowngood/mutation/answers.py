"""Read answers and make changed copies of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..content import media_types
from ..fetch import Answer, BadEncoding, decoded, with_plain_body

LARGEST: Final = 4 << 20
"""Most bytes of a body that is changed, as sent and decoded. ``content`` has the same limit for
JSON documents and stylesheets."""

_NAMED_TEXTS: Final = ("javascript", "ecmascript", "json", "xml")


def media_type(answer: Answer) -> str:
    """Return the media type without its parameters, in lower case; empty without one."""
    return media_types.media_type(answer.header("content-type"))


def is_html(answer: Answer) -> bool:
    """Return whether an answer is an HTML page by its media type."""
    return media_type(answer) == "text/html"


def is_json(answer: Answer) -> bool:
    """Return whether an answer is JSON by its media type (RFC 6839, 3.1)."""
    kind = media_type(answer)
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def is_font(answer: Answer) -> bool:
    """Return whether an answer is a font by its media type, such as ``font/woff2`` or the older
    ``application/font-woff``.
    """
    return "font" in media_type(answer)


def is_media(answer: Answer) -> bool:
    """Return whether an answer is an image, a font, sound or video by its media type."""
    return is_font(answer) or media_type(answer).startswith(("image/", "audio/", "video/"))


def is_source(answer: Answer) -> bool:
    """Return whether an answer is a script or a stylesheet by its media type."""
    kind = media_type(answer)
    return kind == "text/css" or media_types.is_javascript(kind)


def is_text(answer: Answer) -> bool:
    """Return whether the media type of an answer is one of text."""
    kind = media_type(answer)
    return kind.startswith("text/") or kind.endswith(_NAMED_TEXTS)


def succeeded(answer: Answer) -> bool:
    """Return whether the status is a success."""
    return 200 <= answer.status < 300


def body_of(answer: Answer) -> bytes:
    """Return the decoded body of an answer that succeeded.

    It is empty if nothing can be changed: another status, a body that is too large, or one that
    contradicts its Content-Encoding.
    """
    if not succeeded(answer) or max(len(answer.body), answer.decoded) > LARGEST:
        return b""
    try:
        return decoded(answer)
    except BadEncoding:
        return b""


def text_of(answer: Answer) -> str:
    """Return the decoded body as text; empty if it is empty or not UTF-8."""
    try:
        return body_of(answer).decode("utf-8")
    except UnicodeDecodeError:
        return ""


def with_body(answer: Answer, body: bytes, content_type: str = "") -> Answer:
    """Return ``answer`` with another body, and another Content-Type unless that is empty."""
    answer = with_plain_body(answer, body)
    return with_header(answer, "content-type", content_type) if content_type else answer


def with_header(answer: Answer, name: str, value: str) -> Answer:
    """Return ``answer`` with one header ``name`` (lower case) in place of all of that name."""
    line = (name.encode(), value.encode("latin-1", "replace"))
    return replace(answer, headers=(*_others(answer, name), line))


def without_header(answer: Answer, name: str) -> Answer:
    """Return ``answer`` without its headers ``name`` (lower case)."""
    decoded_bytes = 0 if name == "content-encoding" else answer.decoded
    return replace(answer, headers=_others(answer, name), decoded=decoded_bytes)


def _others(answer: Answer, name: str) -> tuple[tuple[bytes, bytes], ...]:
    key = name.encode()
    return tuple(header for header in answer.headers if header[0].lower() != key)
