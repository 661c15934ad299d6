"""Runs pytest in a process of its own, and ends it when its time is up.

The child has a process group of its own, and a pipe through which it hands over its verdict: a
full disk does not stand in the way, and no other process can write there. When its time is up it
gets SIGTERM, and a few seconds later SIGKILL, with everything that it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import IO, Final

from ..run_options import PARENT, RUN_ID
from ..safety import ending_signals_to, process_group
from .trust import ChildExit

WIND_UP: Final = 8.0
"""Seconds from SIGTERM to SIGKILL: time to delete what was written and to write reports. Jenkins
waits 20 s before it kills, Kubernetes 30 s."""

AFTERWARDS: Final = 30.0
"""Seconds that a run may take beyond its own budget: for looking at silent URLs, the release and
the controls once more, and for pytest to start and end."""

_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class ChildRun:
    """A run of pytest in a process of its own.

    Attributes:
        arguments: the options and paths of pytest.
        run_id: the id that the run gives to its verdict.
        seconds: how long the run may take before it gets SIGTERM.
        show: is called with each piece of output as it comes, and with none at the end.
        environment: the variables to set beside those of this process.
    """

    arguments: Sequence[str]
    run_id: str
    seconds: float
    show: Callable[[bytes], None]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> ChildExit:
        """Run pytest to its end and return how it ended.

        On the main thread, signals that would end this process go to the child while it runs.
        """
        verdict_end, child_end = os.pipe()
        alive_end, our_end = os.pipe()
        verdict: list[bytes] = []
        readers = [_reader(os.fdopen(verdict_end, "rb"), verdict.append)]
        process = self._start(child_end, alive_end)
        os.close(child_end)
        os.close(alive_end)
        assert process.stdout is not None
        readers.append(_reader(process.stdout, self.show))
        watch = _Watch(process, self.seconds)
        watch.wait()
        os.close(our_end)
        for reader in readers:
            reader.join(2)  # and no longer: a daemon that the run started may hold the pipe
        return ChildExit(process.returncode, b"".join(verdict), watch.killed)

    def _start(self, child_end: int, alive_end: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "pytest", f"--verdict-file=/dev/fd/{child_end}"]
        ours = {RUN_ID: self.run_id, PARENT: str(alive_end), "PYTHONUNBUFFERED": "1"}
        return process_group.start(
            [*command, *self.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **self.environment, **ours},
            pass_fds=(child_end, alive_end),
        )


def _reader(pipe: IO[bytes], take: Callable[[bytes], None]) -> threading.Thread:
    """Start a thread that gives ``take`` what comes through ``pipe``, and nothing at its end.

    The child must never wait for us to read.
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
    """Ends a process when its time is up, or when this process is to end.

    Only pytest itself gets SIGTERM, and ends its workers; SIGKILL goes to its whole group.
    ``killed`` says why the process was ended; empty where it ended by itself.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.killed = ""
        self._process = process
        self._seconds = seconds
        self._terminate_at = time.monotonic() + seconds
        self._kill_at = inf

    def wait(self) -> None:
        """Wait for the end of the process, and kill what is left of its group."""
        waiter = process_group.waiter(self._process)
        with ending_signals_to(self._stop):
            while waiter.is_alive():
                self._check_time(time.monotonic())
                waiter.join(0.2)
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
        """Have the run end by SIGTERM, once; by SIGKILL at a Ctrl-C that comes after that."""
        now = time.monotonic()
        if self._terminate_at < inf:
            self._terminate(now)
        elif number == signal.SIGINT:
            self.killed = self.killed or "a second Ctrl-C killed the run"
            self._kill_at = now
