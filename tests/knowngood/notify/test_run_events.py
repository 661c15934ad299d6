"""What is told of a run and of a rollback: the cause, how to look, how to roll back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from verdict_documents import cause, document, failed, inconclusive, passed

from knowngood.environment import Environment
from knowngood.environment.release_settings import DeployCommand
from knowngood.notify import EventKind, event_of_rollback, event_of_verdict
from knowngood.verdict import VerdictKind

Notifying = Callable[..., Environment]


def test_a_failure_names_causes_and_ways_to_look(notifying: Notifying) -> None:
    """The title is the verdict's reason; the body says what a person can do."""
    deployable = replace(notifying(), deploy=DeployCommand(("./deploy",)))
    verdict = failed()
    event = event_of_verdict(deployable, verdict)
    assert event is not None
    assert event.kind == EventKind.FAILED
    assert event.title == f"prod FAILED: {verdict['reason']}"
    assert event.moment == verdict["began"]
    assert event.body[0] == "failed: /{locale}/ is 404 in 3 of 100 locales"
    assert event.body[-2:] == (
        "look: curl -sSg -i https://fhr.example/fr/",
        "roll back: knowngood rollback --env=prod",
    )
    verdict["release"] = {**verdict["release"], "expected": "v8"}
    event = event_of_verdict(deployable, verdict)
    assert event is not None
    assert event.body[-1] == "roll back, if v8 is still live: knowngood rollback --env=prod"


def test_no_rollback_is_offered_where_nothing_is_deployed(notifying: Notifying) -> None:
    """Without [deploy] there is no such command."""
    event = event_of_verdict(notifying(), failed())
    assert event is not None
    assert not any("rollback" in line for line in event.body)


def test_many_causes_are_counted(notifying: Notifying) -> None:
    """A message has the first five, and says how many more there are."""
    event = event_of_verdict(notifying(), document(*(cause(str(n)) for n in range(8))))
    assert event is not None
    assert sum(line.startswith("failed: ") for line in event.body) == 5
    assert "and 3 more" in event.body


@pytest.mark.parametrize(
    "kind",
    [VerdictKind.INCONCLUSIVE, VerdictKind.INTERNAL_ERROR, VerdictKind.NOTHING_CHECKED],
)
def test_a_run_that_could_not_judge_is_blind(kind: VerdictKind, notifying: Notifying) -> None:
    """It says so, and what to type."""
    event = event_of_verdict(notifying(), {**inconclusive(), "verdict": kind})
    assert event is not None
    assert event.kind == EventKind.BLIND
    assert event.body[-1] == "run again: knowngood verify --env=prod"


@pytest.mark.parametrize("kind", [VerdictKind.PASSED, VerdictKind.INTERRUPTED])
def test_no_news(kind: VerdictKind, notifying: Notifying) -> None:
    """A run that passed, or that somebody stopped, is none."""
    assert event_of_verdict(notifying(), {**passed(), "verdict": kind}) is None


@pytest.mark.parametrize("release", ["expected", "seen"])
def test_an_event_names_the_release(release: str, notifying: Notifying) -> None:
    """The one that was asked for, or else the one that was there."""
    releases = {"expected": None, "seen": None, "edges": {}, release: "v8"}
    event = event_of_verdict(notifying(), {**failed(), "release": releases})
    assert event is not None
    assert event.release == "v8"


@pytest.mark.parametrize(
    ("restored", "kind"), [(True, EventKind.ROLLED_BACK), (False, EventKind.FAILED)]
)
def test_a_rollback(restored: bool, kind: EventKind, notifying: Notifying) -> None:
    """One that is not known to work is a failure."""
    event = event_of_rollback(notifying(), "v8", "prod is back on v7", restored=restored)
    assert event.kind == kind
    assert event.title == "the push of v8 to prod failed: prod is back on v7"
