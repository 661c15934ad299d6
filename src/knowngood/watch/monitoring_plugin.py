"""Write the state as line and exit code of a monitoring plugin: Nagios, Icinga, Checkmk. Pure.

The Monitoring Plugins Development Guidelines define the line: ``NAME STATUS - text|perfdata``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..safety import one_line
from .news_text import time_of_day
from .run import WatchedRun
from .state import Status, WatchState

OK: Final = 0
WARNING: Final = 1
CRITICAL: Final = 2
UNKNOWN: Final = 3

_NAMES: Final = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_WIDEST: Final = 500  # characters of the text: older NRPE cuts a line at 1024 bytes


def result(environment: str, state: WatchState, run: WatchedRun) -> tuple[int, str]:
    """Return the exit code and the line for the state after ``run``."""
    code, text = _judged(state, run)
    release = f", release {state.seen}" if state.seen else ""
    is_told = state.status is None or state.told_blindness is not None
    unsure = "" if is_told or run.is_judged else f"; the last run could not judge: {run.reason}"
    words = one_line(f"{environment} {text}{release}{unsure}", _WIDEST).replace("|", "/")
    return code, f"KNOWNGOOD {_NAMES[code]} - {words}|{' '.join(_perfdata(run))}"


def no_result(reason: str) -> tuple[int, str]:
    """Return the exit code and the line for a watch that could not run."""
    words = "; ".join(filter(None, map(str.strip, reason.splitlines())))
    return UNKNOWN, f"KNOWNGOOD UNKNOWN - {one_line(words, _WIDEST).replace('|', '/')}"


def _judged(state: WatchState, run: WatchedRun) -> tuple[int, str]:
    if blind := state.told_blindness:
        since = time_of_day(blind.since, run.ended)
        return UNKNOWN, f"cannot be judged since {since}: {blind.reason}"
    if state.status is None:
        return UNKNOWN, f"has no certain verdict yet: {run.reason}"
    since = time_of_day(state.since, run.ended)
    if state.status is not Status.PASSED:
        sentence = state.cause.sentence if state.cause else run.reason
        return CRITICAL, f"{state.status} since {since}: {sentence}"
    if run.warnings:
        return WARNING, f"PASSED since {since}, with a warning: {'; '.join(run.warnings)}"
    return OK, f"PASSED since {since}"


def _perfdata(run: WatchedRun) -> Iterator[str]:
    """Yield ``label=value[unit];;;minimum`` for each figure that is known."""
    yield f"time={run.seconds:.3f}s;;;0"
    yield f"causes={run.cause_count};;;0"
    yield f"flaky={run.flaky};;;0"
    for name, seconds in (("p50", run.p50), ("p95", run.p95)):
        if seconds is not None:
            yield f"{name}={seconds:.3f}s;;;0"
