"""Outcomes fold into one verdict: FAILED beats INCONCLUSIVE beats PASSED, and no evidence is
never PASSED.
"""

import os
import random
from dataclasses import replace
from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.fetch import WriteKind
from knowngood.readiness.network_control import ControlLook
from knowngood.safety import plural
from knowngood.verdict import EXIT_CODES, VerdictKind
from knowngood.verdict.decide import fold
from knowngood.verdict.fault_keys import failure_keys
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, SKIPPED, Outcome
from knowngood.verdict.run_results import RunResults
from knowngood.verdict.unsteady import FLAKY_FLOOR, unsteady_key

CODES = {
    "PASSED": (0, "proceed"),
    "FAILED": (1, "roll back"),
    "INTERRUPTED": (2, "hold"),
    "INTERNAL ERROR": (3, "hold"),
    "NOTHING CHECKED": (5, "hold"),
    "INCONCLUSIVE": (75, "hold"),
}
CHECK = "test_config.py::test_debug_is_off"
SOUND: dict[str, Any] = {
    "expected": 10,
    "passed": 10,
    "ran": (CHECK,),
    "answered_at": {"content": 100.0},
}


def outcome(result: str, kind: str = "content", check: str = CHECK, **more: Any) -> Outcome:
    fields: dict[str, Any] = {"origin": "content", "began": 50.0, "message": "why", **more}
    return Outcome(f"{check}[fr]", check, "claim", result=result, kind=kind, **fields)


def evidence(*outcomes: Outcome, **more: Any) -> RunResults:
    """Ten expected cases, of which these did not pass."""
    ended = {"passed": 10 - len(outcomes), "outcomes": [*outcomes]}
    return results_of(**{**SOUND, **ended, **more})


TURNED_AWAY = "turned away: why; let this machine pass, or ask from another one (1 case)"
WRONG = outcome(FAILED)
SILENT = outcome(FAILED, "refused")
SILENT_AT_THE_END = outcome(FAILED, "refused", began=200.0)
UNSURE = outcome(INCONCLUSIVE, "blocked")
REFUSED_WRITE = outcome(
    INCONCLUSIVE,
    "forbidden",
    exchanges=({"method": "DELETE", "url": "http://h/x", "status": 403, "request_headers": []},),
)
SKIP = outcome(SKIPPED, "")
AT_ONE_EDGE = {"method": "GET", "url": "http://h/x", "connect_to": "::h:81", "attempts": []}

