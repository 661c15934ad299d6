"""Ask a deployment once which release is live."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import new_run_id
from .convergence import watching

SECONDS: Final = 10.0
"""Seconds that the look may take: a person waits for it."""

_COUNT: Final = 3  # answers of each edge, to meet a backend that differs


@dataclass(frozen=True, slots=True)
class LiveLook:
    """What the edges answered when they were asked which release is live.

    Attributes:
        names: for each release that they name, all names of it, the usual one first.
        trouble: why no edge names one; empty otherwise.
        silent: whether none does, and one gave no answer at all.
    """

    names: Sequence[Sequence[str]]
    trouble: str
    silent: bool


def look_at_release(environment: Environment) -> LiveLook:
    """Return which releases the edges name.

    Raises BadEnvironment if the deployment names no release, or exists only during a run.
    """
    release = environment.release
    if release is None or environment.serve is not None:
        raise BadEnvironment(
            f"{environment.path}: needs [release], which says where the deployment names its "
            "release, and no [serve], whose deployment is there during a run alone"
        )
    with watching(environment, release, new_run_id(), time.time() + SECONDS) as watch:
        edges = watch.look(watch.addresses, _COUNT)
    sights = [sight for edge in edges.values() for sight in edge]
    names = sorted({sight.names for sight in sights if sight.names})
    if names:
        return LiveLook(names, "", silent=False)
    answers = ", ".join(sorted({sight.label for sight in sights}))
    silent = any(sight.exchange.answer is None for sight in sights)
    return LiveLook((), f"no edge names a release: {answers}", silent)
