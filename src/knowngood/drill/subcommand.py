"""A command of knowngood's, run as a process that ends with us, with all that it started."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ..safety import process_group

SECONDS: Final = 300.0
"""How long one command may take: a push with its rollback takes ten."""

_WIND_UP: Final = 15.0  # seconds; a run that is told to end takes eight at the most


class CommandResult(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    output: str


def run(folder: Path, variables: Mapping[str, str], *words: str) -> CommandResult:
    """Run ``knowngood WORDS`` in ``folder``, with these environment variables alone."""
    try:
        done = process_group.run(
            [sys.executable, "-P", "-m", "knowngood", *words],
            SECONDS,
            grace=_WIND_UP,
            cwd=folder,
            env=variables,
            stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired:
        return CommandResult(-signal.SIGTERM, f"not done after {SECONDS:g} s, and ended")
    return CommandResult(done.returncode, done.stdout.decode("utf-8", "replace"))
