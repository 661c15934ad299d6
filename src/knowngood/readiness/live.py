"""Ask a deployment once which release is live."""

from __future__ import annotations

import time
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import new_run_id
from .convergence import watching

SECONDS: Final = 10.0
"""Seconds that the look may take: a person waits for it."""

_COUNT: Final = 3  # answers of each edge, to meet a backend that differs


def look_at_release(environment: Environment) -> tuple[list[tuple[str, ...]], str]:
    """Return the releases that the edges name, each with all its names (the usual one first), and
    their other answers.

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
    releases = sorted({sight.names for sight in sights if sight.names})
    other_answers = sorted({sight.label for sight in sights if not sight.names})
    return releases, ", ".join(other_answers)
