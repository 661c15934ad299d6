"""A command of somebody else's: what it prints is shown as it comes, its time is bounded, and it
ends with this process.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from ..safety import Say, one_line, process_group
from . import deploy_guard

SECONDS: Final = 900.0
"""How long a deploy command may take, so that one that hangs is rolled back. One whose release
needs longer to reach every edge returns sooner; budget.converge waits for the rest."""


def show(command: Sequence[str], folder: Path, inherited: int, say: Say) -> int:
    """Run ``command`` in ``folder`` and ``say`` each line that it prints; return its exit code.

    All that it starts inherits the open file ``inherited``. After SECONDS it is ended with all of
    that, and the code is that of SIGTERM; so it is where this process ends first, or is killed.
    Raises OSError where it cannot be started.
    """
    process = process_group.start(
        guarded(command, inherited, process_group.GRACE),
        cwd=folder,
        stdin=subprocess.PIPE,  # closes when this process ends, however it ends
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(inherited,),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, say), daemon=True)
    reader.start()
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        say(f"not done after {SECONDS:g} s, and ended")
        return -signal.SIGTERM
    finally:
        if process.poll() is None or process.returncode < 0:
            process_group.end(process)
        process.stdin.close()
        reader.join(1)  # and no longer: what the command has started may hold the pipe


def guarded(command: Sequence[str], inherited: int, grace: float) -> list[str]:
    """Return the command that runs ``command`` and ends it where its standard input closes:
    SIGTERM, and after ``grace`` seconds SIGKILL. All that it starts inherits the open file.
    """
    guard = [sys.executable, "-I", "-S", deploy_guard.__file__, str(inherited), str(grace)]
    return [*guard, *command]


def _read(stream: IO[bytes], say: Say) -> None:
    with stream:
        while line := stream.readline(4096):
            say(f"| {one_line(line.decode('utf-8', 'replace').rstrip(), 300)}")
