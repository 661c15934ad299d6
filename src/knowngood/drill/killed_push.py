"""A push that is killed while its deploy command runs."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..safety import process_group
from .sandbox import Sandbox
from .sandbox_deploy import PAUSE

_BEGUN: Final = 60.0  # seconds within which a push must deploy
_ENDED: Final = 20.0  # seconds within which its command must end: SIGKILL comes after five
_PAUSE: Final = 0.05  # seconds


def kill_in_deploy(sandbox: Sandbox, place: str, release: str) -> tuple[str, str]:
    """Start a push of ``release`` to ``place``, and kill it with SIGKILL while its command runs.

    Return what is not as it should be, empty if the command ended with it; and what was printed.
    """
    pause = sandbox.folder / place / PAUSE
    pause.touch()
    with tempfile.TemporaryFile() as output:
        process = sandbox.start("push", f"--env={place}", f"--release={release}", output=output)
        try:
            trouble = _kill(process, pause)
        finally:
            process_group.end(process)
            pause.unlink()
        output.seek(0)
        return trouble, output.read().decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes], pause: Path) -> str:
    """Kill a push once its command has written its process number to ``pause``; return the trouble
    there was.
    """
    if not _comes(lambda: process.poll() is not None or bool(pause.read_text("ascii")), _BEGUN):
        return f"it did not deploy in {_BEGUN:g} s"
    if process.poll() is not None:
        return f"it ended with {process.returncode} before it deployed"
    command = int(pause.read_text("ascii"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    return "" if _comes(lambda: not _runs(command), _ENDED) else "its deploy command runs on"


def _comes(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; return whether it came within so many seconds."""
    end = time.monotonic() + seconds
    while not (came := condition()) and time.monotonic() < end:
        time.sleep(_PAUSE)
    return came


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
