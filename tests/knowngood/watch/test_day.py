"""A day of production: a run every five minutes, and exactly the messages that one wants to get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verdict_documents import cause, document
from watched_runs import LOST

from knowngood.verdict import VerdictKind

SETTINGS_LOST = cause(sentence=LOST.sentence, kind="status")
SETTINGS_LOST["exchanges"][0]["curl"] = "curl -sSg -i https://fhr.example/ar/js/config.json"
NO_CONTROL = "no control answers, so silence proves nothing"
MESSAGES = """
prod is watched from now on: PASSED, release v7
prod FAILED since 06:00 UTC: /{locale}/js/config.json is 404 in 5 of 5 locales
    2 runs in a row, release v7
    look: curl -sSg -i https://fhr.example/ar/js/config.json
    roll back: knowngood rollback --env=prod
prod recovered after 60 min: PASSED since 07:00 UTC, release v7
    since 06:00 UTC 12 runs FAILED: /{locale}/js/config.json is 404 in 5 of 5 locales
prod cannot be judged since 12:00 UTC (7 runs): no control answers, so silence proves nothing
    whether it works is not known
prod is judged again after 60 min: PASSED, release v7
prod PASSED, v8 since 18:00 UTC
"""


def deployment(minute: float) -> dict[str, Any]:
    """Return the verdict of a run at this minute: a 404 from six to seven with a good run in it, a
    dead control from noon to one, a new release at six in the evening.
    """
    hour = minute / 60
    if 6 <= hour < 7 and minute != 6 * 60 + 25:
        run = document(SETTINGS_LOST, kind=VerdictKind.FAILED, reason=SETTINGS_LOST["sentence"])
    elif 12 <= hour < 13:
        run = document(kind=VerdictKind.INCONCLUSIVE, reason=NO_CONTROL)
    else:
        run = document(kind=VerdictKind.PASSED, reason="every required check ran and held")
    run["release"]["seen"] = "v7" if hour < 18 else "v8"
    return run


def test_day(watched: Callable[..., Any]) -> None:
    """288 times it is looked, seven things are said, and all else is silence and 0."""
    prod = watched(deployment)
    codes = {minute: prod.look(minute) for minute in range(0, 24 * 60, 5)}
    print("\n".join(prod.told))  # noqa: T201 - shown with -rP
    assert prod.told == MESSAGES.strip().splitlines()
    assert len(codes) == 288
    assert {minute: code for minute, code in codes.items() if code} == {360: 1, 750: 75}
    assert len(prod.runs) == 289, "only the alarm needed a second run at once"
    assert prod.complaints == []
