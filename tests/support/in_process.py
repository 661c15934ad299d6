"""A run of a suite inside the test's own process: seconds faster than a process of its own."""

from __future__ import annotations

import json
import signal
import zoneinfo  # noqa: F401 - see below
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import knowngood.report.json_file
import knowngood.session.registration  # noqa: F401

# pytester forgets what a run inside it has imported. Modules that are here before are not imported
# anew by each run, which takes long, and breaks those that are written in C.

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)


@dataclass(frozen=True)
class EndedHere:
    """A run that has ended.

    Attributes:
        code: its exit code.
        verdict: its verdict file; empty without one.
        output: what it wrote to stdout and stderr.
    """

    code: int
    verdict: Mapping[str, Any]
    output: str


def run(pytester: pytest.Pytester, *options: str) -> EndedHere:
    """Run pytest in the current folder with these options."""
    target = pytester.path / "verdict-of-the-run.json"
    target.unlink(missing_ok=True)
    plugins = ("-p", "no:randomly", "-p", "no:cacheprovider")
    with _signals_restored():
        result = pytester.runpytest_inprocess(*plugins, f"--verdict-file={target}", *options)
    verdict = json.loads(target.read_text("utf-8")) if target.exists() else {}
    return EndedHere(int(result.ret), verdict, result.stdout.str() + result.stderr.str())


@contextmanager
def _signals_restored() -> Iterator[None]:
    """Give signals back to the outer run: the inner one handles them its own way."""
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
