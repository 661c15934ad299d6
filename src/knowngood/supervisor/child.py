"""Run pytest in a child process, and end it when its time is up.

The child sends its verdict through a pipe: that works with a full disk, and no other process can
write there. When its time is up it gets SIGTERM, and a few seconds later its whole process group
gets SIGKILL.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from typing import IO, Final

from ..run_options import PARENT, RUN_ID
from ..safety import ending_signals_to, process_group
from .trust import ChildExit

WIND_UP: Final = 8.0
"""Seconds from SIGTERM to SIGKILL, in which the run deletes what it wrote and writes reports.
Jenkins kills after 20 s, Kubernetes after 30 s."""

AFTERWARDS: Final = 30.0
"""Seconds beyond the budget of a run: to ask silent URLs, the release and the controls once more,
and for pytest to start and end."""

_CHUNK: Final = 64 * 1024


def run_pytest(
    arguments: Sequence[str],
    run_id: str,
    seconds: float,
    show: Callable[[bytes], None],
    variables: Mapping[str, str],
) -> ChildExit:
    """Run pytest to its end and return how it ended; after so many ``seconds`` it gets SIGTERM.

    ``arguments`` are the options and paths of pytest, ``run_id`` is what its verdict must name.
    ``show`` is called with each piece of output as it comes, and with an empty one at the end.
    ``variables`` are added to its environment. Called on the main thread, it passes signals that
    would end this process to the child.
    """
    verdict_end, child_end = os.pipe()
    alive_end, parent_end = os.pipe()
    verdict: list[bytes] = []
    readers = [_reader(os.fdopen(verdict_end, "rb"), verdict.append)]
    of_run = {RUN_ID: run_id, PARENT: str(alive_end), "PYTHONUNBUFFERED": "1"}
    process = process_group.start(
        [sys.executable, "-m", "pytest", f"--verdict-file=/dev/fd/{child_end}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **variables, **of_run},
        pass_fds=(child_end, alive_end),
    )
    os.close(child_end)
    os.close(alive_end)
    assert process.stdout is not None
    readers.append(_reader(process.stdout, show))
    watch = _Watch(process, seconds)
    watch.wait()
    os.close(parent_end)
    for reader in readers:
        reader.join(2)  # not longer: a daemon that the run started may hold the pipe open
    return ChildExit(process.returncode, b"".join(verdict), watch.killed, watch.interrupted)


def _reader(pipe: IO[bytes], take: Callable[[bytes], None]) -> threading.Thread:
    """Start a thread that calls ``take`` with each piece from ``pipe``, and with an empty one at
    the end. In a thread, so that the child never waits for a reader.
    """

    def read() -> None:
        with pipe:
            while part := os.read(pipe.fileno(), _CHUNK):
                take(part)
        take(b"")

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


class _Watch:
    """Ends a process when its time is up, or when this process gets a signal to end.

    SIGTERM goes to pytest alone, which ends its workers; SIGKILL goes to its whole group.
    ``killed`` says why the process was ended; empty if it ended by itself. ``interrupted`` says
    whether there was such a signal.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.killed = ""
        self.interrupted = False
        self._process = process
        self._seconds = seconds
        self._terminate_at = time.monotonic() + seconds
        self._kill_at = inf

    def wait(self) -> None:
        """Wait for the end of the process, then kill the rest of its group."""
        with ending_signals_to(self._stop):
            while self._process.poll() is None:
                self._check_time(time.monotonic())
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.2)
        process_group.send_signal(self._process, signal.SIGKILL)

    def _check_time(self, now: float) -> None:
        if now >= self._kill_at:
            self.killed = self.killed or "the run ignored SIGTERM and was killed"
            process_group.send_signal(self._process, signal.SIGKILL)
        elif now >= self._terminate_at:
            self.killed = f"the run took more than {self._seconds:.0f} s and was ended"
            self._terminate(now)

    def _terminate(self, now: float) -> None:
        self._terminate_at = inf
        self._kill_at = now + WIND_UP
        self._process.send_signal(signal.SIGTERM)

    def _stop(self, number: int) -> None:
        """Send SIGTERM for the first signal; kill the run for a Ctrl-C after that."""
        now, self.interrupted = time.monotonic(), True
        if self._terminate_at < inf:
            self._terminate(now)
        elif number == signal.SIGINT:
            self.killed = self.killed or "a second Ctrl-C killed the run"
            self._kill_at = now
