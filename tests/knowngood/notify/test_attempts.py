"""Sending is tried again, bounded, and never raises."""

from __future__ import annotations

import threading

import pytest

from knowngood.notify.delivery import ATTEMPTS, send_all


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


def test_what_takes_long_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have arrived: a pager would ring twice."""
    monkeypatch.setattr("knowngood.notify.delivery._SLOW", 0)
    calls: list[int] = []

    def send() -> str:
        calls.append(1)
        return "no answer"

    assert send_all([send]) == ["no answer"]
    assert len(calls) == 1


def test_an_exception_is_a_trouble() -> None:
    """What a library raises is named by its type: its message may hold the address."""

    def send() -> str:
        raise ValueError("token-1234")

    assert send_all([send]) == ["ValueError"]
