"""Answers that come late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .answers import is_html, is_json, succeeded
from .model import Change, Mutation, Recorded
from .weights import SOME_NOTICE

TIMES: Final = 10
"""How many times as long a slow answer takes."""

_SLOW: Final = Change(
    "takes ten times as long",
    "assert response.elapsed.total_seconds() < 2  # or what is usual",
    lambda recorded: recorded.answer,
    TIMES,
)


def _slow(recorded: Recorded) -> Iterator[Change]:
    """Yield the change for pages, documents and writes, which a program makes; files lie there."""
    answer = recorded.answer
    made = recorded.method not in {"GET", "HEAD"} or is_html(answer) or is_json(answer)
    if made and succeeded(answer):
        yield _SLOW


SLOWNESS: Final = (
    Mutation("slow", "a cache is cold, or a query lost its index", _slow, SOME_NOTICE),
)
