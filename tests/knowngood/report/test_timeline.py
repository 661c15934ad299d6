"""Attempts on one axis of time."""

from typing import Any

from knowngood.report.html_page import bars


def positions(*attempts: dict[str, Any]) -> list[tuple[float, float]]:
    return [(bar.left, bar.width) for bar in bars({"attempts": list(attempts)})]


def test_pauses_between_attempts_are_seen() -> None:
    """An attempt stands where it began, after the wait that the one before brought."""
    first, second = {"began": 50.0, "seconds": 2.0}, {"began": 58.0, "seconds": 2.0}
    assert positions(first, second) == [(0.0, 20.0), (80.0, 20.0)]


def test_a_short_attempt_is_seen_and_stays_on_the_axis() -> None:
    """A millisecond at the end of ten seconds."""
    long, short = {"began": 0.0, "seconds": 10.0}, {"began": 10.0, "seconds": 0.001}
    assert positions(long, short) == [(0.0, 100.0), (99.2, 0.8)]


def test_attempts_of_no_time() -> None:
    """One that was refused before it began."""
    assert positions({"began": 7.0, "seconds": 0.0}) == [(0.0, 0.8)]


def test_a_clock_that_was_set_back() -> None:
    """No attempt begins before the first."""
    first, second = {"began": 50.0, "seconds": 1.0}, {"began": 40.0, "seconds": 1.0}
    assert positions(first, second) == [(0.0, 100.0), (0.0, 100.0)]
