"""What reports know of an exchange is plain, bounded, safe to print and without secrets."""

import gzip
import json
from typing import Any

import jsonschema
import pytest

from knowngood.fetch import Answer, AttemptError, Exchange, Probe, describe
from knowngood.fetch.exchange_summary import LONGEST_EXCERPT, LONGEST_LINE, summary
from knowngood.fetch.probe import Attempt
from knowngood.report import verdict_reader
from knowngood.safety import Redactor, redaction
from knowngood.safety.redactor import MASK

SECRET = "hunter22-and-more"  # noqa: S105 - of these tests


def exchange(
    content: bytes = b"", status: int = 200, *lines: tuple[bytes, bytes], **of_probe: Any
) -> Exchange:
    probe = Probe("content", **{"url": "https://h/fr/", **of_probe})
    answer = Answer(status, probe.url, lines, content, "192.0.2.1")
    attempt = Attempt(1.0, 0.1234, status, address="192.0.2.1")
    return Exchange(probe, (attempt,), answer)


def ended(error: AttemptError, phase: str = "", **of_probe: Any) -> Exchange:
    probe = Probe("content", **{"url": "https://h/fr/", **of_probe})
    return Exchange(probe, (Attempt(1.0, 0.1, error=error, detail="why", phase=phase),))


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret of this process."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor([SECRET]))
    monkeypatch.setattr(redaction._Process, "variables", {SECRET: "FHR_STAGE_TOKEN"})
    return SECRET


def test_an_answer() -> None:
    """The request, the status line's facts, sizes, every attempt."""
    headers = ((b"Content-Type", b"Text/HTML; charset=utf-8"), (b"Location", b"/login"))
    assert summary(exchange(b"12345", 302, *headers)) == {
        "method": "GET",
        "url": "https://h/fr/",
        "seconds": 0.123,
        "attempts": [
            {
                "began": 1.0,
                "status": 302,
                "error": None,
                "phase": "",
                "detail": "",
                "seconds": 0.123,
                "address": "192.0.2.1",
            }
        ],
        "status": 302,
        "media_type": "text/html",
        "bytes": 5,
        "location": "/login",
        "address": "192.0.2.1",
    }


def test_silence() -> None:
    """Without an answer there is no status to tell, and no body."""
    description = describe(ended(AttemptError.TIMEOUT, "connect"))
    assert "status" not in description
    assert description["excerpt"] == ""
    [attempt] = description["attempts"]
    assert (attempt["error"], attempt["phase"], attempt["detail"]) == ("timeout", "connect", "why")


def test_a_retried_exchange_is_kept_without_its_body() -> None:
    """A run may have a thousand, and none of them is shown."""
    assert set(describe(exchange(b"body"))) - set(summary(exchange(b"body"))) == {
        "excerpt",
        "request_headers",
        "request_body",
        "curl",
    }


def test_nothing_hostile_reaches_a_report() -> None:
    """Neither from headers nor from a body, and no more of it than a person reads."""
    headers = ((b"Content-Type", b"a\x1b[2J" * 100), (b"Location", b"/\r\n98 passed" * 100))
    url, terminal = "https://h/\x1b[2J", "\x1b[2J" * 500
    description = describe(
        exchange(
            b"\x1b[2J\r\n98 passed" * 100000,
            200,
            *headers,
            url=url,
            method="POST",
            headers=((terminal, terminal),),
            body=terminal.encode(),
        )
    )
    assert str(description).isprintable()
    assert len(str(description)) < 4000


def test_a_description_fits_the_schema() -> None:
    """Alone and beside what an earlier version wrote."""
    schema = verdict_reader.schema()
    validator = jsonschema.Draft202012Validator(
        {"$ref": "#/$defs/exchange", "$defs": schema["$defs"]}
    )
    full = exchange(b"x", method="POST", body=b"{}", headers=(("X", "y"),), address="edge")
    for description in (summary(full), describe(full), describe(ended(AttemptError.RESET))):
        validator.validate(json.loads(json.dumps(description)))


