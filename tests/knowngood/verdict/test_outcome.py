"""An exception that ended a check means trouble of the deployment or of the runner."""

import csv
import gzip
import io
import json
import lzma
import struct
import tarfile
import xml.dom.minidom
import xml.etree.ElementTree
import xml.sax
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import pytest

from knowngood.content.json_schema import BadSchema, SchemaMismatch
from knowngood.fetch.answer_errors import Blocked, NoAnswer
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.exchange_summary import describe
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import respond
from knowngood.safety import ContentTooLarge
from knowngood.safety.errors import DeploymentError, RunnerError, UsageError
from knowngood.session.marks import BadMark
from knowngood.verdict.outcome import (
    FAILED,
    INCONCLUSIVE,
    PASSED,
    Outcome,
    classify,
    sharpened,
)

PROBE = Probe("content", "https://h/fr/")


def silent(error: AttemptError, phase: str = "") -> Exchange:
    return Exchange(PROBE, (Attempt(5.0, 1.5, error=error, detail="why", phase=phase),))


def answered(status: int = 200, *headers: tuple[bytes, bytes], body: bytes = b"") -> Exchange:
    attempt = Attempt(5.0, 0.12345, status, address="192.0.2.1")
    return Exchange(PROBE, (attempt,), Answer(status, PROBE.url, headers, body, "192.0.2.1"))


@pytest.mark.parametrize(
    ("error", "result", "kind"),
    [
        (AttemptError.DNS, FAILED, "dns"),
        (AttemptError.REFUSED, FAILED, "refused"),
        (AttemptError.UNREACHABLE, FAILED, "unreachable"),
        (AttemptError.RESET, FAILED, "reset"),
        (AttemptError.TLS, FAILED, "tls"),
        (AttemptError.TIMEOUT, FAILED, "timeout"),
        (AttemptError.TRUNCATED, FAILED, "truncated"),
        (AttemptError.TOO_LARGE, FAILED, "too-large"),
        (AttemptError.PROTOCOL, FAILED, "protocol"),
        (AttemptError.ENCODING, FAILED, "encoding"),
        (AttemptError.REDIRECT, FAILED, "redirect"),
        (AttemptError.GUARD, INCONCLUSIVE, "guard"),
        (AttemptError.RUNNER, INCONCLUSIVE, "runner"),
        (AttemptError.BUDGET, INCONCLUSIVE, "budget"),
    ],
)
def test_no_answer(error: AttemptError, result: str, kind: str) -> None:
    """Silence may be anybody's fault, a wrong answer is the deployment's, a budget the runner's."""
    classified = classify(NoAnswer(silent(error)))
    assert (classified.result, classified.kind) == (result, kind)
    assert classified.message == f"{error}: why"


def test_every_cause_is_judged() -> None:
    """A new cause cannot be forgotten here."""
    assert {classify(NoAnswer(silent(error))).result for error in AttemptError} == {
        FAILED,
        INCONCLUSIVE,
    }


def test_phase_of_a_timeout_is_told() -> None:
    """How far a timeout got is the first thing one asks."""
    assert classify(NoAnswer(silent(AttemptError.TIMEOUT, "tls"))).message == "timeout (tls): why"


def test_last_attempt_counts() -> None:
    """Of several attempts the last says what is the matter now."""
    both = Exchange(
        PROBE, (*silent(AttemptError.DNS).attempts, *silent(AttemptError.TRUNCATED).attempts)
    )
    assert classify(NoAnswer(both)).kind == "truncated"


def test_never_asked() -> None:
    """A probe that was never tried proves nothing."""
    attempt = Attempt(0.0, 0.0, error=AttemptError.BUDGET, detail="not asked")
    classified = classify(NoAnswer(Exchange(PROBE, (attempt,))))
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "budget")


def test_a_status_that_the_check_raises() -> None:
    """``raise_for_status`` says what a comparison of the status says."""
    exchange = answered(404)
    with pytest.raises(DeploymentError) as caught:
        respond(exchange).raise_for_status()
    assert classify(caught.value).result == FAILED


