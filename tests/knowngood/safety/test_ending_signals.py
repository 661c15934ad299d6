"""Signals that would end this process, while somebody else decides what they do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from knowngood.safety import ending_signals_to

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whatever a test sets is set back."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_handed_over(number: signal.Signals) -> None:
    """While inside; then the handler is the one from before."""
    earlier: list[int] = []
    signal.signal(number, lambda number, _: earlier.append(number))
    handed: list[int] = []
    with ending_signals_to(handed.append):
        signal.raise_signal(number)
    assert (handed, earlier) == ([number], [])
    signal.raise_signal(number)
    assert (handed, earlier) == ([number], [number])


def test_under_nohup() -> None:
    """The terminal closes, and the process goes on."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    handed: list[int] = []
    with ending_signals_to(handed.append):
        signal.raise_signal(signal.SIGHUP)
    assert handed == []
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_on_another_thread() -> None:
    """Python could not set a handler there."""
    ended: list[bool] = []

    def run() -> None:
        with ending_signals_to(ended.append):
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ended == [True]
