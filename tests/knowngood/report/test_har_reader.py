"""A HAR file is read back as the exchanges that it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowngood.fetch import AttemptError, decoded
from knowngood.report import har_reader
from knowngood.safety import UsageError


def entry(**fields: Any) -> dict[str, Any]:
    """Return an entry: a GET that got 200; ``fields`` replace those of request or response."""
    request = {"method": "GET", "url": "https://fhr.example.org/a", "headers": []}
    response = {
        "status": 200,
        "headers": [{"name": "Content-Type", "value": "text/plain"}],
        "content": {"text": "hi"},
    }
    made: dict[str, Any] = {
        "startedDateTime": "2026-11-26T10:00:00.500Z",
        "time": 250,
        "pageref": "content:/a",
        "request": request,
        "response": response,
    }
    for name, value in fields.items():
        (request if name in {"postData", "bodySize", "method", "url"} else response)[name] = value
    return made


def read(tmp_path: Path, *entries: Any, **log: Any) -> har_reader.HarRecording:
    """Write a file with these entries and read it."""
    file = tmp_path / "run.har"
    file.write_text(json.dumps({"log": {"entries": list(entries), **log}}))
    return har_reader.read(file, "--from-har")


def test_an_exchange_is_read_back(tmp_path: Path) -> None:
    """Request, answer, time and declaration come back."""
    ours = {"run": "r1", "origins": {"content": "https://fhr.example.org"}}
    recording = read(tmp_path, entry(), _knowngood=ours)
    (exchange,) = recording.exchanges
    assert (recording.run, recording.origins) == ("r1", ours["origins"])
    assert (exchange.probe.origin, exchange.probe.template) == ("content", "content:/a")
    assert exchange.attempts[0].began == 1795687200.5
    assert exchange.attempts[0].seconds == 0.25
    assert exchange.answer is not None
    assert exchange.answer.body == b"hi"


def test_a_body_is_packed_as_its_header_says(tmp_path: Path) -> None:
    """HAR shows bodies unpacked; a check reads the same as it did."""
    headers = [{"name": "Content-Encoding", "value": "gzip"}]
    (exchange,) = read(tmp_path, entry(headers=headers)).exchanges
    assert exchange.answer is not None
    assert exchange.answer.header("content-encoding") == "gzip"
    assert exchange.answer.body != b"hi"
    assert decoded(exchange.answer) == b"hi"


def test_an_encoding_that_cannot_be_made_is_left_out(tmp_path: Path) -> None:
    """The body is plain then, and no header says otherwise."""
    headers = [{"name": "Content-Encoding", "value": "unheard-of"}]
    (exchange,) = read(tmp_path, entry(headers=headers)).exchanges
    assert exchange.answer is not None
    assert exchange.answer.header("content-encoding") is None


def test_bytes_come_as_base64(tmp_path: Path) -> None:
    """An image is no text."""
    content = {"text": "iVBORw==", "encoding": "base64"}
    (exchange,) = read(tmp_path, entry(content=content)).exchanges
    assert exchange.answer is not None
    assert exchange.answer.body == b"\x89PNG"


def test_a_request_without_an_answer_keeps_its_error(tmp_path: Path) -> None:
    """Status 0 is no answer; ``_error`` says why."""
    (exchange,) = read(tmp_path, entry(status=0, _error="timeout (headers): slow")).exchanges
    assert exchange.answer is None
    assert exchange.error is AttemptError.TIMEOUT


def test_a_body_that_was_cut_off_keeps_its_size(tmp_path: Path) -> None:
    """By its size a request is told from others to the same URL."""
    sent = entry(method="POST", postData={"text": "ab", "comment": ""}, bodySize=5)
    (exchange,) = read(tmp_path, sent).exchanges
    assert exchange.probe.body == b"ab   "


def test_answers_that_are_not_whole(tmp_path: Path) -> None:
    """What a comment says of a body is that it lacks a part."""
    cut, whole = entry(content={"text": "ab", "comment": "the first 2 of 9 bytes"}), entry()
    recording = read(tmp_path, cut, whole)
    assert recording.cut == {recording.exchanges[0]}


@pytest.mark.parametrize("content", ["{", "[]", '{"log": {}}', '{"log": {"entries": [1]}}', "7"])
def test_what_is_no_har_is_a_usage_error(tmp_path: Path, content: str) -> None:
    """The message names option and file, and how to write one."""
    file = tmp_path / "x.har"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"--from-har .*x\.har: is no HAR file .*--har-file=FILE"):
        har_reader.read(file, "--from-har")


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """The system's words say why."""
    with pytest.raises(UsageError, match=r"--from-har .*: No such file"):
        har_reader.read(tmp_path / "none", "--from-har")
