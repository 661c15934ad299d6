"""Show the progress of a run: one changing line on a terminal, a line now and then in a log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TextIO

from ..fetch import SILENT
from ..safety import first_lines, one_line, plural
from ..verdict.outcome import FAILED, INCONCLUSIVE, Outcome
from ..verdict.run_results import RunResults

MOVES: Final = 0.25
"""Seconds between two changes of the line on a terminal."""

LOGS: Final = 15.0
"""Seconds between two lines in a log."""

_LONGEST: Final = 200  # characters of a line in a log
_ERASE: Final = "\x1b[K"  # from the cursor to the end of the line


def status(results: RunResults, requests: int, seconds_left: float) -> str:
    """Return the progress of a run: ``120 of 2645 cases, 480 requests, 3 failed, 287 s left``.

    ``requests`` is how many were sent so far, ``seconds_left`` the rest of the run's budget.
    """
    time_left = f"{max(0.0, seconds_left):.0f} s left"
    if results.interrupted:
        return "stopped from outside, cleaning up"
    if not results.expected:
        return f"collecting checks, {time_left}"
    endings = [outcome.result for outcome in results.outcomes]
    failed, inconclusive = endings.count(FAILED), endings.count(INCONCLUSIVE)
    done = f"{results.passed + len(endings)} of {plural(results.expected, 'case')}"
    counts = [done, plural(requests, "request"), f"{failed} failed"]
    if inconclusive:
        counts.append(f"{inconclusive} inconclusive")
    return ", ".join([*counts, time_left])


def failure(outcome: Outcome, width: int, *, accepted: bool) -> str:
    """Return a failure in one line of ``width`` characters: the claim, the case, what came.

    If that is too long, the claim is cut first, down to half of the line. A request without an
    answer names its URL and is not called a failure: the controls decide at the end of the run. Nor
    is one that an advisory has ``accepted``.
    """
    result = "advisory" if accepted else outcome.result
    word, subject, case = result.upper(), outcome.claim or outcome.check, ""
    if outcome.kind in SILENT and outcome.exchanges:
        word, subject = "NO ANSWER", outcome.exchange["url"]
    elif outcome.values:
        case = f" [{', '.join(outcome.values.values())}]"
    details = case + "".join(f": {line}" for line in first_lines(outcome.message)[:1])
    room = max(width // 2, width - len(word) - 1 - len(details))
    return one_line(f"{word} {one_line(subject.removesuffix('.'), room)}{details}", width)


def subject_of(outcome: Outcome) -> str:
    """Return what is shown only once, however often it fails: a check, or a silent origin."""
    return outcome.origin if outcome.kind in SILENT else outcome.check


class Progress:
    """Writes the line of progress to a stream from time to time, in a thread of its own.

    So the line changes even while a check waits for an answer. Errors of the stream are ignored.
    """

    def __init__(
        self, stream: TextIO, text: Callable[[], str], columns: Callable[[], int] | None = None
    ) -> None:
        """Write to ``stream`` what ``text`` returns.

        ``columns`` returns the width of the terminal; None for a log.
        """
        self._stream = stream
        self._text = text
        self._columns = columns
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    @property
    def width(self) -> int:
        """How many characters a line may have."""
        return _LONGEST if self._columns is None else self._columns() - 1

    def start(self) -> None:
        """Show progress in a thread until stopped."""
        wait = self._stopped.wait
        threading.Thread(
            target=self.run, args=(wait,), name="knowngood-progress", daemon=True
        ).start()

    def run(self, wait: Callable[[float], bool]) -> None:
        """Show progress until ``wait``, called with the seconds to wait, returns true."""
        while not wait(LOGS if self._columns is None else MOVES):
            self.show()

    def show(self) -> None:
        """Write the line of progress now."""
        line = one_line(self._text(), self.width)
        self._put(f"{line}\n" if self._columns is None else f"{_ERASE}{line}\r")

    def add(self, line: str) -> None:
        """Write a line that stays."""
        if self._columns is None:
            self._put(f"{line}\n")
        else:
            self._put(f"{_ERASE}{line}\n")
            self.show()

    def stop(self) -> None:
        """Erase the line of progress, and write nothing more."""
        with self._lock:
            if self._columns is not None and not self._stopped.is_set():
                self._write(_ERASE)
            self._stopped.set()

    def _put(self, text: str) -> None:
        with self._lock:
            if not self._stopped.is_set():
                self._write(text)

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
