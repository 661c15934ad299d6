"""Which runs a drill makes, and what the end of each says."""

import random
from collections.abc import Sequence
from typing import Any

from knowngood.drill.fault_results import DrillResult, DrillRun, judge, pairs_of
from knowngood.drill.faults import Fault
from knowngood.supervisor import Conclusion
from knowngood.verdict import EXIT_CODES, VerdictKind


def drawn(seed: int, count: int = 20, faults: Sequence[Fault] = ()) -> list[DrillRun]:
    """Pairs of faults by this seed."""
    return pairs_of(faults or FAULTS, count, random.Random(seed))  # noqa: S311 - as drills do


FAULTS = [Fault("a", "FAILED"), Fault("b", "PASSED"), Fault("c", "INCONCLUSIVE")]


def test_the_seed_draws_the_same_pairs() -> None:
    """Of two different faults each, and never more than there can be."""
    first = drawn(3)
    assert first == drawn(3)
    assert first != drawn(4)
    assert all(len(set(run.faults)) == 2 for run in first)
    assert drawn(3, faults=FAULTS[:1]) == []


def test_what_a_pair_may_end_in() -> None:
    """A fault that fails is not hidden by one that passes; where the run was turned away there
    may be less to see.
    """
    assert {run.name: run.expected for run in drawn(1, 40)} == {
        "a + b": ("FAILED",),
        "a + c": ("FAILED", "INCONCLUSIVE"),
        "b + c": ("INCONCLUSIVE",),
    }


def test_what_the_sound_deployment_must_end_in() -> None:
    """Without a fault there is one verdict."""
    assert (DrillRun().name, DrillRun().expected) == ("(sound)", ("PASSED",))


def result(
    kind: VerdictKind, failed: list[str], claimed: set[str], unsteady: bool = False
) -> DrillResult:
    """What a run that ended so is worth, for a fault that must fail."""
    document: dict[str, Any] = {
        "failures": [{"check": name} for name in failed],
        "checks": {name: {"unsteady": unsteady} for name in claimed},
        "reason": "why",
        "causes": [],
    }
    run = DrillRun((Fault("x", "FAILED"),), frozenset(claimed))
    return judge(run, Conclusion(EXIT_CODES[kind], document), 1.0, b"")


def test_who_caught_it() -> None:
    """The checks that claim to; without any, whoever failed; the engine's claims end a run before
    the checks could.
    """
    right = result(VerdictKind.FAILED, ["a", "b"], {"a"})
    assert (right.right, right.caught_by, right.quiet) == (True, ("a",), ())
    unclaimed = result(VerdictKind.FAILED, ["b"], set())
    assert (unclaimed.right, unclaimed.caught_by) == (True, ("b",))
    engine = result(VerdictKind.FAILED, ["knowngood::every_edge"], {"a"})
    assert (engine.right, engine.caught_by) == (True, ("knowngood::every_edge",))
    half = result(VerdictKind.FAILED, ["a"], {"a", "b"})
    assert (half.right, half.quiet) == (False, ("b",))
    assert result(VerdictKind.FAILED, [], {"a"}, unsteady=True).right
    assert not result(VerdictKind.PASSED, [], {"a"}).right
    assert not result(VerdictKind.INCONCLUSIVE, ["a"], {"a"}).right


def test_a_run_without_an_account() -> None:
    """Its output says why."""
    run = DrillRun((Fault("x", "FAILED", ("site:/*",)),))
    ended = judge(run, Conclusion(4, None), 1.0, b"usage: no such thing")
    assert (ended.got, ended.right, ended.reason) == ("usage error", False, "usage: no such thing")


def test_a_run_that_names_something_else() -> None:
    """The right verdict by the right check is a miss, if its first cause leads elsewhere."""
    first = {"state": "failed", "sentence": "/b is 404", "urls": ["http://s/b"], "exchanges": []}
    document = {
        "verdict": "FAILED",
        "failures": [],
        "checks": {},
        "reason": "/b is 404",
        "causes": [first],
        "origins": {"site": "http://s"},
    }
    ended = Conclusion(EXIT_CODES[VerdictKind.FAILED], document)
    named = [
        judge(DrillRun((Fault("x", "FAILED", (pattern,)),)), ended, 1.0, b"")
        for pattern in ("site:/a", "site:/b")
    ]
    assert [(result.right, result.named) for result in named] == [(False, "/b"), (True, "/b")]
    assert named[0].misnamed == "names /b, not site:/a"
    assert named[0].causes == ("/b is 404",)
