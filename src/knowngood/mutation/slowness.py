"""Let answers come late."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from .answers import is_html, is_json, succeeded
from .model import SOME_NOTICE, Change, Mutation, Recorded

TIMES: Final = 10
"""How many times as long a slow answer takes."""

_NOTICED: Final = 1.0
"""Seconds from which people notice that they wait (Nielsen, Usability Engineering, 1993, 5.5)."""


def _slow(recorded: Recorded) -> Iterator[Change]:
    """Yield the change for answers that a program computes: pages, documents and writes.

    Leave out those that are fast even at ten times their seconds: nobody notices.
    """
    answer, seconds = recorded.answer, recorded.seconds
    computed = recorded.method not in {"GET", "HEAD"} or is_html(answer) or is_json(answer)
    if computed and succeeded(answer) and seconds * TIMES >= _NOTICED:
        most = max(1, math.ceil(2 * seconds))
        line = f"assert response.elapsed.total_seconds() < {most}"
        yield Change("takes ten times as long", line, lambda recorded: recorded.answer, TIMES)


SLOWNESS: Final = (
    Mutation("slow", "a cache is cold, or a query lost its index", _slow, SOME_NOTICE),
)
