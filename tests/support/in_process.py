"""A run of FHR's checks within this process, for tests that make many: no start-up, no imports."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_OPTIONS = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "-q")


@dataclass(frozen=True)
class InProcessRun:
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


def run_checks(folder: Path, *arguments: str) -> InProcessRun:
    """Run pytest with ``arguments`` from the checkout; its verdict file lies in ``folder``."""
    target = folder / "verdict.json"
    output = io.StringIO()
    command = [*_OPTIONS, f"--rootdir={ROOT}", f"--verdict-file={target}", *arguments]
    with _same_signals(), contextlib.chdir(ROOT), contextlib.redirect_stdout(output):
        code = int(pytest.main(command))
    gc.unfreeze()
    verdict = json.loads(target.read_text("utf-8")) if target.exists() else {}
    return InProcessRun(code, verdict, output.getvalue())


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
