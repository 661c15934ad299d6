"""What the watch takes from a verdict document."""

from __future__ import annotations

from verdict_documents import HOSTILE, cause, document, failed, passed

from knowngood.verdict import VerdictKind
from knowngood.watch.run import WatchedRun


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
