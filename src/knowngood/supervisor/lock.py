"""Allow one run for each environment and machine: two at once would see each other's writes."""

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
    """Hold the lock of ``environment`` while inside. The error of a second process names
    ``command``.

    Wait up to ``wait`` seconds for a process that holds it. Raises LockUnavailable.
    """
    return lock.held(path_of(environment), f"{environment.name} is being verified", command, wait)


def path_of(environment: Environment) -> Path:
    """Return the file of the lock, by name and origins, so that two checkouts share one."""
    place = sorted(environment.origins.items()) or str(environment.path.resolve())
    return lock.path_for(environment.name, json.dumps([environment.name, place]))
