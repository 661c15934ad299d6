"""Report what this machine's watch knows to be wrong, for ``knowngood status``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..environment import Environment, env_option
from ..run_options import LEVELS
from ..safety import UsageError, one_line
from ..session import Options
from . import store
from .news_text import time_of_day
from .state import Status, WatchState
from .store import StateUnusable, usual_path

_WATCHED: Final = 86400
"""Seconds without a run after which a watch counts as ended."""


def lines(environment: Environment, now: float) -> list[str]:
    """Return the lasting trouble that the watch reported of an environment, one line each. Empty if
    this user's watch did not run in the last day. ``now`` is in seconds since the epoch.

    Each level has its own watch: a small one by the minute, one of all checks at night.
    """
    of_levels = (_of_level(environment, level, now) for level in LEVELS)
    return list(dict.fromkeys(line for lines in of_levels for line in lines))


def _of_level(environment: Environment, level: str, now: float) -> list[str]:
    name = environment.name
    try:
        path = usual_path(Options(env=name, environment=environment, level=level))
        if not path.stat().st_size:  # the disk was full
            return []
    except (UsageError, OSError):  # no state, no folder for it, or not this user's: no watch
        return []
    try:
        with store.reading(path, name) as file:
            state, runs = file.state(), file.runs(since=now - _WATCHED)
    except StateUnusable as error:
        return [str(error)]
    if not runs:
        return []
    seen_at = time_of_day(runs[-1].began, now)
    return [one_line(f"{name} {line}", 1000) for line in _lasting(environment, state, seen_at, now)]


def _lasting(
    environment: Environment, state: WatchState, seen_at: str, now: float
) -> Iterator[str]:
    if state.status in (Status.FAILED, Status.FLAPPING):
        since, cause = time_of_day(state.since, now), state.cause
        yield (
            f"is {state.status} since {since}, as the watch saw at {seen_at}"
            f"{f': {cause.sentence}' if cause else ''}; to go back: knowngood rollback "
            f"{env_option(environment.path)}"
        )
    if blind := state.told_blindness:
        since = time_of_day(blind.since, now)
        yield f"cannot be judged since {since}, says the watch: {blind.reason}"