TABLE = {
    "everything-held": (evidence(), "PASSED", "every required check ran and held"),
    "one-wrong-answer": (evidence(WRONG), "FAILED", "why"),
    "wrong-in-every-case": (evidence(*[WRONG] * 10), "FAILED", "why"),
    "two-checks-wrong": (
        evidence(WRONG, outcome(FAILED, check="test_b.py::test_b")),
        "FAILED",
        "why",
    ),
    "wrong-without-any-answer-time": (evidence(WRONG, answered_at={}), "FAILED", "why"),
    "unreachable-while-it-answers-others": (evidence(SILENT), "FAILED", "why"),
    "unreachable-and-nothing-since": (
        evidence(SILENT_AT_THE_END),
        "INCONCLUSIVE",
        "content gave no answer any more (refused)",
    ),
    "unreachable-from-the-start": (
        evidence(SILENT, answered_at={}),
        "INCONCLUSIVE",
        "content gave no answer at all",
    ),
    "one-edge-unreachable": (
        evidence(outcome(FAILED, "refused", exchanges=(AT_ONE_EDGE,)), answered_at={}),
        "INCONCLUSIVE",
        "content at h:81 gave no answer (refused)",
    ),
    "unreachable-while-another-origin-answers": (
        evidence(outcome(FAILED, "refused", origin="submission")),
        "INCONCLUSIVE",
        "submission gave no answer at all",
    ),
    "unreachable-since-the-very-moment": (
        evidence(outcome(FAILED, "refused", began=100.0)),
        "INCONCLUSIVE",
        "gave no answer",
    ),
    "everything-unreachable": (
        evidence(*[SILENT_AT_THE_END] * 10, answered_at={}),
        "INCONCLUSIVE",
        "(10 cases)",
    ),
    "turned-away": (
        evidence(UNSURE),
        "INCONCLUSIVE",
        TURNED_AWAY,
    ),
    "a-write-refused-by-a-wall": (
        evidence(REFUSED_WRITE),
        "INCONCLUSIVE",
        TURNED_AWAY,
    ),
    "a-write-refused-while-others-are-taken": (
        evidence(REFUSED_WRITE, unwanted={WriteKind("content", "DELETE", "")}),
        "FAILED",
        "DELETE /x is 403",
    ),
    "another-write-refused-while-others-are-taken": (
        evidence(REFUSED_WRITE, unwanted={WriteKind("content", "PUT", "")}),
        "INCONCLUSIVE",
        TURNED_AWAY,
    ),
    "runner-short-of-something": (
        evidence(outcome(INCONCLUSIVE, "runner", message="OSError: 24")),
        "INCONCLUSIVE",
        "this machine: OSError: 24",
    ),
    "own-code-told-over-several-lines": (
        evidence(outcome(INCONCLUSIVE, "check", message="ScopeMismatch: no.\nA\nB")),
        "INCONCLUSIVE",
        "the check's own code: ScopeMismatch: no.; fix the check",
    ),
    "budget-spent": (
        evidence(outcome(INCONCLUSIVE, "budget", message="")),
        "INCONCLUSIVE",
        "out of time or memory: unknown",
    ),
    "failure-beats-doubt": (evidence(UNSURE, WRONG, SKIP), "FAILED", "why"),
    "failure-beats-lost-worker": (evidence(WRONG, lost_workers=1), "FAILED", "why"),
    "failure-beats-collection-error": (
        evidence(WRONG, unreadable=("x.py",)),
        "FAILED",
        "why",
    ),
    "failure-with-maxfail": (evidence(WRONG, passed=3), "FAILED", "why"),
    "nothing-selected": (
        results_of(),
        "NOTHING CHECKED",
        "no check was selected",
    ),
    "nothing-selected-but-others-deselected": (
        results_of(deselected=(CHECK,)),
        "NOTHING CHECKED",
        f"no check was selected: 1 check deselected: {CHECK}",
    ),
    "time-ran-out-before-anything-was-selected": (
        results_of(overdue=True),
        "INCONCLUSIVE",
        "time ran out before the run was done; see run in [budget]",
    ),
    "all-skipped": (
        evidence(*[SKIP] * 10),
        "INCONCLUSIVE",
        f"1 required check skipped: {CHECK}",
    ),
    "all-skipped-and-none-required": (
        evidence(*[SKIP] * 10, require=()),
        "INCONCLUSIVE",
        "no case ran and held",
    ),
    "all-skipped-but-a-check-of-another-name-required": (
        evidence(*[SKIP] * 10, require=("test_b.py::*",), ran=(CHECK, "test_b.py::b")),
        "INCONCLUSIVE",
        "no case ran and held",
    ),
    "required-check-skipped-once": (evidence(SKIP), "INCONCLUSIVE", "1 required check skipped"),
    "optional-check-skipped": (
        evidence(outcome(SKIPPED, "", check="test_b.py::b"), require=("test_config.py::*",)),
        "PASSED",
        "held",
    ),
    "required-check-deselected": (
        evidence(deselected=("test_b.py::b",)),
        "INCONCLUSIVE",
        "1 required check deselected: test_b.py::b",
    ),
    "optional-check-deselected": (
        evidence(deselected=("test_b.py::b",), require=("test_config.py::*",)),
        "PASSED",
        "held",
    ),
    "cases-of-a-required-check-deselected": (
        evidence(deselected=(CHECK,), require=("test_config.py::*",)),
        "INCONCLUSIVE",
        "1 required check deselected",
    ),
    "required-check-does-not-exist": (
        evidence(require=("test_config.py::*", "test_none.py::*")),
        "INCONCLUSIVE",
        "no check matches 'test_none.py::*' of [require]",
    ),
    "selection-narrowed": (
        evidence(narrowed="smoketests/test_config.py"),
        "INCONCLUSIVE",
        "only a part of the required checks was selected: smoketests/test_config.py",
    ),
    "worker-lost": (evidence(lost_workers=1), "INCONCLUSIVE", "1 worker died during the run"),
    "cases-missing": (evidence(passed=9), "INCONCLUSIVE", "only 9 of 10 cases ran"),
    "no-case-came-back": (evidence(passed=0), "INCONCLUSIVE", "no case ran and held"),
    "file-that-cannot-be-read": (
        evidence(unreadable=("x.py", "y.py")),
        "INTERRUPTED",
        "2 files could not be read",
    ),
    "no-file-can-be-read": (results_of(unreadable=("x.py",)), "INTERRUPTED", "1 file"),
    "collection-error-beats-doubt": (
        evidence(UNSURE, unreadable=("x.py",)),
        "INTERRUPTED",
        "1 file could",
    ),
    "interrupted": (evidence(interrupted=True, passed=3), "INTERRUPTED", "stopped from outside"),
    "interrupted-beats-failure": (evidence(WRONG, interrupted=True), "INTERRUPTED", "stopped"),
    "interrupted-before-anything": (results_of(interrupted=True), "INTERRUPTED", "stopped"),
    "internal-error": (evidence(internal_error=True), "INTERNAL ERROR", "the run itself broke"),
    "internal-error-beats-failure": (
        evidence(WRONG, internal_error=True),
        "INTERNAL ERROR",
        "the run itself broke",
    ),
    "internal-error-beats-interruption": (
        evidence(internal_error=True, interrupted=True),
        "INTERNAL ERROR",
        "the run itself broke",
    ),
    "unsteady-origin": (
        evidence(asked={"content": 100}, erratic={"content": 21}),
        "FAILED",
        "unsteady: 21 of 100 requests to content needed a retry; [budget] flaky allows 20%",
    ),
    "unsteady-declaration": (
        evidence(
            asked={"content": 1000, "submission:/x": 10},
            erratic={"content": 6, "submission:/x": 6},
        ),
        "FAILED",
        "unsteady: 6 of 10 requests to /x",
    ),
    "flaky-within-tolerance": (
        evidence(asked={"content": 100}, erratic={"content": 20}),
        "PASSED",
        "held",
    ),
    "flaky-at-the-floor": (
        evidence(asked={"content": 5}, erratic={"content": 5}),
        "PASSED",
        "held",
    ),
    "flaky-above-the-floor": (
        evidence(asked={"content": 6}, erratic={"content": 6}),
        "FAILED",
        "6 of 6 requests",
    ),
    "flaky-by-chance": (
        evidence(asked={"content": 24}, erratic={"content": 7}),
        "PASSED",
        "held",
    ),
    "flaky-beyond-chance": (
        evidence(asked={"content": 24}, erratic={"content": 8}),
        "FAILED",
        "8 of 24 requests",
    ),
    "flaky-above-the-floor-of-many": (
        evidence(asked={"content": 1000}, erratic={"content": 6}),
        "PASSED",
        "held",
    ),
    "flaky-all-at-once": (
        evidence(asked={"content": 100}, flaky={"content": 50}),
        "PASSED",
        "held",
    ),
    "nothing-flaky-tolerated": (
        evidence(asked={"content": 1000}, erratic={"content": 6}, tolerance=0.0),
        "FAILED",
        "flaky allows 0%",
    ),
    "everything-flaky-tolerated": (
        evidence(asked={"content": 10}, erratic={"content": 10}, tolerance=1.0),
        "PASSED",
        "held",
    ),
    "failure-is-named-before-unsteadiness": (
        evidence(WRONG, asked={"content": 10}, erratic={"content": 10}),
        "FAILED",
        "why",
    ),
    "unsteadiness-beats-doubt": (
        evidence(UNSURE, asked={"content": 10}, erratic={"content": 10}),
        "FAILED",
        "unsteady",
    ),
    "result-nobody-knows": (evidence(outcome("odd")), "INCONCLUSIVE", "content: why"),
}


