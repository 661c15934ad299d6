"""What is shown while a run goes on: by how much was asked for, and by where it is read."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from knowngood.environment.model import Environment
from knowngood.run_options import TERMINAL
from knowngood.session.run_progress import FAILURES, RunProgress
from knowngood.verdict.outcome import FAILED, PASSED, Outcome
from knowngood.verdict.run_results import RunResults


class Stream(io.StringIO):
    """A stream in memory that may be a terminal."""

    terminal = False

    def isatty(self) -> bool:
        """Return what a test says."""
        return self.terminal


Begin = Callable[..., tuple[RunProgress, Stream]]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Begin to show the progress of a run with these options on a stdout in memory."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv(TERMINAL, raising=False)

    def started(
        verbosity: int = 0, capture: str = "fd", reporter: bool = True, terminal: bool = False
    ) -> tuple[RunProgress, Stream]:
        stream = Stream()
        stream.terminal = terminal
        monkeypatch.setattr(sys, "stdout", stream)
        writer = SimpleNamespace(fullwidth=80, markup=lambda text, red: text)
        plugins = SimpleNamespace(
            get_plugin=lambda name: SimpleNamespace(flush=lambda: None) if reporter else None
        )
        config: Any = SimpleNamespace(
            pluginmanager=plugins,
            get_verbosity=lambda: verbosity,
            get_terminal_writer=lambda: writer,
            getoption=lambda name: capture,
        )
        results = RunResults(Environment(name="stage", path=Path("stage.toml"), description=""))
        results.expected = 100
        progress = RunProgress(config, results)
        progress.start(deadline=0.0)
        progress.begin_checks()
        return progress, stream

    return started


def outcome(number: int = 0, result: str = FAILED) -> Outcome:
    check = f"test_it.py::test_{number}"
    return Outcome(f"{check}[fr]", check, f"Claim {number}", result=result, message="wrong")


def test_first_failure_of_each_check(begin: Begin) -> None:
    """The other cases of a check, and checks that hold, are only counted."""
    shown, stream = begin()
    for item in (outcome(1, PASSED), outcome(1), outcome(1), outcome(2)):
        shown.record(item)
    shown.stop()
    assert stream.getvalue() == "FAILED Claim 1: wrong\nFAILED Claim 2: wrong\n"


def test_failures_are_bounded(begin: Begin) -> None:
    """Where everything fails, a screen is enough; a line says that more is not shown."""
    shown, stream = begin()
    for number in range(FAILURES + 5):
        shown.record(outcome(number))
    shown.stop()
    lines = stream.getvalue().splitlines()
    assert len(lines) == FAILURES + 1
    assert lines[-1] == "… further failures are only counted"


@pytest.mark.parametrize("verbosity", [-1, 1], ids=["-q", "-v"])
def test_other_verbosity(begin: Begin, verbosity: int) -> None:
    """With ``-q`` nothing is shown, with ``-v`` pytest shows each case."""
    shown, stream = begin(verbosity)
    shown.record(outcome())
    shown.stop()
    assert stream.getvalue() == ""


def test_no_terminal_plugin(begin: Begin) -> None:
    """Who has switched off pytest's terminal wants no output."""
    shown, stream = begin(reporter=False)
    shown.record(outcome())
    shown.stop()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("terminal", "variables", "capture", "moves"),
    [
        pytest.param(True, {}, "fd", True, id="terminal"),
        pytest.param(False, {}, "fd", False, id="log"),
        pytest.param(False, {TERMINAL: "1"}, "fd", True, id="pipe-to-a-terminal"),
        pytest.param(True, {"TERM": "dumb"}, "fd", False, id="terminal-that-cannot-erase"),
        pytest.param(True, {}, "no", False, id="checks-print-there"),
    ],
)
def test_line_that_moves(
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    variables: dict[str, str],
    capture: str,
    moves: bool,
) -> None:
    """Only where it can be erased again; a log has no control characters."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shown, stream = begin(capture=capture, terminal=terminal)
    shown.count_requests("gw0", 3)
    shown.count_requests("gw1", 4)
    shown.record(outcome())
    written = stream.getvalue()
    shown.stop()
    assert ("0 of 100 cases, 7 requests, 0 failed, 0 s left\r" in written) is moves
    assert ("\x1b" in stream.getvalue()) is moves


def test_what_the_run_waits_for(begin: Begin) -> None:
    """Before the first check the line says what is waited for."""
    shown, stream = begin(terminal=True)
    shown.wait_for("1 of 2 edges serve v8")
    shown.record(outcome())
    assert "waiting: 1 of 2 edges serve v8\r" in stream.getvalue()
    shown.stop()
