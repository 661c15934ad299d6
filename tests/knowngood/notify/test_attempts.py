"""Sending is tried again, bounded, and never raises."""

from __future__ import annotations

import threading

from knowngood.notify.attempts import ATTEMPTS, send_all


def test_what_hangs_is_left_to_itself() -> None:
    """One that never ends holds up neither the others nor the caller."""
    end = threading.Event()
    results = send_all([lambda: str(end.wait()), lambda: ""], seconds=1)
    end.set()
    assert results == ["no answer within 1 s", ""]


def test_attempts_are_bounded() -> None:
    """A place that always fails is tried a few times."""
    calls: list[int] = []

    def send() -> str:
        calls.append(1)
        return "no"

    assert send_all([send]) == ["no"]
    assert len(calls) == ATTEMPTS


def test_an_exception_is_a_trouble() -> None:
    """What a library raises is named by its type: its message may hold the address."""

    def send() -> str:
        raise ValueError("token-1234")

    assert send_all([send]) == ["ValueError"]
