"""What the watch takes from a verdict document, and when two causes are the same."""

from __future__ import annotations

import pytest
from verdict_documents import HOSTILE, cause, document, failed, passed

from knowngood.verdict import VerdictKind
from knowngood.watch.run import WatchedRun, cause_key

SAME = {
    "fewer-locales": (
        "/{locale}/js/config.json is 404 in 5 of 5 locales",
        "/{locale}/js/config.json is 404 in 17 of 100 locales",
    ),
    "more-urls": (
        "/a, /b and /c are 404 and 4 more URLs",
        "/a, /b and /c are 404 and 12 more URLs",
    ),
    "port": (
        "http://127.0.0.1:41231/ answers with a wrong body",
        "http://127.0.0.1:39000/ answers with a wrong body",
    ),
    "count": ("/: 3 of 12 links lead nowhere", "/: 11 of 14 links lead nowhere"),
    "silence": (
        "https://fhr.example gives no answer: connection refused (connect)",
        "https://fhr.example gives no answer: timeout (connect)",
    ),
}
OTHER = {
    "status": ("/robots.txt is 404", "/robots.txt is 500"),
    "path": ("/v1/app.js is 404", "/v2/app.js is 404"),
    "words": ("/: the page has no title", "/: the page has no language"),
}


@pytest.mark.parametrize("case", SAME)
def test_same_cause(case: str) -> None:
    """How many locales it meets, and which port it was, is chance."""
    first, second = SAME[case]
    assert first != second
    assert cause_key("status", first) == cause_key("status", second)


@pytest.mark.parametrize("case", OTHER)
def test_other_cause(case: str) -> None:
    """Another status, path or claim is another fault."""
    first, second = OTHER[case]
    assert cause_key("status", first) != cause_key("status", second)


def test_kind_of_a_cause() -> None:
    """It makes a difference, except between two kinds of silence."""
    assert cause_key("content", "/ is odd") != cause_key("schema", "/ is odd")
    silent = "https://a gives no answer: connection reset"
    assert cause_key("reset", silent) == cause_key("timeout", silent)


def test_causes_that_decide() -> None:
    """Those that a baseline knows, that could not be settled or are accepted are none."""
    run = WatchedRun.of({**failed(), "verdict": "FAILED"})
    assert (run.verdict, run.cause_count) == (VerdictKind.FAILED, 1)
    assert [one.sentence for one in run.causes] == ["/{locale}/ is 404 in 3 of 100 locales"]
    assert run.causes[0].curl == "curl -sSg -i https://fhr.example/fr/"
    assert "accepted: /{locale}/ is 404 in 3 of 100 locales" in run.warnings


def test_good_run() -> None:
    """There is nothing to tell of it but when it was, and on which release."""
    run = WatchedRun.of(passed())
    assert (run.verdict, run.causes, run.release) == (VerdictKind.PASSED, (), None)
    assert run.is_judged
    assert run.ended == run.began + run.seconds


def test_many_causes_take_little_room() -> None:
    """Five of them, and no sentence without end; a command that is too long is left out."""
    long = cause("x" * 5000)
    run = WatchedRun.of(document(*[long] * 50))
    assert (len(run.causes), run.cause_count) == (5, 50)
    assert max(len(one.sentence) for one in run.causes) == 240
    assert {one.curl for one in run.causes} == {""}


def test_words_of_a_server_are_sanitised() -> None:
    """They go to a terminal, a mail and a file."""
    run = WatchedRun.of(document(cause(HOSTILE), text=HOSTILE, reason=HOSTILE))
    for text in (run.reason, *run.warnings, run.causes[0].sentence, run.causes[0].curl):
        assert text.isprintable()
