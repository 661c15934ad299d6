"""Every check passes on a sound deployment, and fails on each fault that it says it catches."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

import fhr_standin
from fhr_standin.faults import FAULTS

SMOKETESTS = Path(__file__).parents[2] / "smoketests"
CODES = {"PASSED": 0, "FAILED": 1, "INCONCLUSIVE": 75}
CANNOT_BE_DELETED = {"delete-broken", "delete-refused"}
NEEDS_TLS = {"page-http-reference"}
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
    name: str, suite: Callable, fhr_environment: Callable, tmp_path: Path
) -> None:
    """The verdict is the fault's; each check that claims it fails; nothing is left behind."""
    tls, extra = _certificate(tmp_path) if name in NEEDS_TLS else (None, "")
    with fhr_standin.running(locales=8, faults=[name], tls=tls) as standin:
        ended = suite(f"--env={fhr_environment(standin.origins, extra)}")
        left = standin.documents()
    assert ended.verdict["verdict"] == FAULTS[name].verdict, ended.output
    assert ended.code == CODES[FAULTS[name].verdict]
    claiming = {check for check, faults in CATCHES.items() if name in faults}
    assert claiming <= ended.failed_checks(), ended.output
    if name not in CANNOT_BE_DELETED:
        assert left == {}
        assert ended.verdict["left_behind"] == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_sound_deployment_passes(
    workers: str, suite: Callable, fhr_environment: Callable
) -> None:
    """In one process and in several: nothing fails, nothing is asked twice, nothing is left."""
    with fhr_standin.running(locales=8) as standin:
        ended = suite(f"--env={fhr_environment(standin.origins)}", "-n", workers)
        left = standin.documents()
        asked = standin.requests()["content"]
    assert ended.code == 0, ended.output
    assert left == {}
    assert ended.verdict["counts"]["flaky"] == 0
    if workers == "0":
        repeated = {request: times for request, times in asked.items() if times > 1}
        walked = {"GET /en-US/", "GET /en-US/js/config.json", "GET /robots.txt"}
        sampled = {"GET /__version__"}
        assert set(repeated) <= walked | sampled, "beyond what is walked through or sampled"


def _certificate(folder: Path) -> tuple[tuple[Path, Path], str]:
    """A certificate for loopback, and the environment's line that trusts its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    chain, key = folder / "chain.pem", folder / "key.pem"
    certificate.private_key_pem.write_to_path(key)
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(chain, append=number > 0)
    (folder / "environments").mkdir(exist_ok=True)
    authority.cert_pem.write_to_path(folder / "environments" / "ca.pem")
    return (chain, key), 'ca = "file:ca.pem"'
