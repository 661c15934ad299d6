"""What the end of a child is worth: 0 and 1 only where the account agrees and is whole."""

import json
import signal
from typing import Any

import pytest

from knowngood.report import json_file
from knowngood.supervisor.trust import ChildExit, Conclusion, conclude, document
from knowngood.verdict.exit_codes import EXIT_CODES, VerdictKind
from knowngood.verdict.outcome import FAILED, Outcome

RUN = "0123456789ab"
FAILURE = Outcome(
    "test_it.py::test_it", "test_it.py::test_it", "It is there.", result=FAILED, kind="content"
)


def account(kind: VerdictKind, **changed: Any) -> dict[str, Any]:
    """A verdict document that holds together, with these keys changed."""
    found = json_file.empty(kind, "why", "demo", RUN, 0.0)
    found["counts"] |= {"expected": 3, "ran": 3, "passed": 3}
    if kind == VerdictKind.FAILED:
        found["counts"] |= {"passed": 2, "failed": 1}
        found["failures"] = [FAILURE.to_json()]
    return json.loads(json.dumps({**found, **changed}))  # type: ignore[no-any-return]


def concluded(
    told: dict[str, Any], code: int | None = None, release: str | None = None
) -> Conclusion:
    """What is made of this account and exit code, by default the account's own."""
    ended = ChildExit(told["exit_code"] if code is None else code, json.dumps(told).encode())
    return conclude(ended, RUN, release)


@pytest.mark.parametrize("found", [None, "b" * 64])
def test_another_manifest(found: str | None) -> None:
    """Held against another manifest, or against none, the run says nothing of this build."""
    told = account(VerdictKind.PASSED, manifest={"digest": found, "compared": 1})
    ended = ChildExit(0, json.dumps(told).encode())
    assert conclude(ended, RUN).code == 0
    assert "held what is served against the manifest" in held(conclude(ended, RUN, None, "a" * 64))


def held(found: Conclusion) -> str:
    """The reason why a run is to hold on, which this must be."""
    assert found.code == EXIT_CODES[VerdictKind.INCONCLUSIVE]
    assert found.document is None
    return found.reason


@pytest.mark.parametrize("kind", list(VerdictKind))
def test_both_agree(kind: VerdictKind) -> None:
    """The account's exit code and document go through."""
    told = account(kind)
    assert concluded(told) == Conclusion(EXIT_CODES[kind], told)


@pytest.mark.parametrize("kind", [VerdictKind.PASSED, VerdictKind.FAILED])
@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGSEGV, 0, 1, 2, 75])
def test_account_and_end_differ(kind: VerdictKind, code: int) -> None:
    """A process that ended otherwise than it says has not told all."""
    if code != EXIT_CODES[kind]:
        assert held(concluded(account(kind), code)).startswith(f"the run says {kind}, and ended")


@pytest.mark.parametrize("code", [0, 1, -signal.SIGKILL, -signal.SIGXCPU, 120, 137, -99])
def test_no_account(code: int) -> None:
    """Whatever the code, nobody said what was found."""
    assert "gave no verdict" in held(conclude(ChildExit(code, b""), RUN))


@pytest.mark.parametrize("code", [2, 3, 4, 5])
def test_no_account_and_none_needed(code: int) -> None:
    """Pytest's own codes promote nothing and roll nothing back: a usage error stays one."""
    assert conclude(ChildExit(code, b""), RUN) == Conclusion(code, None)


def test_killed() -> None:
    """A run that had to be killed is none, whatever it had said."""
    told = json.dumps(account(VerdictKind.PASSED)).encode()
    assert held(conclude(ChildExit(0, told, "was ended"), RUN)) == "was ended"


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b"\xff",
        b"null",
        b'{"verdict": "PASSED"}',
        json.dumps(account(VerdictKind.PASSED)).encode() * 2,
        json.dumps(account(VerdictKind.PASSED)).encode()[:-1],
    ],
    ids=["open", "list", "no text", "null", "stump", "twice", "cut off"],
)
def test_an_account_that_is_none(text: bytes) -> None:
    """Cut off, doubled or not by the schema: nothing in it counts."""
    assert "cannot be read" in held(conclude(ChildExit(0, text), RUN))


def test_another_run() -> None:
    """Its account is of another run id."""
    assert "another run's" in held(concluded(account(VerdictKind.PASSED, run="ffffffffffff")))


@pytest.mark.parametrize(
    "counts",
    [
        {"passed": 2},
        {"expected": 4},
        {"expected": 0, "ran": 0, "passed": 0},
        {"skipped": 1},
        {"ran": 2},
        {"ran": 4, "passed": 4},
    ],
    ids=["one did not pass", "one did not run", "none", "skipped, too", "fewer ran", "more ran"],
)
def test_passed_but_not_whole(counts: dict[str, int]) -> None:
    """PASSED is the claim that everything required ran and held."""
    told = account(VerdictKind.PASSED)
    told["counts"] |= counts
    assert held(concluded(told)).startswith("PASSED, but of ")


def test_failed_without_failure() -> None:
    """Nothing to roll back for; a check that needed too many retries is something."""
    told = account(VerdictKind.FAILED, failures=[])
    assert held(concluded(told)) == "FAILED, but without any failure"
    check = {"claim": "c", "ran": 1, "bad": 0, "unsteady": True, "catches": []}
    assert concluded({**told, "checks": {"c": check}}).code == 1


@pytest.mark.parametrize(("asked", "told"), [("v2", "v1"), ("v2", None), (None, "v1")])
def test_another_release(asked: str | None, told: str | None) -> None:
    """What was verified is not what was to be."""
    found = account(VerdictKind.PASSED)
    found["release"] |= {"expected": told}
    assert "the run was for release" in held(concluded(found, release=asked))


def test_a_document_for_a_run_without_one() -> None:
    """It is valid, says INCONCLUSIVE and why, and names environment and run."""
    ended = conclude(ChildExit(-signal.SIGKILL, b""), RUN)
    found = document(ended, "demo", RUN, 0.0)
    json_file.parse(json.dumps(found).encode())
    assert (found["verdict"], found["action"], found["run"]) == ("INCONCLUSIVE", "hold", RUN)
    assert "SIGKILL" in found["reason"]
    assert found["environment"] == "demo"