@pytest.mark.parametrize(
    "error",
    [
        Exception("the page is broken"),
        RuntimeError("x"),
        RecursionError("x"),
        NameError("x"),
        NotImplementedError(),
        SystemExit(1),
        UserWarning("x"),
        BadSchema("x"),
        BadMark("x"),
        UsageError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_check_raises_by_mistake(error: BaseException) -> None:
    """The machine has nothing to do with it, nor has the deployment."""
    classified = classify(error)
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "check")


def test_turned_away() -> None:
    """A firewall's or a limiter's refusal says nothing of the deployment."""
    classified = classify(Blocked(answered(429), "429 Too Many Requests"))
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "blocked")
    assert "GET https://h/fr/: 429" in classified.message


@pytest.mark.parametrize(
    ("headers", "kind"),
    [([], "forbidden"), ([(b"Retry-After", b"9")], "blocked")],
    ids=["by-a-page", "by-a-limit"],
)
def test_a_write_that_is_turned_away(headers: list[tuple[bytes, bytes]], kind: str) -> None:
    """The whole run shows whether a page with 403 was the deployment's own."""
    refused = answered(403, (b"Content-Type", b"text/html"), *headers)
    refused = replace(refused, probe=replace(PROBE, method="DELETE"))
    classified = classify(Blocked(refused, "403"))
    assert (classified.result, classified.kind) == (INCONCLUSIVE, kind)


def test_document_that_its_schema_refuses() -> None:
    """A schema's refusal has a kind of its own."""
    classified = classify(SchemaMismatch("$.a: expected string"))
    assert (classified.result, classified.kind, classified.message) == (
        FAILED,
        "schema",
        "$.a: expected string",
    )


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (AssertionError("assert 404 == 200"), "assert 404 == 200"),
        (KeyError("locale"), "KeyError: 'locale'"),
        (IndexError("list index"), "IndexError: list index"),
        (TypeError("'NoneType'"), "TypeError: 'NoneType'"),
        (ValueError("not JSON"), "ValueError: not JSON"),
        (AttributeError("text"), "AttributeError: text"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), "UnicodeDecodeError: "),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: "),
        (StopIteration(), "StopIteration: "),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_answer_that_is_not_what_a_check_reads_it_as(error: Exception, message: str) -> None:
    """Reading a wrong answer may raise in many ways; all mean that it is wrong."""
    classified = classify(error)
    assert (classified.result, classified.kind) == (FAILED, "content")
    assert classified.message.startswith(message)


def misread(code: str, **answers: Any) -> BaseException:
    """Return what reading an answer this way raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        eval(code, {}, answers)  # noqa: S307 - this test's own text
    return caught.value


@pytest.mark.parametrize(
    "code",
    [
        "xml.etree.ElementTree.fromstring(feed)",
        "xml.dom.minidom.parseString(feed)",
        "xml.sax.parseString(feed, xml.sax.ContentHandler())",
    ],
)
def test_a_feed_that_is_cut_off(code: str) -> None:
    """Its parser refuses it: the deployment's fault where the statement reads an answer."""
    error = misread(code, xml=xml, feed=b"<feed><entry>")
    assert (classify(error).result, classify(error).kind) == (FAILED, "content")
    assert classify(error, about_answer=False).kind == "check"


@pytest.mark.parametrize(
    "code",
    [
        "list(csv.reader(['a\\rb']))",
        "list(csv.reader(['\"a'], strict=True))",
        "list(csv.reader(['\"a\"b'], strict=True))",
        "zipfile.ZipFile(io.BytesIO(page))",
        "gzip.decompress(page)",
        "gzip.decompress(gzip.compress(page * 99)[:20])",
        "zlib.decompress(page)",
        "lzma.decompress(page)",
        "tarfile.open(fileobj=io.BytesIO(page))",
        "struct.unpack('<I', page[:3])",
        "struct.unpack_from('<I', page[:3])",
    ],
)
def test_an_export_that_its_reader_refuses(code: str) -> None:
    """It is another file than the check reads it as, or half of one."""
    modules = (csv, gzip, io, lzma, struct, tarfile, zipfile, zlib)
    error = misread(code, page=b"<html>", **{module.__name__: module for module in modules})
    assert (classify(error).result, classify(error).kind) == (FAILED, "content")
    assert classify(error, about_answer=False).result == INCONCLUSIVE