@pytest.mark.parametrize("case", TABLE)
def test_verdict(case: str) -> None:
    """Each row of the table ends in its verdict, its exit code and a reason that says why."""
    observed, kind, reason = TABLE[case]
    verdict = fold(observed)
    assert verdict.kind == kind
    assert (verdict.exit_code, verdict.action) == CODES[kind]
    assert reason in verdict.reason


def test_exit_codes_are_the_documented_ones() -> None:
    """The codes are a promise to every script that calls us; no two kinds share one."""
    assert {str(kind): code for kind, code in EXIT_CODES.items()} == {
        kind: code for kind, (code, _) in CODES.items()
    }
    assert set(EXIT_CODES) == set(VerdictKind)
    assert FLAKY_FLOOR == 5


def test_counts() -> None:
    """The counts add up: what ran, held, failed, is open, was skipped and left out."""
    verdict = fold(
        evidence(
            WRONG,
            UNSURE,
            SILENT_AT_THE_END,
            SKIP,
            deselected=("a", "b"),
            flaky={"content": 2, "content:/x": 2},
            asked={"content": 9, "content:/x": 9},
        )
    )
    assert dict(verdict.counts) == {
        "expected": 10,
        "ran": 9,
        "passed": 6,
        "failed": 1,
        "advisory": 0,
        "inconclusive": 2,
        "skipped": 1,
        "deselected": 2,
        "flaky": 2,
    }


