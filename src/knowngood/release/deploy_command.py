"""A command of somebody else's: what it prints is shown as it comes, and its time is bounded."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Final

from ..safety import one_line, process_group

SECONDS: Final = 900.0
"""How long a deploy command may take, so that one that hangs is rolled back. One whose release
needs longer to reach every edge returns sooner; budget.converge waits for the rest."""


def show(command: Sequence[str], folder: Path, say: Callable[[str], None]) -> int:
    """Run ``command`` in ``folder`` and ``say`` each line that it prints; return its exit code.

    After SECONDS it is ended with all that it started, and the code is that of SIGTERM. Raises
    OSError where it cannot be run.
    """
    process = process_group.start(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, say), daemon=True)
    reader.start()
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        say(f"not done after {SECONDS:g} s, and ended")
        return -signal.SIGTERM
    finally:
        if process.poll() is None:
            process_group.end(process)
        reader.join(1)  # and no longer: what the command has started may hold the pipe


def _read(stream: IO[bytes], say: Callable[[str], None]) -> None:
    with stream:
        while line := stream.readline(4096):
            say(f"| {one_line(line.decode('utf-8', 'replace').rstrip(), 300)}")
