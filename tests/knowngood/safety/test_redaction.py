"""Texts are redacted before they are cut off, and every stream of this process is redacted."""

import io

import pytest

from knowngood.fetch.exchange_summary import describe
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.safety import Redactor, redaction, sanitize
from knowngood.safety.redactor import MASK


def test_a_text_is_redacted_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a secret is not recognised any more, and is still half a secret."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["hunter22-and-more"]))
    assert sanitize.one_line("x" * 15 + "hunter22-and-more", 20) == "x" * 15 + MASK
    assert sanitize.first_lines("y\n" + "hunter22-and-more" * 2, width=10) == ["y", 2 * MASK]


def test_the_beginning_of_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that the cut goes through leaves nothing; at the end of the data nothing is cut."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["hunter22-and-more"]))
    data = b"a b: hunter22-and-more, c d"
    assert redaction.redacted_beginning(data, 12) == b"a b: "
    assert redaction.redacted_beginning(data, len(data)) == b"a b: ***, c d"
    assert redaction.redacted_beginning(b"hunter22", 99) == b"hunter22"


def test_a_media_type_is_redacted_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may send a secret back as one, and a media type ends at the first semicolon."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["1234;567890"]))
    sent = Answer(200, "http://h/", ((b"Content-Type", b"text/1234;567890"),), b"")
    summary = describe(Exchange(Probe("content", "http://h/"), (Attempt(1, 1),), sent))
    assert summary["media_type"] == f"text/{MASK}"


def test_a_stream_is_redacted_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text stream and its buffer keep their identity, and say how much they were given."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["hunter22"]))
    raw = io.BytesIO()

    class Stream(io.TextIOWrapper):
        """A stream whose methods can be replaced, as those of a console are."""

    stream = Stream(raw, "utf-8", write_through=True)
    redaction.redact_stream(stream)
    redaction.redact_stream(stream)
    assert stream.write("a hunter22 é") == 12
    assert raw.getvalue() == "a *** é".encode()