def test_failures_and_unsettled_are_kept_apart() -> None:
    """Confirmed failures stand by themselves; what is open stands with the doubts; skips do not."""
    verdict = fold(evidence(WRONG, UNSURE, SILENT_AT_THE_END, SKIP))
    assert verdict.judged.failed == [WRONG]
    assert verdict.judged.unsettled == [UNSURE, SILENT_AT_THE_END]
    assert verdict.doubts == (
        "content gave no answer any more (refused); only a control could show whether the "
        "deployment or this machine's network is at fault: add [[control]] to "
        'environments/stage.toml, with url = "…" (on another host than the deployment) and '
        'body = "…" (text of its answer) (1 case)',
        TURNED_AWAY,
        f"1 required check skipped: {CHECK}",
    )


def test_silent_origins_are_named_once() -> None:
    """However many cases had no answer of an origin, it is one line."""
    silent = [outcome(FAILED, "refused", origin=name) for name in ("b", "a", "b")]
    first, second = fold(evidence(*silent)).doubts
    assert first.startswith("a gave no answer at all")
    assert first.endswith("(1 case)")
    assert second.endswith("(2 cases)")


def test_doubts_of_one_kind_are_one_line() -> None:
    """A hundred cases that were turned away make one line, with the first one's reason."""
    other = outcome(INCONCLUSIVE, "runner")
    assert fold(evidence(UNSURE, UNSURE, other)).doubts == (
        "turned away: why; let this machine pass, or ask from another one (2 cases)",
        "this machine: why (1 case)",
    )


def test_deselected_check_is_told_once() -> None:
    """A required check that was deselected is not also said to be none."""
    [doubt] = fold(evidence(require=("test_b.py::*",), deselected=("test_b.py::b",))).doubts
    assert doubt == "1 required check deselected: test_b.py::b"


def test_long_lists_of_checks_are_cut() -> None:
    """Of many deselected checks the first three are named, and how many more there are."""
    names = tuple(f"test_{letter}.py::x" for letter in "edcba")
    [doubt] = fold(evidence(deselected=names)).doubts
    assert doubt == (
        "5 required checks deselected: test_a.py::x, test_b.py::x, test_c.py::x and 2 more"
    )
    [doubt] = fold(evidence(deselected=names[:3])).doubts
    assert doubt.endswith("test_e.py::x")


