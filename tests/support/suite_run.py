"""Runs of checks, as a process of their own or within this one, and how they ended."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_OPTIONS = ("-p", "no:randomly", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class SuiteRun:
    """How a run ended.

    Attributes:
        code: the exit code.
        verdict: the verdict file; empty without one.
        output: what it printed.
    """

    code: int
    verdict: Mapping[str, Any]
    output: str

    def failed_checks(self) -> set[str]:
        """Return the checks that failed in any case, or needed too many retries."""
        checks = self.verdict["checks"].items()
        return {name for name, check in checks if check["bad"] or check["unsteady"]}


def run_process(
    target: Path, *options: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> SuiteRun:
    """Run pytest as a process; ``target`` is where its verdict file goes."""
    target.unlink(missing_ok=True)
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_OPTIONS, f"--verdict-file={target}", *options],
        cwd=cwd,
        env={**inherited, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return SuiteRun(done.returncode, _verdict(target), done.stdout + done.stderr)


def run_here(target: Path, *options: str) -> SuiteRun:
    """Run FHR's checks within this process: no start-up, no imports; the rest is the same."""
    target.unlink(missing_ok=True)
    output = io.StringIO()
    command = [*_OPTIONS, "-p", "no:xdist", f"--rootdir={ROOT}", f"--verdict-file={target}"]
    with _same_signals(), contextlib.chdir(ROOT), contextlib.redirect_stdout(output):
        code = int(pytest.main([*command, *options]))
    gc.unfreeze()
    return SuiteRun(code, _verdict(target), output.getvalue())


def _verdict(path: Path) -> Mapping[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


@contextlib.contextmanager
def _same_signals() -> Iterator[None]:
    """Give signals back to whoever had them: a run takes them for itself."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
