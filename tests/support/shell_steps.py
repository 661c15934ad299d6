"""Runs the shell steps of a pipeline in a folder where every program is a stand-in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_STAND_IN = """#!/bin/sh
printf '%s' "${{0##*/}}" >>{log}
for word in "$@"; do printf '\\0%s' "$word" >>{log}; done
printf '\\n' >>{log}
exit {code}
"""


@dataclass(frozen=True)
class Ended:
    """How a step ended.

    Attributes:
        code: its exit code.
        calls: the words of each program that it called, in order.
        output: what it printed.
    """

    code: int
    calls: list[list[str]]
    output: str


@dataclass(frozen=True)
class Workspace:
    """A folder whose programs write down their words and end with a code that is asked for."""

    folder: Path

    def program(self, path: str, code: int = 0) -> None:
        """Put a stand-in there: ``bin/NAME`` is found by name, anything else by its path."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_STAND_IN.format(log=self._log, code=code))
        file.chmod(0o755)

    def run(self, step: str, shell: Sequence[str] = ("sh", "-xe"), **variables: str) -> Ended:
        """Run a step with these variables."""
        self._log.write_text("")
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        done = subprocess.run(
            [*shell, "-c", step],
            cwd=self.folder,
            env={**os.environ, "PATH": path, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
        lines = self._log.read_text("utf-8").split("\n")[:-1]
        return Ended(
            done.returncode, [line.split("\0") for line in lines], done.stdout + done.stderr
        )

    @property
    def _log(self) -> Path:
        return self.folder / "calls.log"