def test_unsteadiness_beside_a_failure() -> None:
    """It is a cause of its own, whatever else is wrong."""
    groups = {"content": 10, "content:/x": 10}
    verdict = fold(evidence(WRONG, asked=groups, erratic=groups))
    assert [cause.sentence.partition(" needed")[0] for cause in verdict.causes] == [
        "why",
        "unsteady: 10 of 10 requests to /x",
    ]


def test_as_plain_data() -> None:
    """The JSON form says the same as the verdict."""
    document = fold(evidence(WRONG, UNSURE)).to_json()
    assert (document["verdict"], document["action"], document["exit_code"]) == (
        "FAILED",
        "roll back",
        1,
    )
    assert document["reason"] == "why"
    assert document["counts"]["failed"] == 1
    assert document["doubts"] == [TURNED_AWAY]
    assert [entry["kind"] for entry in document["failures"]] == ["content"]
    assert [entry["kind"] for entry in document["unsettled"]] == ["blocked"]


def _random_evidence(choose: random.Random) -> RunResults:
    """Mostly sound, so that PASSED is not rare."""
    outcomes = tuple(
        outcome(
            choose.choice([FAILED, INCONCLUSIVE, SKIPPED]),
            choose.choice(["content", "refused", "blocked"]),
            check=choose.choice([CHECK, "test_b.py::b"]),
            began=choose.choice([50.0, 150.0]),
            origin=choose.choice(["content", "submission"]),
        )
        for _ in range(choose.choice([0, 0, 0, 1, 3]))
    )
    rarely = [0] * 12 + [1]
    return results_of(
        expected=choose.choice([0, 1, 10, 10, 10]),
        passed=choose.choice([0, 1, 9, 10, 10, 10]),
        outcomes=list(outcomes),
        deselected=choose.choice([(), (), (), (CHECK,)]),
        narrowed=choose.choice(["", "", "", "x"]),
        ran=choose.choice([(CHECK,), (CHECK, "test_b.py::b")]),
        require=choose.choice([("*",), ("*",), ("test_config.py::*",), ("test_b.py::*",), ()]),
        lost_workers=choose.choice(rarely),
        unreadable=("x.py",) * choose.choice(rarely),
        interrupted=bool(choose.choice(rarely)),
        internal_error=bool(choose.choice(rarely)),
        answered_at=choose.choice([{}, {"content": 100.0}]),
        asked={"content": 10},
        erratic=choose.choice([{}, {}, {"content": 5}, {"content": 6}]),
    )


def test_whatever_the_evidence() -> None:
    """PASSED only when all that was expected ran and held; a wrong answer never goes unsaid;
    code, kind and action always agree. The evidence is another each day.
    """
    choose = random.Random(os.environ["KNOWNGOOD_TESTS_DAY"])  # noqa: S311
    seen = set()
    for _ in range(2_500):
        observed = _random_evidence(choose)
        verdict = fold(observed)
        seen.add(verdict.kind)
        assert (verdict.exit_code, verdict.action) == CODES[str(verdict.kind)]
        assert verdict.reason
        wrong = any(
            entry.result == FAILED and entry.kind == "content" for entry in observed.outcomes
        )
        ended = observed.internal_error or observed.interrupted
        if verdict.kind is VerdictKind.PASSED:
            assert observed.expected > 0
            assert observed.passed > 0
            assert observed.passed + len(observed.outcomes) >= observed.expected
            assert {entry.result for entry in observed.outcomes} <= {SKIPPED}
            assert "*" not in observed.environment.require or not (
                observed.outcomes or observed.narrowed
            )
            assert not observed.lost_workers
            assert not observed.unreadable
            assert not ended
            assert observed.requests.erratic["content"] <= FLAKY_FLOOR
            assert not verdict.doubts
        if wrong and not ended:
            assert verdict.kind is VerdictKind.FAILED
        if verdict.kind is VerdictKind.FAILED:
            assert (
                any(entry.result == FAILED for entry in observed.outcomes)
                or observed.requests.erratic
            )
        if ended:
            assert verdict.kind in {VerdictKind.INTERNAL_ERROR, VerdictKind.INTERRUPTED}
    assert seen == set(VerdictKind)


