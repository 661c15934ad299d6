"""The controller's book adds up what all processes report."""

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowngood.environment import Advisory
from knowngood.environment.model import Budget, Environment
from knowngood.fetch.request_totals import AnswerTimes
from knowngood.verdict.outcome import FAILED, PASSED, Outcome
from knowngood.verdict.run_results import CollectedChecks, RunResults

DAY = date(2026, 11, 26)
ENVIRONMENT = Environment(
    name="stage",
    path=Path("stage.toml"),
    description="",
    require=("test_a.py::*",),
    budget=Budget(flaky=0.07),
)


def outcome(message: str = "m", check: str = "a", **more: Any) -> Outcome:
    fields: dict[str, Any] = {"nodeid": "id", "result": FAILED, "kind": "content", **more}
    return Outcome(check=check, claim=f"claim of {check}", message=message, **fields)


def reported(**more: Any) -> dict[str, Any]:
    """What one process hands in that left out nothing and asked for this."""
    report = {
        "sent": 0,
        "attempts": 0,
        "received": 0,
        "asked": {},
        "flaky": {},
        "erratic": {},
        "answers": {},
        "turned_away": {},
        "walls": [],
        "writes_taken": [],
        "writes_refused": [],
        "answered_at": {},
        "slowest": [],
        "certificates": {},
        "retried": [],
        "left_behind": [],
        "asked_again": [],
        "bodies": {},
        "lacking": [],
        "warnings": [],
        **more,
    }
    return {"collected": CollectedChecks().to_json(), "served": [], "report": report}


def test_records_are_counted_by_check() -> None:
    """Each check counts its cases and those that did not hold; what passed is only counted."""
    ledger = RunResults(ENVIRONMENT)
    bad = outcome(check="a")
    for item in (outcome(check="a", result=PASSED), bad, outcome(check="b", result=PASSED)):
        ledger.record(item)
    assert ledger.passed == 2
    assert ledger.outcomes == [bad]
    assert {name: (claim.title, claim.ran, claim.bad) for name, claim in ledger.claims.items()} == {
        "a": ("claim of a", 2, 1),
        "b": ("claim of b", 1, 0),
    }


def test_workers_report_in_any_order() -> None:
    """Two runs say the same of one fault: in the order of the run, the engine's own claims last."""
    ledger = RunResults(ENVIRONMENT, order={"x[1]": 0, "x[2]": 1, "y": 2})
    for nodeid in ("y", "no item", "x[2]", "x[1]"):
        ledger.record(outcome(nodeid=nodeid))
    assert [item.nodeid for item in ledger.in_order] == ["x[1]", "x[2]", "y", "no item"]


def test_claim_knows_the_groups_its_requests_are_counted_in() -> None:
    """What its cases asked for is gathered, so that unsteadiness can be told of the check."""
    ledger = RunResults(ENVIRONMENT)
    ledger.record(outcome(asked=("content", "content:/a")))
    ledger.record(outcome(asked=("content", "content:/b")))
    assert ledger.claims["a"].asked == {"content", "content:/a", "content:/b"}


@pytest.mark.parametrize("first", [PASSED, FAILED])
def test_item_that_breaks_in_its_teardown(first: str) -> None:
    """The second word on an item takes the place of the first; the item counts once."""
    ledger = RunResults(ENVIRONMENT)
    ledger.record(outcome(nodeid="other", result=PASSED))
    ledger.record(outcome(nodeid="other too"))
    ledger.record(outcome(nodeid="x", result=first))
    last = outcome("left behind", nodeid="x", again=True)
    ledger.record(last)
    claim = ledger.claims["a"]
    assert (claim.ran, claim.bad, ledger.passed) == (3, 2, 1)
    assert [item.nodeid for item in ledger.outcomes] == ["other too", "x"]
    assert ledger.outcomes[-1] is last


