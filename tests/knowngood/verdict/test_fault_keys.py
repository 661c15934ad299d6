"""What stays the same of a failure from one run to the next."""

from typing import Any

import pytest

from knowngood.safety import Redactor, redact_data, redaction
from knowngood.verdict.fault_keys import failure_keys
from knowngood.verdict.outcome import FAILED, Outcome


def outcome(path: str = "/a", **more: Any) -> Outcome:
    exchanges = ({"url": f"https://h{path}"},) if path else ()
    fields: dict[str, Any] = {"kind": "content", "exchanges": exchanges, **more}
    return Outcome("x", fields.pop("check", "test_x.py::test_x"), "", result=FAILED, **fields)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (outcome("/a?0123456789ab-1"), outcome("/a?ba9876543210-2")),
        (outcome(message="5 bytes"), outcome(message="7 bytes")),
        (
            outcome(exchanges=[{"url": "http://h:81/a"}]),
            outcome(exchanges=[{"url": "http://h:82/a"}]),
        ),
        (outcome(kind="refused"), outcome(kind="timeout")),
        (
            outcome(values={"edge of content": "127.0.0.1:81"}),
            outcome(values={"edge of content": "127.0.0.1:82"}),
        ),
        (outcome("", reads=["http://h/a", "http://h/b"]), outcome("", reads=["http://h/b"])),
    ],
    ids=["nonce", "words", "port", "kind-of-silence", "port-of-an-edge", "fewer-urls"],
)
def test_the_same_failure(before: Outcome, now: Outcome) -> None:
    """What is another in each run does not make it a new one."""
    assert failure_keys(now) <= failure_keys(before)


def test_the_same_failure_in_a_file_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict file masks the name of a check that holds a secret, and its case and path."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["smoke"]))
    now = outcome("/smoke/a", check="smoketests/test_x.py::test_x", values={"user": "smoke"})
    before = Outcome.from_json(redact_data(now.to_json()))
    assert before.check == "***tests/test_x.py::test_x"
    assert failure_keys(now) == failure_keys(before)


@pytest.mark.parametrize(
    "other",
    [
        outcome(check="test_y.py::test_y"),
        outcome("/b"),
        outcome(kind="schema"),
        outcome(kind="refused"),
        outcome(values={"locale": "de"}),
        outcome("", reads=["https://h/a", "https://h/b"]),
    ],
    ids=["check", "path", "kind", "silence", "case", "more-urls"],
)
def test_another_failure(other: Outcome) -> None:
    """Check, case, path and class tell failures apart."""
    assert not failure_keys(other) <= failure_keys(outcome())
