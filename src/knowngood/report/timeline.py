"""Place the attempts of an exchange on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_NARROWEST: Final = 0.8  # per cent of the axis: still visible on a telephone


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt on the axis.

    Attributes:
        attempt: the attempt, as in a verdict document.
        left: where it begins, in per cent of the axis.
        width: how long it took, in per cent of the axis; wide enough to be seen.
    """

    attempt: Mapping[str, Any]
    left: float
    width: float


def bars(exchange: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for each attempt of an exchange; its first attempt begins at 0."""
    attempts = exchange["attempts"]
    spans = [_span(attempt, attempts[0]["began"]) for attempt in attempts]
    length = max(end for _, end in spans) or 1.0
    return [
        Bar(attempt, *_on_axis(began / length, end / length))
        for attempt, (began, end) in zip(attempts, spans, strict=True)
    ]


def _span(attempt: Mapping[str, Any], first: float) -> tuple[float, float]:
    """Return begin and end in seconds since ``first``; never negative if the clock was set back."""
    began = max(0.0, attempt["began"] - first)
    return began, began + attempt["seconds"]


def _on_axis(left: float, right: float) -> tuple[float, float]:
    width = max(100 * (right - left), _NARROWEST)
    return round(min(100 * left, 100 - width), 1), round(width, 1)
