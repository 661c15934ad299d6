"""Runs for tests of the watch, without a deployment: a verdict and a time are enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from knowngood.environment import WatchSettings
from knowngood.verdict import VerdictKind
from knowngood.watch import machine
from knowngood.watch.run import RunCause, WatchedRun
from knowngood.watch.state import News, WatchState

DAY = 1_700_006_400.0
"""2023-11-15 00:00 UTC."""
MINUTE = 60.0
LOST = RunCause(
    "lost",
    "/{locale}/js/config.json is 404 in 5 of 5 locales",
    "curl https://fhr.example/ar/js/config.json",
)
TITLE = RunCause("title", "/ar/: the page has no title", "curl https://fhr.example/ar/")


def run(verdict: str = "P", minute: float = 0.0, **more: Any) -> WatchedRun:
    """Return a run of 12 s that began ``minute`` minutes after midnight: P passed, F failed with
    ``LOST``, I could not judge.
    """
    kinds = {"P": VerdictKind.PASSED, "F": VerdictKind.FAILED, "I": VerdictKind.INCONCLUSIVE}
    reasons = {"P": "every required check ran and held", "F": LOST.sentence}
    causes = (LOST,) if verdict == "F" else ()
    fields = {
        "id": f"{round(minute * 60):012x}",
        "began": DAY + minute * MINUTE,
        "seconds": 12.0,
        "verdict": kinds[verdict],
        "reason": reasons.get(verdict, "no control answers, so silence proves nothing"),
        "release": "v7",
        "causes": causes,
        **more,
    }
    return WatchedRun(**{"cause_count": len(fields["causes"]), **fields})


def after(
    runs: Iterable[WatchedRun],
    settings: WatchSettings | None = None,
    state: WatchState | None = None,
) -> tuple[WatchState, list[News]]:
    """Return the state after ``runs``, and all the news that they brought."""
    told: list[News] = []
    state = state or WatchState()
    for each in runs:
        state, news = machine.step(state, each, settings or WatchSettings())
        told += news
    return state, told
