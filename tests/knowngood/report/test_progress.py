"""Progress is one line that moves on a terminal and goes at the end, and plain lines in a log."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowngood.environment.model import Environment
from knowngood.report.progress import LOGS, MOVES, Progress, failure, status, subject_of
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, PASSED, SKIPPED, Outcome
from knowngood.verdict.run_results import RunResults

HOSTILE = "\x1b[2J\x00\r\n98 passed\u202e\x9b]]>"


def outcome(result: str = FAILED, **more: Any) -> Outcome:
    fields: dict[str, Any] = {
        "values": {"locale": "fr"},
        "kind": "status",
        "message": "expected 200, got 404",
        **more,
    }
    check = "test_config.py::test_never_404s"
    return Outcome(f"{check}[fr]", check, "Every locale has its settings.", result=result, **fields)


def results(*outcomes: Outcome, expected: int) -> RunResults:
    book = RunResults(Environment(name="stage", path=Path("stage.toml"), description=""))
    book.expected = expected
    for item in outcomes:
        book.record(item)
    return book


def test_status_of_a_run_without_failures() -> None:
    """Cases of all, requests, failures, and what is left of the budget."""
    book = results(outcome(PASSED), outcome(SKIPPED), expected=2645)
    assert status(book, 480, 287.4) == "2 of 2645 cases, 480 requests, 0 failed, 287 s left"


def test_status_counts_what_is_inconclusive_apart() -> None:
    """What did not fail is not counted as failed."""
    book = results(outcome(), outcome(INCONCLUSIVE), outcome(INCONCLUSIVE), expected=3)
    assert status(book, 1, 5) == "3 of 3 cases, 1 request, 1 failed, 2 inconclusive, 5 s left"


def test_status_before_checks_are_collected() -> None:
    """Workers need seconds for it, in which there is nothing to count."""
    assert status(results(expected=0), 0, 59.9) == "collecting checks, 60 s left"


def test_status_of_a_run_that_was_interrupted() -> None:
    """Who pressed Ctrl-C sees that it is heard, though deleting what was written takes time."""
    book = results(expected=2)
    book.interrupted = True
    assert status(book, 1, 5) == "stopped from outside, cleaning up"


def test_no_time_is_left() -> None:
    """What winds up after the deadline has no time, and none that is negative."""
    assert status(results(expected=1), 0, -3).endswith(", 0 s left")


def test_failure() -> None:
    """The claim, the case, what came."""
    line = failure(outcome(), 100, accepted=False)
    assert line == "FAILED Every locale has its settings [fr]: expected 200, got 404"
    assert failure(outcome(), 100, accepted=True) == line.replace("FAILED", "ADVISORY")


def test_failure_of_silence() -> None:
    """The URL that gave no answer; nobody knows yet whose silence it is."""
    silent = outcome(kind="timeout", message="timeout", exchanges=[{"url": "http://h/fr/"}])
    assert failure(silent, 100, accepted=False) == "NO ANSWER http://h/fr/: timeout"


def test_subject_of_a_failure() -> None:
    """A check is shown once, and an origin that is silent once for all checks."""
    assert subject_of(outcome(message="a")) == subject_of(outcome(message="b"))
    silent, other = (outcome(kind="timeout", origin=name) for name in ("content", "submission"))
    assert subject_of(silent) == subject_of(replace(silent, check="test_x.py::test_y"))
    assert len({subject_of(outcome()), subject_of(silent), subject_of(other)}) == 3


def test_failure_without_claim_case_and_message() -> None:
    """A check without a docstring is named; a worker that died leaves nothing else."""
    lost = Outcome("x", "test_config.py::test_debug_is_off", "", result=INCONCLUSIVE)
    assert failure(lost, 100, accepted=False) == "INCONCLUSIVE test_config.py::test_debug_is_off"


def test_failure_on_a_narrow_terminal() -> None:
    """The claim is cut first, since case and message say what is wrong."""
    line = failure(outcome(message="got 404\nin the second line"), 46, accepted=False)
    assert line == "FAILED Every locale has its set… [fr]: got 404"
    line = failure(outcome(message="x" * 300), 40, accepted=False)
    assert line == "FAILED Every locale has it… [fr]: xxxxx…"


def test_failure_is_one_plain_line() -> None:
    """Whatever a server sent."""
    hostile = outcome(values={"locale": HOSTILE}, message=HOSTILE * 100)
    assert failure(hostile, 200, accepted=False).isprintable()


def progress(text: str = "1 of 2", columns: int | None = None) -> tuple[Progress, io.StringIO]:
    stream = io.StringIO()
    width = None if columns is None else lambda: columns
    return Progress(stream, lambda: text, width), stream


def waits(times: int) -> tuple[Callable[[float], bool], list[float]]:
    """Return what waits so many times without waiting, and the seconds that it was asked for."""
    asked: list[float] = []

    def wait(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) > times

    return wait, asked


def test_log() -> None:
    """A line every 15 seconds, without control characters."""
    shown, stream = progress()
    wait, asked = waits(2)
    shown.run(wait)
    shown.stop()
    assert stream.getvalue() == "1 of 2\n1 of 2\n"
    assert asked == [LOGS] * 3


def test_log_of_a_failure() -> None:
    """A failure stands in a log at once, and alone."""
    shown, stream = progress()
    shown.add("FAILED")
    assert stream.getvalue() == "FAILED\n"


def test_terminal() -> None:
    """One line is written over and over, and is gone at the end."""
    shown, stream = progress(columns=80)
    wait, asked = waits(2)
    shown.run(wait)
    shown.stop()
    assert screen(stream) == [""]
    assert stream.getvalue().count("1 of 2") == 2
    assert asked == [MOVES] * 3


def test_terminal_with_a_failure() -> None:
    """A failure stays, and the line moves on below it."""
    shown, stream = progress(columns=80)
    shown.show()
    shown.add("FAILED")
    assert screen(stream) == ["FAILED", "1 of 2"]
    shown.stop()
    assert screen(stream) == ["FAILED", ""]


def test_terminal_that_is_narrow() -> None:
    """A line that reached the edge could no longer be erased."""
    shown, stream = progress("x" * 100, columns=40)
    shown.show()
    assert screen(stream) == ["x" * 38 + "…"]


def screen(stream: io.StringIO) -> list[str]:
    """Return the lines that a terminal shows of what was written."""
    lines, column = [""], 0
    for part in stream.getvalue().replace("\x1b[K", "\0").replace("\n", "\r\n"):
        if part == "\n":
            lines.append("")
        elif part == "\r":
            column = 0
        elif part == "\0":
            lines[-1] = lines[-1][:column]
        else:
            lines[-1] = lines[-1][:column] + part + lines[-1][column + 1 :]
            column += 1
    return lines


@pytest.mark.parametrize("columns", [None, 80], ids=["log", "terminal"])
def test_nothing_is_written_once_stopped(columns: int | None) -> None:
    """The verdict stands there then."""
    shown, stream = progress(columns=columns)
    shown.stop()
    before = stream.getvalue()
    shown.show()
    shown.add("FAILED")
    shown.stop()
    assert stream.getvalue() == before


def test_thread_shows_progress_until_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line moves while nothing else happens."""
    monkeypatch.setattr("knowngood.report.progress.MOVES", 0.0)
    stream, asked = io.StringIO(), threading.Event()

    def text() -> str:
        asked.set()
        return "1 of 2"

    shown = Progress(stream, text, lambda: 80)
    shown.start()
    assert asked.wait(60)
    shown.stop()
    assert screen(stream) == [""]


def test_stream_that_nobody_reads() -> None:
    """A reader that went away ends no run."""
    shown, stream = progress()
    stream.close()
    shown.show()
    shown.stop()
