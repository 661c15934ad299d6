"""Runs a command and measures it: wall time, CPU time and peak memory of its process tree."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from . import spawn
from .errors import BenchmarkError

PYTEST: Final = (
    *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
    *("-p", "no:randomly", "-p", "no:hypothesispytest"),
)
"""pytest as it runs where only a suite is installed: without the plugins that our own tests need.
Hypothesis' alone takes a tenth of a second of a run."""

_SAMPLED_EVERY: Final = 0.1  # seconds; a sample costs some 0.1 ms
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")  # bytes
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024  # getrusage(2) of either system
_SBIN: Final = ("/usr/sbin", "/usr/local/sbin")  # where Debian has nginx; not on a user's PATH
_NOT_PASSED_ON: Final = {"PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE"}
"""Variables of a developer's machine that change what is measured."""
_SHOWN: Final = 3000  # characters of output that a failure quotes


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took; zero is what was not measured. ``peak`` is in bytes: of the whole tree,
    sampled, but at least the kernel's own peak of its largest process.
    """

    wall: float
    cpu: float = 0.0
    peak: int = 0
    code: int = 0
    output: str = ""


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
    benchmark is interrupted. Raises BenchmarkError for a command that takes too long, or cannot be
    started.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as took:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", spawn.__file__, str(took.fileno()), *words],
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(took.fileno(),),
            start_new_session=True,
        )
        try:
            peak = _watch(process, within)
        finally:
            ended = process.poll() is not None
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        text, measured = _text(output), _text(took)
    if not ended:
        raise BenchmarkError(
            f"{' '.join(words)[:200]}: took more than {within:g} s\n{text[-_SHOWN:]}"
        )
    return _usage(words, measured, peak, text)


def _watch(process: subprocess.Popen[bytes], within: float) -> int:
    """Return the highest memory seen of what a process has started, until it ends or time is up."""
    peak, until = 0, time.perf_counter() + within
    while time.perf_counter() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SAMPLED_EVERY)
            break
        peak = max(peak, sum(_tree_rss(child) for child in _children(process.pid)))
    return peak


def _usage(command: Sequence[str], measured: str, peak: int, output: str) -> Usage:
    """Return what :mod:`.spawn` has measured. Raises BenchmarkError if it could not."""
    if not measured:
        raise BenchmarkError(f"{' '.join(command)[:200]}: not started\n{output[-_SHOWN:]}")
    took = json.loads(measured)
    peak = max(peak, took["maxrss"] * _RSS_UNIT)
    return Usage(took["wall"], took["cpu"], peak, took["code"], output)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def require(usage: Usage, what: str) -> Usage:
    """``usage`` of a command that succeeded; raises BenchmarkError with its output otherwise."""
    if usage.code:
        raise BenchmarkError(
            f"{what}: ended with exit code {usage.code}, expected 0:\n{usage.output[-_SHOWN:]}"
        )
    return usage


def _tree_rss(pid: int, parent: str = "") -> int:
    """Return the resident bytes of a process and its descendants; pages they share count for each.

    ``parent`` is the parent's statm, proc(5). Whose own is the same is not counted: it is between
    vfork and exec, and its memory is the parent's.
    """
    with contextlib.suppress(OSError, IndexError, ValueError):
        statm = Path(f"/proc/{pid}/statm").read_text()
        own = 0 if statm == parent else int(statm.split()[1]) * _PAGE
        return own + sum(_tree_rss(child, statm) for child in _children(pid))
    return 0


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for children in tasks for child in children.read_text().split()]
    return []
