"""Summarise an exchange as plain data, for reports."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from ..content import media_types
from ..environment import Environment
from ..safety import one_line, redact
from .attempt_error import AttemptError
from .curl_line import LONGEST_BODY, curl_line, sent_body
from .excerpt import excerpt_of, text_of
from .probe import Exchange

LONGEST_LINE: Final = 4000
"""Characters of a command line that a report offers. A terminal takes no more than 4095 at once."""


def describe(exchange: Exchange, environment: Environment | None = None) -> dict[str, Any]:
    """Return ``exchange`` as plain data for reports: its :func:`summary`, the beginning of the
    body, the request's own headers and body, and a line for curl in ``environment``.
    """
    answer = exchange.answer
    return {
        **summary(exchange),
        "excerpt": "" if answer is None else excerpt_of(answer),
        "request_headers": [
            [one_line(name), one_line(value, 1000)] for name, value in exchange.probe.own_headers
        ],
        "request_body": _body_words(sent_body(exchange.probe) or b""),
        "curl": _curl_line(exchange, environment),
    }


def _body_words(body: bytes) -> str:
    """Return a short text as it is, any other body as its size and digest."""
    text = text_of(body) if len(body) <= LONGEST_BODY else None
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
