"""The words that several reports use."""

from typing import Any

import pytest

from knowngood.report.wording import attempt_words, got_words


def attempt(**more: Any) -> dict[str, Any]:
    return {"status": 404, "error": None, "phase": "", "seconds": 0.0123, **more}


def exchange(**more: Any) -> dict[str, Any]:
    answer = {"status": 404, "media_type": "text/html", "bytes": 5, "address": "192.0.2.1"}
    return {"seconds": 0.25, "attempts": [attempt()], **answer, **more}


SILENT = {"status": None, "error": "timeout", "phase": "connect", "seconds": 5.0}


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ({}, "404 Not Found after 0.01 s"),
        ({"status": 599}, "599 after 0.01 s"),
        (SILENT, "timeout (connect) after 5.00 s"),
        ({"status": 200, "error": "truncated"}, "truncated after 0.01 s"),
    ],
)
def test_an_attempt(ended: dict[str, Any], words: str) -> None:
    """Its error and how far it got, or its status by number and name."""
    assert attempt_words(attempt(**ended)) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "404 Not Found, text/html, 5 bytes from 192.0.2.1 in 0.25 s"),
        ({"bytes": 1, "address": ""}, "404 Not Found, text/html, 1 byte from unknown in 0.25 s"),
        (
            {"status": 302, "location": "/login", "media_type": ""},
            "302 Found → /login, no media type, 5 bytes from 192.0.2.1 in 0.25 s",
        ),
        (
            {"attempts": [attempt()] * 3},
            "404 Not Found, text/html, 5 bytes from 192.0.2.1 in 0.25 s, 3 attempts",
        ),
    ],
)
def test_an_answer(fields: dict[str, Any], words: str) -> None:
    """What came, from where, and how long it took."""
    assert got_words(exchange(**fields)) == words


def test_no_answer() -> None:
    """Why there is none stands in its place, and which setting gives it more time."""
    silent = {"seconds": 10.0, "attempts": [attempt(**SILENT)] * 2}
    ended = "no usable answer: timeout (connect) in 10.00 s, 2 attempts"
    assert got_words(silent) == f"{ended}; an attempt has a third of probe in [budget]"
