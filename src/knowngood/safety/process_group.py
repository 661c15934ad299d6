"""Run commands in a session of their own, and end them with all that they started.

A terminal's Ctrl-C does not reach such a command: the run that started it decides when it ends.
Its children belong to its process group, unless they make a session of their own, as daemons do.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

GRACE: Final = 5.0
"""Seconds from SIGTERM to SIGKILL for a command that has nothing to clean up at a server."""


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start ``command`` as the leader of a new session, without standard input.

    ``options`` are those of :class:`subprocess.Popen`. Raises OSError if it cannot be run.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, start_new_session=True, **options)


def end(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """Send SIGTERM to the group of ``process``, and after ``grace`` seconds SIGKILL.

    The grace period ends early when ``process`` does, or at a Ctrl-C. What a ``process`` that has
    ended left behind is ended as well.
    """
    try:
        send_signal(process, signal.SIGTERM)
        with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            process.wait(grace)
    finally:
        send_signal(process, signal.SIGKILL)
        process.wait()


def send_signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to every process in the group of ``process``, if any is left."""
    with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for zombies
        os.killpg(process.pid, number)


def run(
    command: Sequence[str],
    seconds: float,
    stdin: bytes | None = None,
    grace: float = GRACE,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``command`` with ``stdin`` as its input, and return its output and exit code.

    Output and errors are separate unless ``options`` of :class:`subprocess.Popen` change that.
    Raises OSError if it cannot be run, and subprocess.TimeoutExpired after ``seconds``. At a
    timeout or a Ctrl-C its group is ended; otherwise processes that it leaves stay, such as git's
    cache of passwords.
    """
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    if stdin is not None:
        options["stdin"] = subprocess.PIPE
    with start(command, **options) as process:
        try:
            output, errors = process.communicate(stdin, timeout=seconds)
        except BaseException:
            end(process, grace)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
