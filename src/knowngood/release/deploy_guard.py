"""Run a command that ends with the process that started it, even if that one is killed.

``python deploy_guard.py FD GRACE COMMAND…``: the other end of our standard input is held by that
process, which never writes. When it closes, the command is ended with its process group, which is
ours: by SIGTERM, and by SIGKILL when the command has ended, after GRACE seconds at the latest. FD
is a file that the command inherits, and all that it starts: see :mod:`.deploy_command`, which ends
the group where this process is killed itself.

A program of its own, and of the standard library alone, so that it starts in a moment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress


def main(words: Sequence[str]) -> int:
    """Run the command and return its exit code; end by the signal that ended it."""
    held, grace, *command = words
    # A handler, and not SIG_IGN, which the command would inherit. It decides when it ends.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(int(held),))
    except OSError as error:
        print(f"deploy.command cannot be run: {error}", flush=True)  # noqa: T201 - a program
        return 127
    os.close(int(held))  # the command has it, and counts
    orphaned, ended = threading.Event(), threading.Event()
    of_starter = (orphaned, ended, float(grace))
    watch = threading.Thread(target=_end_with_starter, args=of_starter, daemon=True)
    watch.start()
    code = process.wait()
    ended.set()
    if orphaned.is_set():
        watch.join()  # it kills what the command has left behind
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _end_with_starter(orphaned: threading.Event, ended: threading.Event, grace: float) -> None:
    """Wait until the process that started us is gone, and say so; then end everything. The command
    has ``grace`` seconds until it must have ``ended``.
    """
    with suppress(OSError):
        os.read(0, 1)
    orphaned.set()
    os.killpg(0, signal.SIGTERM)
    ended.wait(grace)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
