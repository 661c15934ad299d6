"""Summarise an exchange as plain data, for reports."""

from __future__ import annotations

from typing import Any

from ..content import media_types
from ..safety import one_line, redact
from .probe import Exchange


def describe(exchange: Exchange) -> dict[str, Any]:
    """Return ``exchange`` as plain data for reports. Of the body it has the size only."""
    answer = exchange.answer
    summary: dict[str, Any] = {
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
        summary["connect_to"] = exchange.probe.connect_to
    if answer is not None:
        summary |= {
            "status": answer.status,
            "media_type": one_line(
                media_types.media_type(redact(answer.header("content-type") or "")), 80
            ),
            "bytes": len(answer.body),
            "location": one_line(answer.header("location") or "", 300),
            "address": answer.address,
        }
    return summary