@pytest.mark.parametrize(("count", "words"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_plural(count: int, words: str) -> None:
    """One is one."""
    assert plural(count, "case") == words


@pytest.mark.parametrize("require", [("*",), ("test_other.py::*",)])
def test_a_run_that_was_halted_says_why_first(require: tuple[str, ...]) -> None:
    """Not that no check ran, which follows from it."""
    halted = "this machine's network is in trouble, the controls say: http://c/: refused: no"
    verdict = fold(evidence(passed=0, ran=(), require=require, halted=halted))
    assert (verdict.kind, verdict.reason) == (VerdictKind.INCONCLUSIVE, halted)
    assert verdict.doubts == (halted,)


def test_retries_in_a_network_that_is_in_trouble() -> None:
    """They are not held against the deployment, nor is a run with them PASSED; the control is
    named.
    """
    erratic = evidence(asked={"content": 100}, flaky={"content": 60}, erratic={"content": 60})
    assert fold(erratic).kind is VerdictKind.FAILED
    down = ControlLook(200.0, trouble="http://c/: reset: no")
    verdict = fold(replace(erratic, looks=[down]))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert "the controls say: http://c/: reset" in verdict.reason


def test_a_certificate_is_no_part_of_a_release() -> None:
    """Where TLS is all that failed, who rolls back is told that it may mend nothing."""
    tls = outcome(FAILED, "tls", phase="expired", exchanges=[])
    verdict = fold(evidence(tls))
    assert (verdict.exit_code, verdict.action) == (1, "roll back")
    assert "install a valid one" in verdict.advice
    wrong = outcome(FAILED, check="test_b.py::test_b", message="another fault")
    assert fold(evidence(tls, wrong)).advice == "roll back"


def test_a_first_look_rolls_nothing_back() -> None:
    """Nothing was pushed: the verdict is the same, and also its file gives another advice."""
    results = evidence(outcome(FAILED))
    results.is_first_look = True
    document = fold(results).to_json()
    assert (document["verdict"], document["exit_code"], document["action"]) == ("FAILED", 1, "hold")
    assert document["advice"].startswith("it is so today")
    results = evidence()
    results.is_first_look = True
    assert fold(results).action == "proceed"


def test_a_release_that_changed_makes_failures_worthless() -> None:
    """Whatever failed meanwhile, retries included; the reason is the change."""
    erratic = {"asked": {"content": 100}, "flaky": {"content": 60}, "erratic": {"content": 60}}
    changed = "the release changed during the run: v1, then v2"
    verdict = fold(evidence(WRONG, SILENT, changed=changed, **erratic))
    assert (verdict.kind, verdict.reason) == (VerdictKind.INCONCLUSIVE, changed)
    assert verdict.judged.failed == []


def test_a_release_that_wavers_is_never_passed() -> None:
    """What failed stands: it was served to somebody."""
    assert fold(evidence(wavering="the release wavers")).kind is VerdictKind.INCONCLUSIVE
    assert fold(evidence(WRONG, wavering="the release wavers")).kind is VerdictKind.FAILED


def test_answers_of_two_releases_come_first() -> None:
    """They explain what only one of them has; the check of the version document finds the same."""
    why = "answers come from two releases in turn: v1, and v2"
    two = {"wavering": why, "mixed": True}
    verdict = fold(evidence(WRONG, **two))
    assert (verdict.kind, verdict.reason) == (VerdictKind.FAILED, why)
    assert [cause.sentence for cause in verdict.causes] == [why, "why"]
    says_so = outcome(
        FAILED, check="test_b.py::test_b", message="they differ", asked=("{release}",)
    )
    causes = fold(evidence(WRONG, says_so, **two)).causes
    assert [(cause.sentence, len(cause.claims)) for cause in causes] == [(why, 1), ("why", 1)]
    assert fold(evidence(**two)).kind is VerdictKind.INCONCLUSIVE


def test_a_manifest_that_proves_nothing_is_no_passed() -> None:
    """It is named last: why nothing was compared says more."""
    verdict = fold(evidence(manifest_digest="ab", overdue=True))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.doubts[-1].startswith("nothing was compared with --manifest")
    assert "time ran out" in verdict.reason
    assert fold(evidence(WRONG, manifest_digest="ab")).kind is VerdictKind.FAILED


OLD = outcome(FAILED, message="expected 5, found 4")


@pytest.mark.parametrize("now", ["expected 5, found 4", "expected 5, found 3"])
def test_an_old_failure_is_known_again(now: str) -> None:
    """Whatever it says now: hold, since this push is not the cause."""
    verdict = fold(evidence(replace(OLD, message=now), baseline=failure_keys(OLD)))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert "in the baseline as well" in verdict.reason
    assert (len(verdict.judged.known), verdict.counts["failed"]) == (1, 1)
    assert [cause.state for cause in verdict.causes] == ["known"]
    assert verdict.advice.startswith("hold: nothing new is wrong")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "status"},
        {"values": {"locale": "de"}},
        {"check": "test_other.py::test_other"},
        {"exchanges": ({"url": "https://h/other"},)},
    ],
    ids=["kind", "case", "check", "url"],
)
def test_another_failure_is_a_new_one(change: dict[str, Any]) -> None:
    """One of them among old ones is FAILED."""
    verdict = fold(evidence(OLD, replace(OLD, **change), baseline=failure_keys(OLD)))
    assert verdict.kind is VerdictKind.FAILED
    assert (len(verdict.judged.failed), len(verdict.judged.known)) == (1, 1)


