"""A run of pytest in a process of its own, which cannot outlive its time nor lie about its end.

The child has a process group of its own and a pipe by which it hands over its verdict: a full disk
does not stand in the way, and nobody else can write there. When its time is up it is asked to end,
and a few seconds later it is ended, with everything that it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from ..safety import process_group
from ..session.options import PARENT, RUN_ID
from .trust import ChildExit

WIND_UP: Final = 8.0
"""Seconds from asking the run to end (SIGTERM) to ending it: time to delete what was written and
to write reports. Jenkins waits 20 s before it kills, Kubernetes 30 s."""

AFTERWARDS: Final = 30.0
"""Seconds that a run may take beyond its own time: for looking at silent URLs, the release and
the controls once more, and for pytest to come up and go."""

_CHUNK: Final = 64 * 1024
_ENDING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(slots=True)
class ChildRun:
    """A run of pytest with ``arguments``, which may take so many ``seconds``.

    ``show`` is given its output as it comes. On the main thread, signals that would end this
    process are passed on to the child while it runs.
    """

    arguments: Sequence[str]
    run_id: str
    seconds: float
    show: Callable[[bytes], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _killed: str = ""
    _ask_at: float = 0.0
    _kill_at: float = 0.0

    def run(self) -> ChildExit:
        """Run it to its end."""
        verdict_end, child_end = os.pipe()
        alive_end, our_life = os.pipe()
        with _Account(verdict_end) as account:
            process = self._process = self._start(child_end, alive_end)
            os.close(child_end)
            os.close(alive_end)
            reader = threading.Thread(target=self._read, args=(process,), daemon=True)
            reader.start()
            self._ask_at = time.monotonic() + self.seconds
            self._kill_at = self._ask_at + WIND_UP
            with _passed_on(self.stop):
                self._wait(process)
            process_group.send_signal(process, signal.SIGKILL)
            os.close(our_life)
            reader.join(2)  # somebody who left the group may hold the pipe
            return ChildExit(process.returncode, account.text(), self._killed)

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

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        while chunk := os.read(process.stdout.fileno(), _CHUNK):
            self.show(chunk)
        self.show(b"")

    def stop(self, number: int) -> None:
        """Told to end by this signal: so is the child, once; a second SIGINT ends it at once."""
        process, now = self._process, time.monotonic()
        if process is None:
            return
        if self._kill_at > now + WIND_UP:
            self._kill_at = now + WIND_UP
            self._ask_at = float("inf")
            process.send_signal(signal.SIGTERM)
        elif number == signal.SIGINT:
            self._kill_at = now

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            now = time.monotonic()
            if now >= self._kill_at:
                self._killed = self._killed or "the run ignored SIGTERM and was killed"
                process_group.send_signal(process, signal.SIGKILL)
            elif now >= self._ask_at:
                self._ask_at = float("inf")
                self._killed = f"the run took more than {self.seconds:.0f} s and was ended"
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)


class _Account:
    """Takes in what comes through the pipe, so that the child never waits for us."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._parts: list[bytes] = []
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> _Account:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._thread.is_alive():  # it reads on where a stray process holds the other end
            os.close(self._descriptor)

    def _read(self) -> None:
        while part := os.read(self._descriptor, _CHUNK):
            self._parts.append(part)

    def text(self) -> bytes:
        """All of it, once the child has ended."""
        self._thread.join(2)
        return b"".join(self._parts)


@contextlib.contextmanager
def _passed_on(stop: Callable[[int], None]) -> Iterator[None]:
    """Give signals that would end this process to ``stop`` instead."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop(number)

    on_main = threading.current_thread() is threading.main_thread()
    numbers = _ENDING if on_main else ()  # elsewhere Python takes none
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
