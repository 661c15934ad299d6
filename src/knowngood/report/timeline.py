"""Lay the attempts of an exchange out on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_NARROWEST: Final = 0.8  # per cent of the axis: what is still seen on a telephone


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt on the axis.

    Attributes:
        attempt: the attempt, as in a verdict document.
        left: where it begins, in per cent of the axis.
        width: how long it took, in per cent of the axis; never too little to be seen.
    """

    attempt: Mapping[str, Any]
    left: float
    width: float


def bars(exchange: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for each attempt of an exchange; its first attempt begins at 0."""
    spans = _spans(exchange["attempts"])
    length = max(end for _, end in spans) or 1.0
    return [
        Bar(attempt, *_on_axis(began / length, end / length))
        for attempt, (began, end) in zip(exchange["attempts"], spans, strict=True)
    ]


def _spans(attempts: list[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return begin and end of each attempt, in seconds since the first began.

    Older documents do not say when an attempt began: there each follows on the one before.
    """
    spans: list[tuple[float, float]] = []
    for attempt in attempts:
        end = spans[-1][1] if spans else 0.0
        began = attempt["began"] - attempts[0]["began"] if "began" in attempt else end
        spans.append((max(0.0, began), max(0.0, began) + attempt["seconds"]))
    return spans


def _on_axis(left: float, right: float) -> tuple[float, float]:
    width = max(100 * (right - left), _NARROWEST)
    return round(min(100 * left, 100 - width), 1), round(width, 1)
