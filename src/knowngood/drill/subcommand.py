"""Run a command of knowngood as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ..safety import process_group

SECONDS: Final = 300.0
"""How long one command may take. A push with its rollback takes ten seconds."""

_GRACE: Final = 15.0  # seconds; a run that gets SIGTERM needs eight at the most


class CommandResult(NamedTuple):
    """How a command ended.

    Attributes:
        code: its exit code.
        output: what it printed, errors included.
    """

    code: int
    output: str


def run(folder: Path, variables: Mapping[str, str], *words: str) -> CommandResult:
    """Run ``knowngood WORDS`` in ``folder``, with these environment variables alone.

    When this process is interrupted, the command is ended with all that it started.
    """
    try:
        done = process_group.run(
            [sys.executable, "-P", "-m", "knowngood", *words],
            SECONDS,
            grace=_GRACE,
            cwd=folder,
            env=variables,
            stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired:
        return CommandResult(-signal.SIGTERM, f"ended: it took more than {SECONDS:g} s")
    return CommandResult(done.returncode, done.stdout.decode("utf-8", "replace"))
