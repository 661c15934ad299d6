"""Show on pytest's terminal how a run goes."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, suppress
from typing import Final, TextIO

import pytest

from ..report.progress import Progress, failure, status, subject_of
from ..run_options import TERMINAL
from ..verdict.advisories import accepting
from ..verdict.outcome import FAILED, INCONCLUSIVE, Outcome
from ..verdict.run_results import RunResults

FAILURES: Final = 20
"""Checks and silent origins whose first failure is shown at once."""


class RunProgress:
    """Shows what the run waits for, then how many cases are done, and failures as they happen.

    With ``-q`` it shows nothing; with ``-v`` no cases, since pytest shows these.
    """

    def __init__(self, config: pytest.Config, results: RunResults) -> None:
        self._config = config
        self._results = results
        self._deadline = 0.0
        self._waiting = "looking at the controls and the release"
        self._requests: dict[str, int] = {}
        self._failed: set[str] = set()
        self._progress: Progress | None = None
        self._opened = ExitStack()

    def start(self, deadline: float) -> None:
        """Begin to show; ``deadline`` is when the run must be over, in seconds since the epoch."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or self._config.get_verbosity() < 0:
            return
        self._deadline = deadline
        reporter.flush()
        writer = self._config.get_terminal_writer()
        columns = (lambda: writer.fullwidth) if _moves(self._config) else None
        self._progress = Progress(self._stream(), self._text, columns)
        self._progress.start()

    def wait_for(self, text: str) -> None:
        """Show ``text`` as what the run waits for."""
        self._waiting = f"waiting: {text}"

    def begin_checks(self) -> None:
        """Show from now on how the checks go."""
        self._waiting = ""
        if self._config.get_verbosity() > 0:
            self.stop()

    def count_requests(self, worker: str, requests: int) -> None:
        """Note how many requests a worker has made so far."""
        self._requests[worker] = requests

    def record(self, outcome: Outcome) -> None:
        """Show the first failure of each check, and the first silence of each origin."""
        if self._progress is None or outcome.result not in (FAILED, INCONCLUSIVE):
            return
        subject = subject_of(outcome)
        if subject in self._failed:
            return
        self._failed.add(subject)
        if len(self._failed) <= FAILURES:
            accepted = bool(accepting(outcome, self._results))
            line = failure(outcome, self._progress.width, accepted=accepted)
            markup = self._config.get_terminal_writer().markup
            self._progress.add(markup(line, yellow=True) if accepted else markup(line, red=True))
        elif len(self._failed) == FAILURES + 1:
            self._progress.add("… further failures are only counted")

    def stop(self) -> None:
        """Show nothing more."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        with suppress(OSError):
            self._opened.close()

    def _stream(self) -> TextIO:
        """Return a second stream to stdout: pytest's capture redirects the first while a check
        runs.
        """
        try:
            descriptor = os.dup(sys.stdout.fileno())
        except (OSError, ValueError):
            return sys.stdout  # a text in memory, which has no descriptor
        encoding = sys.stdout.encoding
        stream = os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace")
        return self._opened.enter_context(stream)

    def _text(self) -> str:
        seconds_left = self._deadline - time.time()
        return self._waiting or status(self._results, sum(self._requests.values()), seconds_left)


def _moves(config: pytest.Config) -> bool:
    """Return whether stdout is a terminal that can erase a line, and checks do not print there."""
    terminal = sys.stdout.isatty() or TERMINAL in os.environ
    dumb = os.environ.get("TERM", "dumb") == "dumb"
    return terminal and not dumb and bool(config.getoption("capture") != "no")
