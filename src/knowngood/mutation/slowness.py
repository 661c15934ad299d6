"""Answers that come late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .model import Change, Mutation, Recorded
from .weights import SOME_NOTICE

TIMES: Final = 10
"""How many times as long a slow answer takes: an index that is missing, a cold cache."""

_SLOW: Final = Change(
    "takes ten times as long",
    "assert response.elapsed.total_seconds() < 2",
    lambda recorded: recorded.answer,
    TIMES,
)


def _slow(_recorded: Recorded) -> Iterator[Change]:
    yield _SLOW


SLOWNESS: Final = (
    Mutation("slow", "a cache is cold, or a query lost its index", _slow, SOME_NOTICE),
)
