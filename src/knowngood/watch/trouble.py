"""Report what this machine's watch knows to be wrong, for ``knowngood status``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..environment import LEVELS, Environment
from ..safety import UsageError, one_line
from ..session import Options
from . import store
from .news_text import time_of_day
from .state import Status, WatchState
from .store import StateUnusable, usual_path

_WATCHED: Final = 86400
"""Seconds without a run after which a watch counts as ended."""


def lines(environment: Environment, now: float) -> list[str]:
    """Return what the watch told of an environment and what still lasts, one line each; nothing
    where no watch of this person looked at it in the last day. ``now`` is the time in seconds.

    Each level has a watch of its own: one by the minute, and one of all checks at night.
    """
    of_levels = (_of_level(environment, level, now) for level in LEVELS)
    return list(dict.fromkeys(line for lines in of_levels for line in lines))


def _of_level(environment: Environment, level: str, now: float) -> list[str]:
    name = environment.name
    try:
        path = usual_path(Options(env=name, environment=environment, level=level))
        if not path.exists():
            return []
    except (UsageError, OSError):  # no folder for it, or none of this person's: no watch
        return []
    try:
        with store.reading(path, name) as file:
            state, runs = file.state(), file.runs(since=now - _WATCHED)
    except StateUnusable as error:
        return [str(error)]
    if not runs:
        return []
    looked = time_of_day(runs[-1].began, now)
    return [one_line(f"{name} {what}", 1000) for what in _lasting(name, state, looked, now)]


def _lasting(name: str, state: WatchState, looked: str, now: float) -> Iterator[str]:
    if state.status in (Status.FAILED, Status.FLAPPING):
        since, cause = time_of_day(state.since, now), state.cause
        yield (
            f"is {state.status} since {since}, as the watch saw at {looked}"
            f"{f': {cause.sentence}' if cause else ''}; to go back: knowngood rollback --env={name}"
        )
    if state.blind is not None and state.is_blind:
        since = time_of_day(state.blind.since, now)
        yield f"cannot be judged since {since}, says the watch: {state.blind.reason}"