def test_reports_of_several_processes_add_up() -> None:
    """Counts are summed, latest answers kept, and of slow requests the five slowest."""
    ledger = RunResults(ENVIRONMENT)
    for number in (2, 1):
        ledger.add_result(
            reported(
                sent=10,
                attempts=12,
                received=1000,
                asked={"content": 10},
                flaky={"content": number},
                erratic={"content": number},
                answered_at={"content": 100.0 + number},
                slowest=[[float(number + digit), "GET /"] for digit in range(4)],
                certificates={"content": 1e9},
                retried=[{"url": str(number)}],
                left_behind=[f"/{number}"],
            )
        )
    ledger.add_result({"collected": CollectedChecks().to_json()})
    totals = ledger.requests
    assert (totals.sent, totals.attempts, totals.received) == (20, 24, 2000)
    assert (totals.asked, totals.flaky) == ({"content": 20}, {"content": 3})
    assert totals.erratic == totals.flaky
    assert totals.answered_at == {"content": 102.0}
    assert [took for took, _ in totals.slowest] == [5.0, 4.0, 4.0, 3.0, 3.0]
    assert totals.certificates == {"content": 1e9}
    assert [exchange["url"] for exchange in totals.retried] == ["2", "1"]
    assert totals.left_behind == ["/2", "/1"]


def test_collection_of_several_processes_is_the_same_once() -> None:
    """Every process leaves out the same checks; they count once."""
    ledger = RunResults(ENVIRONMENT)
    collected = CollectedChecks(deselected={"b", "a"}, inapplicable={"c": "no origin"})
    for _ in range(2):
        ledger.add_result({"collected": collected.to_json()})
    assert ledger.collected.deselected == {"a", "b"}
    assert ledger.collected.inapplicable == {"c": "no origin"}


def test_advisories() -> None:
    """Those of marks stand beside the environment's, each once, and none counts in a drill."""
    own, of_mark = Advisory("b", "bug 1", DAY), Advisory("a", "bug 2", DAY)
    ledger = RunResults(replace(ENVIRONMENT, advisory=(own,)), today=DAY)
    ledger.record(outcome(check="a", asked=("content:/x",)))
    for _ in range(2):
        collected = CollectedChecks(advisories={"a": of_mark}).to_json()
        ledger.add_result({**reported(), "collected": collected})
    assert ledger.accepted == (own, of_mark)
    assert ledger.asked_by == {"content:/x": ["a"]}
    ledger.accepting = False
    assert ledger.accepted == ()


def answers(count: int) -> dict[str, Any]:
    """So many answers of one origin, as a process hands them in."""
    times = AnswerTimes()
    for _ in range(count):
        times.add(0.01)
    return asdict(times)


def test_what_one_process_could_write_is_not_unwanted() -> None:
    """Another one may have been turned away for a while."""
    put, delete = ["h", "PUT", "text/plain"], ["h", "DELETE", ""]
    ledger = RunResults(ENVIRONMENT)
    ledger.add_result(reported(writes_taken=[], writes_refused=[put, delete]))
    ledger.add_result(reported(writes_taken=[put], writes_refused=[]))
    assert ledger.requests.unwanted == {("h", "DELETE", "")}


def test_origin_that_turned_every_process_away_is_walled() -> None:
    """One ordinary answer to any of them shows that it is not."""
    ledger = RunResults(ENVIRONMENT)
    counts = {
        "answers": {"content": answers(2), "other": answers(2)},
        "turned_away": {"content": 2, "other": 2},
    }
    ledger.add_result(reported(**counts))
    ledger.add_result(reported(answers={"other": answers(1)}, warnings=["settling"]))
    assert ledger.requests.walled == {"content"}
    assert ledger.warnings == ["settling"]


def test_a_wall_that_one_process_met_is_one_for_all() -> None:
    """The others may have ended before it came."""
    ledger = RunResults(ENVIRONMENT)
    ledger.add_result(reported(walls=["content"]))
    ledger.add_result(reported())
    assert ledger.requests.walls == {"content"}


def test_a_warning_of_several_processes_is_one() -> None:
    """Each looks at the addresses of the same names."""
    ledger = RunResults(ENVIRONMENT)
    for _ in range(2):
        ledger.add_result(reported(warnings=["192.0.2.1 takes no connection"]))
    assert ledger.warnings == ["192.0.2.1 takes no connection"]
