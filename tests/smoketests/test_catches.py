"""Every check passes on a sound deployment, and fails on each fault that it says it catches."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fhr_standin
from fhr_standin.faults import FAULTS

SMOKETESTS = Path(__file__).parents[2] / "smoketests"
CODES = {"PASSED": 0, "FAILED": 1, "INCONCLUSIVE": 75}
CANNOT_BE_DELETED = {"delete-broken", "delete-refused"}
# What only the engine can see: no check claims these, and no run of checks alone tells them.
ENGINE = {name for name, fault in FAULTS.items() if fault.caught_by == "engine"}


def catches() -> dict[str, set[str]]:
    """By check, the faults that its mark names."""
    found: dict[str, set[str]] = {}
    for path in sorted(SMOKETESTS.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[f"{path.name}::{node.name}"] = set(_named(node))
    return found


def _named(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.catches":
            yield from (ast.literal_eval(fault) for fault in mark.args)


CATCHES = catches()


@pytest.mark.parametrize("check", CATCHES)
def test_every_check_catches_a_fault(check: str) -> None:
    """A check that catches nothing is worth nothing."""
    assert CATCHES[check]


def test_every_fault_is_known_and_caught() -> None:
    """A fault that no check names goes out to users; a name that is no fault is a typing error."""
    bad = {name for name, fault in FAULTS.items() if fault.verdict == "FAILED"}
    assert set().union(*CATCHES.values()) == bad - ENGINE


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ENGINE])
def test_the_right_checks_catch_a_fault(
    name: str, suite: Callable, fhr_environment: Callable
) -> None:
    """The verdict is the fault's; each check that claims it fails; nothing is left behind."""
    with fhr_standin.running(locales=5, faults=[name]) as standin:
        extra = f'ca = "file:{standin.ca}"' if standin.ca else ""
        ended = suite(f"--env={fhr_environment(standin.origins, extra)}")
        left = standin.documents()
    assert ended.verdict["verdict"] == FAULTS[name].verdict, ended.output
    assert ended.code == CODES[FAULTS[name].verdict]
    claiming = {check for check, faults in CATCHES.items() if name in faults}
    assert claiming <= ended.failed_checks(), ended.output
    if name not in CANNOT_BE_DELETED:
        assert left == {}
        assert ended.verdict["left_behind"] == []


@pytest.mark.parametrize("name", sorted(ENGINE))
def test_the_engine_catches_a_fault(name: str, suite: Callable) -> None:
    """What no check can see: that nobody answers, that it is not the release, that edges differ."""
    ended = suite("--env=local", f"--drill={name}", "--release=v1")
    assert ended.verdict["verdict"] == FAULTS[name].verdict, ended.output
    assert ended.code == CODES[FAULTS[name].verdict]
    if ended.code == 1:
        assert ended.verdict["failures"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_sound_deployment_passes(
    workers: str, suite: Callable, fhr_environment: Callable
) -> None:
    """In one process and in several: nothing fails, nothing is asked twice, nothing is left."""
    with fhr_standin.running(locales=5) as standin:
        ended = suite(f"--env={fhr_environment(standin.origins)}", "-n", workers)
        left = standin.documents()
        asked = standin.requests()["content"]
    assert ended.code == 0, ended.output
    assert left == {}
    assert ended.verdict["counts"]["flaky"] == 0
    if workers == "0":
        repeated = {request: times for request, times in asked.items() if times > 1}
        # Only where walks go, and not at the rest: /en-US/ and what is sampled.
        others = {"GET /robots.txt", "GET /__version__", "GET /xx-unknown/"}
        beyond = {each for each in repeated if not each.startswith("GET /en-US/")} - others
        assert beyond == set(), "beyond what is walked through or sampled"
