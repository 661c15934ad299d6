"""What a person sees fits a screen, says what to do, and is safe whatever was answered."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.environment.model import Environment
from knowngood.fetch import RequestTotals
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.exchange_summary import describe
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.report import terminal
from knowngood.verdict import VerdictKind
from knowngood.verdict.causes import Cause
from knowngood.verdict.decide import Verdict, fold
from knowngood.verdict.judged import Judged
from knowngood.verdict.outcome import FAILED, PASSED, Outcome
from knowngood.verdict.run_results import RunResults

HOSTILE = "\x1b[2J\x00\r\n98 passed\u202e\x9b]]>"
ENVIRONMENT = Environment(name="stage", path=Path("stage.toml"), description="")


def exchange(tries: int = 1, status: int | None = 404, text: str = "") -> Exchange:
    url = f"https://fhr.example/fr/js/config.json{text}"
    headers = ((b"Content-Type", b"text/html" + text.encode("latin-1", "replace")),)
    answer = Answer(status, url, headers, b"12345", "192.0.2.1") if status else None
    error = None if status else AttemptError.TIMEOUT
    attempt = Attempt(100.0, 0.25, status, error, f"no byte{text}", "" if status else "connect")
    return Exchange(Probe("content", url), (attempt,) * tries, answer)


def outcome(name: str = "fr", message: str = "no title", **more: Any) -> Outcome:
    fields: dict[str, Any] = {
        "values": {"locale": name},
        "result": FAILED,
        "kind": "content",
        "place": "smoketests/test_config.py:12",
        "exchanges": [describe(exchange())],
        **more,
    }
    return Outcome(
        f"test_config.py::test_never_404s[{name}]",
        "test_config.py::test_never_404s",
        "config.json answers 200 in every locale.",
        message=message,
        **fields,
    )


def test_causes_are_bounded() -> None:
    """Beyond twenty the reader is sent to the file."""
    causes = tuple(Cause("failed", f"fault {number}", "content") for number in range(25))
    blocks = list(terminal.cause_blocks(Verdict(VerdictKind.FAILED, "why", {}, causes)))
    assert len(blocks) == 21
    assert blocks[-1] == ["and 5 more; --verdict-file has all"]
    assert len(list(terminal.cause_blocks(Verdict(VerdictKind.FAILED, "", {}, causes[:20])))) == 20


def verdict() -> Verdict:
    return Verdict(VerdictKind.FAILED, "why", {})


def ledger(*outcomes: Outcome, **requests: Any) -> RunResults:
    book = RunResults(ENVIRONMENT, requests=RequestTotals(**requests))
    for item in outcomes:
        book.record(item)
    return book


def test_line_of_a_claim() -> None:
    """Each check is one line with its cases counted, and what does not apply says why."""
    book = ledger(
        outcome(result=PASSED),
        outcome("de"),
        Outcome("x", "test_date_format.py::test_all_months", "All months are there."),
    )
    book.collected.inapplicable["test_submission.py::test_v2"] = "no origin called submission"
    assert list(terminal.claims(verdict(), book)) == [
        (False, "FAIL     1/2  config.json answers 200 in every locale."),
        (True, "ok         1  All months are there."),
        (True, "n/a           test_submission.py::test_v2: no origin called submission"),
    ]


def test_line_of_an_unsteady_claim() -> None:
    """A check whose requests needed too many retries did not hold, though every case passed."""
    book = ledger(outcome(result=PASSED, asked=("content:/x",)))
    unsteady = replace(verdict(), judged=Judged(unsteady=["content:/x"]))
    assert list(terminal.claims(unsteady, book)) == [
        (
            False,
            "FAIL       1  config.json answers 200 in every locale. (unsteady: too many retries)",
        )
    ]


def summary(book: RunResults, other: Verdict | None = None) -> list[str]:
    passed = results_of(expected=2, passed=2)
    return list(terminal.summary(other or fold(passed), book, 1.25))


def test_summary_of_a_passed_run() -> None:
    """Counts, requests and time, and last the verdict with what to do."""
    assert summary(ledger(sent=10, attempts=12, received=1_500_000)) == [
        "2 cases of 2 ran: 2 passed, 0 failed, 0 inconclusive, 0 skipped, 0 deselected",
        "10 requests, 2 retries, 0 flaky, 1.5 MB, 1.2 s",
        "",
        "PASSED (exit 0): every required check ran and held — proceed",
    ]


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (VerdictKind.PASSED, "PASSED (exit 0): why — proceed"),
        (VerdictKind.FAILED, "FAILED (exit 1): why — roll back"),
        (VerdictKind.INTERRUPTED, "INTERRUPTED (exit 2): why — hold"),
        (VerdictKind.INTERNAL_ERROR, "INTERNAL ERROR (exit 3): why — hold"),
        (VerdictKind.NOTHING_CHECKED, "NOTHING CHECKED (exit 5): why — hold"),
        (
            VerdictKind.INCONCLUSIVE,
            "INCONCLUSIVE (exit 75): why — hold: do not promote, do not roll back, run again",
        ),
    ],
)
def test_last_line(kind: VerdictKind, last: str) -> None:
    """The last line has the verdict, its exit code, the reason and the advice."""
    other = replace(fold(results_of()), kind=kind, reason="why")
    assert summary(ledger(), other)[-1] == last


def test_summary_names_slow_and_retried_requests() -> None:
    """The two slowest requests and the first three that needed a retry are named."""
    tries = describe(exchange(tries=2, status=None))["attempts"]
    again = {"method": "GET", "url": "https://h/", "attempts": tries}
    book = ledger(slowest=[(3.0, "GET a"), (2.0, "GET b"), (1.0, "GET c")], retried=[again] * 5)
    lines = summary(book)
    assert "slowest: 3.00 s GET a, 2.00 s GET b" in lines
    line = (
        "retried: GET https://h/: timeout (connect) after 0.25 s → timeout (connect) after 0.25 s"
    )
    assert lines.count(line) == 3


@pytest.mark.parametrize(("days", "warned"), [(-1, True), (13.9, True), (14.1, False)])
def test_certificate_that_expires_soon(days: float, warned: bool) -> None:
    """A certificate within two weeks of its end is a warning."""
    lines = summary(ledger(certificates={"content": time.time() + days * 86400}))
    line = f"warning: the certificate of content expires in {days:.1f} days"
    assert (line in lines) is warned


def test_summary_warns_and_doubts() -> None:
    """What was left behind and why the run proves less than it should, in one line each."""
    other = replace(fold(results_of()), doubts=("one worker died", HOSTILE))
    lines = summary(ledger(left_behind=[f"https://h/{HOSTILE}"]), other)
    assert "doubt: one worker died" in lines
    assert any(line.startswith("warning: left behind, could not be deleted: h") for line in lines)
    assert all(line.isprintable() for line in lines)