def test_a_baseline_without_failures_excuses_none() -> None:
    """Sound before the push, wrong after it."""
    assert fold(evidence(OLD, baseline=frozenset())).kind is VerdictKind.FAILED


def test_old_failures_beside_another_doubt() -> None:
    """That comes first: another run may settle it."""
    verdict = fold(evidence(OLD, UNSURE, baseline=failure_keys(OLD)))
    assert (verdict.kind, verdict.reason) == (
        VerdictKind.INCONCLUSIVE,
        TURNED_AWAY,
    )
    assert verdict.advice.endswith("run again")


@pytest.mark.parametrize("before", ["submission", "submission:/x"])
@pytest.mark.parametrize("now", ["submission", "submission:/x"])
def test_what_was_unsteady_before(before: str, now: str) -> None:
    """An origin and its declarations stand for each other; the cause is shown as known."""
    counts = {
        "asked": {now: 10},
        "erratic": {now: 10},
        "baseline": frozenset({unsteady_key(before)}),
    }
    verdict = fold(evidence(**counts))
    assert (verdict.kind, verdict.exit_code) == (VerdictKind.INCONCLUSIVE, 75)
    assert f"requests to {now} needed too many retries, and did in the baseline" in verdict.reason
    assert [cause.state for cause in verdict.causes] == ["known"]
    assert verdict.advice.startswith("hold: nothing new is wrong")


def test_another_group_that_is_unsteady_now() -> None:
    """Of two declarations of one origin only the old one is known."""
    now = dict.fromkeys(["content:/a", "content:/b"], 10)
    verdict = fold(
        evidence(asked=now, erratic=now, baseline=frozenset({unsteady_key("content:/a")}))
    )
    assert verdict.kind is VerdictKind.FAILED
    assert [cause.state for cause in verdict.causes] == ["failed", "known"]
    assert "requests to /b " in verdict.reason
