"""A module of the drill that runs as a process of its own, told by lines of JSON what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ..safety import process_group


@dataclass(frozen=True, slots=True)
class ModuleProcess:
    """A module that runs.

    Attributes:
        source: what it writes.
        target: what it reads.
    """

    source: IO[bytes]
    target: IO[bytes]

    def tell(self, content: Mapping[str, Any]) -> None:
        """Write a line of JSON. Raises BrokenPipeError if the process has ended."""
        self.target.write(f"{json.dumps(content)}\n".encode())
        self.target.flush()


@contextmanager
def running_module(
    name: str, variables: Mapping[str, str], cwd: Path | None = None
) -> Iterator[ModuleProcess]:
    """Start the module with this name in the folder ``cwd``, and end it with all that it started.

    ``variables`` are added to its environment.
    """
    with process_group.start(
        [sys.executable, "-m", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env={**os.environ, **variables},
    ) as process:
        try:
            yield ModuleProcess(cast(IO[bytes], process.stdout), cast(IO[bytes], process.stdin))
        finally:
            process_group.end(process)