@pytest.mark.parametrize(
    "code",
    [
        "list(csv.reader(io.BytesIO(page)))",
        "list(csv.reader(['x' * 200_000]))",
        "struct.unpack('<zz', page)",
        "struct.pack('<B', 999)",
    ],
)
def test_an_export_that_a_check_reads_wrongly(code: str) -> None:
    """Bytes in place of text, a cell that is longer than csv reads, a format that is none."""
    error = misread(code, page=b"a,b", csv=csv, io=io, struct=struct)
    assert classify(error).kind == "check"


def test_python_that_does_not_parse() -> None:
    """A SyntaxError of Python's own is one of the check's code."""
    assert classify(misread("eval(text)", text="a =")).kind == "check"
    assert classify(misread("exec(text)", text=" a\n  b")).kind == "check"


@pytest.mark.parametrize(
    "code",
    [
        "document['a']['b']",
        "document['list'].get('x')",
        "document['list']['x']",
        "document['text'].items()",
        "document['none'].text",
        "document['none']['x']",
        "len(document['number'])",
        "int(document['text'])",
    ],
)
def test_an_answer_of_another_shape(code: str) -> None:
    """A list where a table was, nothing if an element was: the answer is wrong."""
    document = {"list": [1], "text": "x", "none": None, "number": 1}
    assert classify(misread(code, document=document)).result == FAILED


@pytest.mark.parametrize(
    "code",
    [
        "response.txt",
        "response.headers.gett('x')",
        "response.json(1, 2)",
        "response.url()",
        "response.json['status']",
        "response.headers < 2",
    ],
)
def test_a_misspelt_name_is_the_checks_own_fault(code: str) -> None:
    """No answer makes a check use a name that does not exist: nobody rolls back for it."""
    exchange = answered(200)
    classified = classify(misread(code, response=respond(exchange)))
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "check")


@pytest.mark.parametrize("error", [AssertionError("x"), KeyError("token"), ValueError("x")])
def test_what_is_about_no_answer(error: Exception) -> None:
    """A misspelt secret, an assertion about the check's own data."""
    classified = classify(error, about_answer=False)
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "check")


def test_a_deployment_error_of_any_room() -> None:
    """The tree decides: what is a DeploymentError fails the deployment."""
    assert classify(ContentTooLarge("x")).result == classify(DeploymentError("x")).result == FAILED


def test_pytest_fail() -> None:
    """``pytest.fail`` says that the deployment is wrong."""
    with pytest.raises(BaseException, match="no such locale") as caught:
        pytest.fail("no such locale")
    assert (classify(caught.value).result, classify(caught.value).kind) == (FAILED, "content")


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        PermissionError("x"),
        ImportError("x"),
        MemoryError(),
        RunnerError("x"),
        ConnectionResetError("x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_trouble_of_the_runner(error: Exception) -> None:
    """Nobody rolls back because the runner's disk is full; the trouble is named."""
    classified = classify(error)
    assert (classified.result, classified.kind) == (INCONCLUSIVE, "runner")
    assert type(error).__name__ in classified.message


def test_outcome_travels() -> None:
    """An outcome survives JSON, and so the way from a worker to the controller."""
    outcome = Outcome(
        "test_a.py::test_b[fr]",
        "test_a.py::test_b",
        "claim",
        values={"locale": "fr"},
        result=FAILED,
        kind="content",
        message="message",
        place="test_a.py:3",
        began=12.5,
        origin="content",
        exchanges=[describe(answered())],
    )
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert json.loads(json.dumps(outcome.to_json()))["exchanges"] == [describe(answered())]


def test_outcome_is_passed_unless_said_otherwise() -> None:
    """The plain outcome of an item is that it held."""
    assert Outcome("a", "b", "c").result == PASSED


@pytest.mark.parametrize(
    ("kind", "exchange", "about_status", "sharper"),
    [
        ("content", answered(404), True, "status"),
        ("content", answered(302, (b"Location", b"/x")), True, "redirect"),
        ("content", answered(404), False, "content"),
        ("schema", answered(404), True, "status"),
        ("content", silent(AttemptError.RESET), False, "reset"),
        ("release", silent(AttemptError.RESET), True, "release"),
    ],
)
def test_sharper_kinds(kind: str, exchange: Exchange, about_status: bool, sharper: str) -> None:
    """A status, and an answer that never came, say more than that something did not hold."""
    assert sharpened(kind, about_status, [exchange]) == sharper
