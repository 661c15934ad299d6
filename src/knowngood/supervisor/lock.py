"""One run for each environment and machine: two at once would each see what the other writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ..environment import Environment
from ..safety import lock


def held(
    environment: Environment, command: Sequence[str], wait: float = 0.0
) -> AbstractContextManager[None]:
    """Hold the lock of ``environment`` while inside; a second process is told the ``command``.

    Waits up to ``wait`` seconds for one that holds it. Raises LockUnavailable.
    """
    return lock.held(path_of(environment), f"{environment.name} is being verified", command, wait)


def path_of(environment: Environment) -> Path:
    """Return the lock's file, named by the environment and its origins: two checkouts share it."""
    place = sorted(environment.origins.items()) or str(environment.path.resolve())
    return lock.path_for(environment.name, json.dumps([environment.name, place]))
