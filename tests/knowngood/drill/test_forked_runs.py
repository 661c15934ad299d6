"""Runs that are forked, over a suite whose one check does what the environment file is to show."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from announced_server import ANSWERS
from drilled_suite import write_suite

from knowngood.drill.forked_runs import ForkedRuns, forking
from knowngood.environment import load
from knowngood.session.options import Options
from knowngood.supervisor import Conclusion

DEPLOYMENT = (
    '''
"""Serves one page over HTTP; with --fault NAME that name in place of it."""
import sys

body = b"".join(b.encode() for a, b in zip(sys.argv, sys.argv[1:]) if a == "--fault") or b"page"

def answer(path):
    return 200, body
'''
    + ANSWERS
)
SUITE = '''
import os, time

import pytest

@pytest.mark.get("site:/page")
def test_page(response):
    """The page is there."""
    if response.text == "dies":
        os._exit(0)
    if response.text == "hangs":
        time.sleep(60)
    assert response.text == "page"
'''
ENVIRONMENT = """
description = "one page"
[serve]
command = ["{python}", "deployment.py"]
origins = ["site"]
[serve.drill]
faults = ["{python}", "deployment.py", "--list"]
command = ["{python}", "deployment.py"]
[budget]
probe = 15
run = 60
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite, its environment and its deployment."""
    root = tmp_path_factory.mktemp("forked")
    write_suite(root, ENVIRONMENT, SUITE, DEPLOYMENT)
    return root


@pytest.fixture(scope="module")
def runs(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedRuns]:
    """The process that forks them."""
    environment = load("ours", root)
    with forking(environment, tmp_path_factory.mktemp("runs"), {}) as runs:
        yield runs


Run = Callable[[str], tuple[Conclusion, bytes]]


@pytest.fixture
def run(root: Path, runs: ForkedRuns) -> Run:
    """Return a function that runs the suite on a deployment with a fault."""

    def run(fault: str) -> tuple[Conclusion, bytes]:
        path = str(root / "environments" / "ours.toml")
        options = Options.from_values(env=path, root=root, cwd=root, drill=fault)
        arguments = ["-q", "-p", "no:cacheprovider"]
        return runs.run(options, arguments, uuid.uuid4().hex[:12])

    return run


@pytest.mark.parametrize(
    ("fault", "code", "verdict"), [("none", 0, "PASSED"), ("another", 1, "FAILED")]
)
def test_a_run_has_the_verdict_of_its_own_deployment(
    fault: str, code: int, verdict: str, run: Run
) -> None:
    """Each run starts the deployment anew, and tells what it found there, and its output."""
    ended, output = run(fault)
    assert ended.document is not None
    assert (ended.code, ended.document["verdict"]) == (code, verdict)
    assert verdict.encode() in output


def test_a_run_that_dies_has_no_verdict(run: Run) -> None:
    """It is INCONCLUSIVE, and others are made after it."""
    ended, _ = run("dies")
    assert (ended.code, ended.document) == (75, None)
    assert ended.reason == "the run ended without an exit code"
    assert run("none")[0].code == 0


def test_a_run_that_takes_too_long_is_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its verdict does not count."""
    monkeypatch.setattr("knowngood.drill.forked_runs.time_limit", lambda _: 1.0)
    ended, _ = run("hangs")
    assert (ended.code, ended.document) == (75, None)
    assert ended.reason == "the run took more than 1 s and was ended"
