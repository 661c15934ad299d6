"""Runs a command and measures it: wall time, CPU time and peak memory of its process tree."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import BenchmarkError

_SAMPLED_EVERY: Final = 0.1  # seconds; a sample costs some 0.1 ms
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024  # getrusage(2) of either system
_SBIN: Final = ("/usr/sbin", "/usr/local/sbin")  # where Debian has nginx; not on a user's PATH
_SHOWN: Final = 3000  # characters of output that a failure quotes


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took. ``peak`` is in bytes: of the whole tree, sampled, but at least the
    kernel's own peak of its largest process.
    """

    wall: float
    cpu: float
    peak: int
    code: int
    output: str


def find(program: str) -> str:
    """The path of ``program``; raises BenchmarkError where it is not installed."""
    path = shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), *_SBIN)))
    if path is None:
        raise BenchmarkError(
            f"{program}: not found on PATH; install it (Debian: apt-get install {program}, "
            f"macOS: brew install {program})"
        )
    return path


def measure(command: Sequence[str | Path], cwd: Path, within: float) -> Usage:
    """Run ``command`` to its end, which must come within so many seconds, and measure it.

    It has a process group of its own, all of which is ended with it when time is up or the
    benchmark is interrupted. Raises BenchmarkError for a command that takes too long.
    """
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        waiting = _Waiting(process, started)
        try:
            peak = _watch(waiting, process.pid, started + within)
        finally:
            waiting.end()
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if waiting.killed:
        words = " ".join(map(str, command))
        raise BenchmarkError(f"{words[:200]}: took more than {within:g} s\n{text[-_SHOWN:]}")
    used = waiting.used
    cpu = used.ru_utime + used.ru_stime
    return Usage(waiting.wall, cpu, max(peak, used.ru_maxrss * _RSS_UNIT), waiting.code, text)


def require(usage: Usage, what: str) -> Usage:
    """``usage`` of a command that succeeded; raises BenchmarkError with its output otherwise."""
    if usage.code:
        raise BenchmarkError(
            f"{what}: ended with exit code {usage.code}, expected 0:\n{usage.output[-_SHOWN:]}"
        )
    return usage


class _Waiting:
    """Waits in a thread, so that the moment of the end is exact while memory is sampled."""

    def __init__(self, process: subprocess.Popen[bytes], started: float) -> None:
        self._process = process
        self._started = started
        self.wall = 0.0
        self.code = 0
        self.killed = False
        self.used: resource.struct_rusage
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        _, status, self.used = os.wait4(self._process.pid, 0)
        self.wall = time.perf_counter() - self._started
        self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.ended.set()

    def end(self) -> None:
        if not self.ended.is_set():
            self.killed = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._thread.join()


def _watch(waiting: _Waiting, pid: int, until: float) -> int:
    """The highest memory seen until the process ends or time is up."""
    peak = 0
    while not waiting.ended.wait(_SAMPLED_EVERY) and time.perf_counter() < until:
        peak = max(peak, _tree_rss(pid))
    return peak


def _tree_rss(pid: int) -> int:
    """Resident bytes of a process and its descendants; pages they share count for each."""
    total = 0
    left = [pid]
    while left:
        folder = Path("/proc", str(left.pop()))
        with contextlib.suppress(OSError, IndexError, ValueError):
            pages = int((folder / "statm").read_text().split()[1])
            total += pages * os.sysconf("SC_PAGE_SIZE")
            for children in folder.glob("task/*/children"):
                left += [int(child) for child in children.read_text().split()]
    return total
