"""One run for each environment and machine: two at once would each see what the other writes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
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
    digest = sha256(json.dumps([environment.name, place]).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"knowngood-{environment.name}-{digest}.lock"
