"""Summarise an exchange as plain data, for reports."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from ..content import media_types
from ..environment import Environment
from ..safety import one_line, redact, redacted_beginning
from .attempt_error import AttemptError
from .curl_line import LONGEST_BODY, curl_line, sent_body
from .decompression import decoded
from .probe import Answer, Exchange

LONGEST_LINE: Final = 4000
"""Characters of a command line that a report offers. A terminal takes no more than 4095 at once."""

LONGEST_EXCERPT: Final = 300
"""Characters of a body that a report shows."""

_READ: Final = 64 * 1024  # bytes of a body that are looked at
_BYTES_SHOWN: Final = 16
_CHARSETS: Final = "utf-?8|utf-?16|us-ascii|iso-8859|windows|koi8|gb|big5|euc|shift"
_CHARSET: Final = re.compile(rf";\s*charset\s*=\s*[\"']?((?:{_CHARSETS})[\w-]*)", re.I)


def describe(exchange: Exchange, environment: Environment | None = None) -> dict[str, Any]:
    """Return ``exchange`` as plain data for reports: its :func:`summary`, the beginning of the
    body, the request's own headers and body, and a line for curl in ``environment``.
    """
    answer = exchange.answer
    return {
        **summary(exchange),
        "excerpt": "" if answer is None else _excerpt(answer),
        "request_headers": [
            [one_line(name), one_line(value, 1000)] for name, value in exchange.probe.own_headers
        ],
        "request_body": _body_words(sent_body(exchange.probe) or b""),
        "curl": _curl_line(exchange, environment),
    }


def _body_words(body: bytes) -> str:
    """Return a short text as it is, any other body as its size and digest."""
    text = _text(body) if len(body) <= LONGEST_BODY else None
    if text is None:
        return f"{len(body)} bytes, sha256 {sha256(body).hexdigest()}"
    return one_line(text, LONGEST_BODY)


def _curl_line(exchange: Exchange, environment: Environment | None) -> str:
    """Return a line that contacts only the environment's origins: empty for a request that the
    guard refused, and without the redirect that was not followed.
    """
    if exchange.error is AttemptError.GUARD:
        return ""
    follow = exchange.probe.follow and exchange.error is not AttemptError.REDIRECT
    line = curl_line(replace(exchange.probe, follow=follow), environment)
    return line if len(line) <= LONGEST_LINE else ""


def summary(exchange: Exchange) -> dict[str, Any]:
    """Return the facts of ``exchange`` as plain data. Of bodies it has the answer's size only."""
    answer = exchange.answer
    facts: dict[str, Any] = {
        "method": exchange.probe.method,
        "url": one_line(exchange.probe.url, 500),
        "seconds": round(exchange.seconds, 3),
        "attempts": [
            {
                "began": round(attempt.began, 3),
                "status": attempt.status,
                "error": attempt.error and str(attempt.error),
                "phase": attempt.phase,
                "detail": one_line(attempt.detail, 300),
                "seconds": round(attempt.seconds, 3),
                "address": attempt.address,
            }
            for attempt in exchange.attempts
        ],
    }
    if exchange.probe.address:
        facts["connect_to"] = exchange.probe.connect_to
    if answer is not None:
        facts |= {
            "status": answer.status,
            "media_type": one_line(
                media_types.media_type(redact(answer.header("content-type") or "")), 80
            ),
            "bytes": len(answer.body),
            "location": one_line(answer.header("location") or "", 300),
            "address": answer.address,
        }
    return facts


def _excerpt(answer: Answer) -> str:
    """Return the beginning of the decoded body, safe to print, with each run of white space as one
    blank. What is no text is returned as ``binary: 89 50 4e 47 …``. Secrets are redacted before
    anything is cut off.
    """
    body = decoded(answer)
    beginning = redacted_beginning(body, _READ)
    text = _text(beginning, _charset_of(answer), whole=len(body) <= _READ)
    if text is None:
        more = " …" if len(beginning) > _BYTES_SHOWN else ""
        return f"binary: {beginning[:_BYTES_SHOWN].hex(' ')}{more}"
    return one_line(" ".join(text.split()), LONGEST_EXCERPT)


def _text(data: bytes, charset: str = "utf-8", *, whole: bool = True) -> str | None:
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
