"""A command of knowngood's, run as a process that ends with us, with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

SECONDS: Final = 300.0
"""How long one command may take: a push with its rollback takes ten."""

_WIND_UP: Final = 15.0  # seconds; a run that is told to end takes eight at the most


class CommandResult(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    output: str


def run(folder: Path, variables: Mapping[str, str], *words: str) -> CommandResult:
    """Run ``knowngood WORDS`` in ``folder``, with these environment variables alone."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "knowngood", *words],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that it can be ended with what it started
    )
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        return CommandResult(-signal.SIGTERM, f"not done after {SECONDS:g} s, and ended")
    except BaseException:
        _end(process)
        raise
    return CommandResult(process.returncode, output.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; where it does not, or we are told so again, end what is left of its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.communicate(timeout=_WIND_UP)