TEXT = (b"Content-Type", b"text/html; charset=ISO-8859-1")


@pytest.mark.parametrize(
    ("body", "headers", "text"),
    [
        (b"", (), ""),
        (b"<html>\n\n  <title>a", (), "<html> <title>a"),
        ("é\N{SNOWMAN}".encode(), (), "é\N{SNOWMAN}"),
        (b"caf\xe9", (TEXT,), "café"),
        (b"caf\xe9", (), "binary: 63 61 66 e9"),
        (
            b"\x89PNG\r\n\x1a\n" + bytes(20),
            (),
            "binary: 89 50 4e 47 0d 0a 1a 0a " + "00 " * 8 + "…",
        ),
        (b"a\0b", (TEXT,), "binary: 61 00 62"),
        (gzip.compress(b"decoded", mtime=0), ((b"Content-Encoding", b"gzip"),), "decoded"),
        (b"x" * 301, (), "x" * 299 + "…"),
        (b"x" * 300, (), "x" * 300),
        ("é".encode() * (1 << 17) + b"\xff", (), "é" * 299 + "…"),
        (b"x" + "é".encode() * (1 << 17), (), "x" + "é" * 298 + "…"),
        (b"plain", ((b"Content-Type", b"text/html; charset=zlib"),), "plain"),
        (b"plain", ((b"Content-Type", b"text/html; charset=utf-99"),), "plain"),
    ],
)
def test_an_excerpt(body: bytes, headers: tuple[tuple[bytes, bytes], ...], text: str) -> None:
    """The decoded body as text, its white space folded; a few bytes of what is no text."""
    assert describe(exchange(body, 200, *headers))["excerpt"] == text


@pytest.mark.parametrize("before", [0, 280, LONGEST_EXCERPT - 5, 64 * 1024 - 5])
@pytest.mark.parametrize("filler", [b"x", b" ", b"\xff"])
def test_no_part_of_a_secret_is_left_by_a_cut(secret: str, before: int, filler: bytes) -> None:
    """Wherever it stands in the body."""
    shown = describe(exchange(filler * before + secret.encode() + b"x" * 500))["excerpt"]
    assert "hunt" not in shown
    assert b"hunt".hex(" ") not in shown


def test_the_request_is_told_without_secrets(secret: str) -> None:
    """Its own headers and its body; the line for curl has the variable's name."""
    body = f'{{"key": "{secret}"}}'.encode()
    description = describe(exchange(method="PUT", body=body, headers=(("X-Key", secret),)))
    assert description["request_headers"] == [["X-Key", MASK]]
    assert description["request_body"] == f'{{"key": "{MASK}"}}'
    assert '-H "X-Key: $FHR_STAGE_TOKEN"' in description["curl"]
    assert secret not in str(description)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, ""),
        (b"a\nb", r"a\x0ab"),
        (b"\0", "1 bytes, sha256 6e340b9cffb37a98"),
        (b"x" * 501, "501 bytes, sha256 "),
    ],
)
def test_the_body_of_a_request(body: bytes | None, words: str) -> None:
    """A short text as it is; of others the size, and by what a file with it is recognised."""
    assert describe(exchange(method="PUT", body=body))["request_body"].startswith(words)


def test_no_line_contacts_anybody_outside_the_environment() -> None:
    """What the guard refused is not offered; what it did not follow is not followed."""
    outside = ended(AttemptError.GUARD, url="https://elsewhere.example/")
    assert describe(outside)["curl"] == ""
    assert " -L " in describe(exchange(follow=True))["curl"]
    assert " -L " not in describe(ended(AttemptError.REDIRECT, follow=True))["curl"]


def test_a_line_that_nobody_can_paste_is_left_out() -> None:
    """A server may send a URL of megabytes."""
    assert describe(exchange(url="https://h/" + "x" * LONGEST_LINE))["curl"] == ""
