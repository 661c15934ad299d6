"""What the end of a child is worth: 0 and 1 only if its verdict agrees and is complete."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from knowngood.environment import Environment
from knowngood.report import json_file, verdict_reader
from knowngood.session import Options
from knowngood.supervisor.trust import ChildExit, Conclusion, conclude
from knowngood.supervisor.verify import document_of
from knowngood.verdict import EXIT_CODES, VerdictKind
from knowngood.verdict.causes import Cause, find_causes
from knowngood.verdict.outcome import FAILED, Outcome

RUN = "0123456789ab"
FAILURE = Outcome(
    "test_it.py::test_it", "test_it.py::test_it", "It is there.", result=FAILED, kind="content"
)


def verdict(kind: VerdictKind, **changed: Any) -> dict[str, Any]:
    """A verdict document that holds together, with these keys changed."""
    document = json_file.empty(kind, "why", "demo", run_id=RUN, place="here", began=0.0)
    document["counts"] |= {"expected": 3, "ran": 3, "passed": 3}
    if kind == VerdictKind.FAILED:
        document["counts"] |= {"passed": 2, "failed": 1}
        document["causes"] = [cause.to_json() for cause in find_causes([FAILURE])]
    return json.loads(json.dumps({**document, **changed}))  # type: ignore[no-any-return]


def concluded(
    document: dict[str, Any], code: int | None = None, release: str | None = None
) -> Conclusion:
    """What this verdict and exit code are worth, by default the verdict's own."""
    code = document["exit_code"] if code is None else code
    return conclude(ChildExit(code, json.dumps(document).encode()), RUN, release)


def inconclusive(conclusion: Conclusion) -> str:
    """The reason why a run is INCONCLUSIVE, which it must be."""
    assert conclusion.code == EXIT_CODES[VerdictKind.INCONCLUSIVE]
    assert conclusion.document is None
    return conclusion.reason


@pytest.mark.parametrize("digest", [None, "b" * 64])
def test_another_manifest(digest: str | None) -> None:
    """Compared with another manifest, or with none, the run says nothing of this build."""
    document = verdict(VerdictKind.PASSED, manifest={"digest": digest, "compared": 1})
    child = ChildExit(0, json.dumps(document).encode())
    assert conclude(child, RUN).code == 0
    reason = inconclusive(conclude(child, RUN, None, "a" * 64))
    assert reason.startswith("the run compared what is served with the manifest ")


@pytest.mark.parametrize("kind", list(VerdictKind))
def test_both_agree(kind: VerdictKind) -> None:
    """The verdict's exit code and document go through."""
    document = verdict(kind)
    assert concluded(document) == Conclusion(EXIT_CODES[kind], document)


@pytest.mark.parametrize("kind", [VerdictKind.PASSED, VerdictKind.FAILED])
@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGSEGV, 0, 1, 2, 75])
def test_verdict_and_end_differ(kind: VerdictKind, code: int) -> None:
    """A process that ended otherwise than its verdict says is not believed."""
    if code != EXIT_CODES[kind]:
        reason = inconclusive(concluded(verdict(kind), code))
        assert reason.startswith(f"the verdict is {kind}, but the run ended with ")


@pytest.mark.parametrize("code", [0, 1, -signal.SIGKILL, -signal.SIGXCPU, 120, 137, -99])
def test_no_verdict(code: int) -> None:
    """Whatever the code, nobody said what was found."""
    assert "gave no verdict" in inconclusive(conclude(ChildExit(code, b""), RUN))


@pytest.mark.parametrize("code", [2, 3, 4, 5])
def test_no_verdict_and_none_needed(code: int) -> None:
    """Pytest's own codes promote nothing and roll nothing back: a usage error stays one."""
    assert conclude(ChildExit(code, b""), RUN) == Conclusion(code, None)


def test_killed() -> None:
    """A run that had to be killed is none, whatever it had said."""
    document = json.dumps(verdict(VerdictKind.PASSED)).encode()
    assert inconclusive(conclude(ChildExit(0, document, "was ended"), RUN)) == "was ended"


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b"\xff",
        b"null",
        b'{"verdict": "PASSED"}',
        json.dumps(verdict(VerdictKind.PASSED)).encode() * 2,
        json.dumps(verdict(VerdictKind.PASSED)).encode()[:-1],
    ],
    ids=["open", "list", "no text", "null", "stump", "twice", "cut off"],
)
def test_a_verdict_that_is_none(text: bytes) -> None:
    """Cut off, doubled or not by the schema: nothing in it counts."""
    assert "cannot be read" in inconclusive(conclude(ChildExit(0, text), RUN))


def test_another_run() -> None:
    """Its verdict has another run id."""
    reason = inconclusive(concluded(verdict(VerdictKind.PASSED, run="ffffffffffff")))
    assert reason == f"the verdict is of the run 'ffffffffffff', not '{RUN}'"


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
def test_passed_but_not_complete(counts: dict[str, int]) -> None:
    """PASSED is the claim that everything required ran and held."""
    document = verdict(VerdictKind.PASSED)
    document["counts"] |= counts
    assert inconclusive(concluded(document)).startswith("the verdict is PASSED, but of ")


def test_failed_without_failure() -> None:
    """Nothing to roll back for; a check that needed too many retries is something."""
    document = verdict(VerdictKind.FAILED, causes=[])
    reason = inconclusive(concluded(document))
    assert reason == "the verdict is FAILED, but it names no cause"
    unsteady = Cause("failed", "unsteady: 6 of 8 requests needed a retry", "unsteady")
    assert concluded({**document, "causes": [unsteady.to_json()]}).code == 1


@pytest.mark.parametrize(("asked", "verified"), [("v2", "v1"), ("v2", None), (None, "v1")])
def test_another_release(asked: str | None, verified: str | None) -> None:
    """What was verified is not what was to be."""
    document = verdict(VerdictKind.PASSED)
    document["release"] |= {"expected": verified}
    assert "the run was for release" in inconclusive(concluded(document, release=asked))


def test_a_document_for_a_run_without_one() -> None:
    """It is valid, says INCONCLUSIVE and why, and names environment, run and release: a record of
    it is one of that release.
    """
    conclusion = conclude(ChildExit(-signal.SIGKILL, b""), RUN, "v7")
    environment = Environment("demo", Path("demo.toml"), "a demonstration")
    options = Options("demo", environment, level="full", place="here", release="v7")
    document = document_of(conclusion, options, RUN, 0.0)
    verdict_reader.parse(json.dumps(document).encode())
    assert (document["verdict"], document["action"]) == ("INCONCLUSIVE", "hold")
    assert (document["environment"], document["run"], document["place"]) == ("demo", RUN, "here")
    assert document["reason"] == "the run ended with SIGKILL and gave no verdict"
    assert (document["release"]["expected"], document["level"]) == ("v7", "full")
