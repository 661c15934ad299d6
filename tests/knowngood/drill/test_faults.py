"""The drill, over a deployment and a suite of another team: every run ends as its fault says, by
the check that says it catches it, or the drill says which did not.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from knowngood.drill.faults import DrillResult, DrillRun, Fault, judged, pairs_of
from knowngood.drill.pycache import shared_pycache
from knowngood.supervisor.trust import Conclusion
from knowngood.verdict.exit_codes import EXIT_CODES, VerdictKind

DEPLOYMENT = '''
"""Serves one page over HTTP; --fault empty, gone, tolerated or quiet."""
import http.server, json, sys, threading

FAULTS = [
    {"name": "gone", "verdict": "FAILED", "doc": "The page answers 404."},
    {"name": "empty", "verdict": "FAILED", "doc": "The page is empty."},
    {"name": "tolerated", "verdict": "PASSED", "doc": "The page has a byte more."},
]
faults = [b for a, b in zip(sys.argv, sys.argv[1:]) if a == "--fault"]
if "--list" in sys.argv:
    print(json.dumps(FAULTS))
    raise SystemExit

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"" if "empty" in faults else b"page"
        body += b"." if "tolerated" in faults else b""
        self.send_response(404 if "gone" in faults else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
url = f"http://127.0.0.1:{server.server_port}"
print(json.dumps({"origins": {"site": url}}), flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
'''
SUITE = '''
import pytest

@pytest.mark.catches("gone")
@pytest.mark.get("site:/page")
def test_page_is_there(response):
    """The page is there."""
    assert response.status_code == 200

@pytest.mark.catches("empty")
@pytest.mark.get("site:/page")
def test_page_is_whole(response):
    """The page has something on it."""
    assert response.content or response.status_code != 200
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
probe = 3
run = 60
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A team's own suite, environment and deployment."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n')
    (tmp_path / "environments" / "ours.toml").write_text(ENVIRONMENT)
    (tmp_path / "checks" / "test_page.py").write_text(SUITE)
    (tmp_path / "deployment.py").write_text(DEPLOYMENT)
    return tmp_path


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(project: Path) -> Run:
    """Drills; exit code and output."""

    def run(*options: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "knowngood", "drill", "--env=ours", *options],
            cwd=project,
            env={k: v for k, v in os.environ.items() if "PYTEST" not in k},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


def test_all_as_expected(run: Run, project: Path) -> None:
    """Sound, each fault, and pairs; a table for a person, and the same as JSON."""
    code, output = run("--pairs=2", "--seed=7", "--json=drill.json")
    assert code == 0, output
    assert "6 of 6 as expected" in output
    assert "2 pairs, seed 7" in output
    document = json.loads((project / "drill.json").read_text())
    by_name = {each["name"]: each for each in document["results"]}
    assert document["seed"] == 7
    assert by_name["(sound)"]["got"] == by_name["tolerated"]["got"] == "PASSED"
    assert by_name["gone"]["caught_by"] == ["test_page.py::test_page_is_there"]
    assert by_name["empty"]["caught_by"] == ["test_page.py::test_page_is_whole"]
    assert all(each["right"] and each["seconds"] > 0 for each in document["results"])


def test_a_fault_that_nobody_catches(run: Run, project: Path) -> None:
    """It is a miss, with what the run said."""
    (project / "checks" / "test_page.py").write_text(
        SUITE.replace("assert response.con", "assert True or response.con")
    )
    code, output = run("--fault=empty", "--pairs=0")
    assert code == 1, output
    assert "MISS empty" in output
    assert "said nothing: page: page is whole" in output
    assert "missed: empty" in output


def test_a_fault_caught_by_another_check_alone(run: Run, project: Path) -> None:
    """A claim that does not hold is a miss, though the verdict is right."""
    claimed = SUITE.replace('catches("empty")', 'catches("empty", "gone")')
    (project / "checks" / "test_page.py").write_text(claimed)
    code, output = run("--fault=gone", "--pairs=0")
    assert code == 1, output
    assert "said nothing: page: page is whole" in output


def test_a_sound_deployment_that_fails(run: Run, project: Path) -> None:
    """Nothing more is drilled: every result would say the same."""
    (project / "checks" / "test_page.py").write_text(SUITE.replace("== 200", "== 201", 1))
    code, output = run()
    assert code == 1, output
    assert "0 of 1 as expected" in output
    assert "missed: (sound)" in output


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        ('["/no/such/program"]', "/no/such/program"),
        ('["{python}", "-c", "print(1)"]', "serve.drill.faults: "),
        ('["{python}", "-c", "print([{}])"]', "serve.drill.faults: "),
        ('["{python}", "-c", "raise SystemExit(3)"]', "exit status 3"),
        ("[]", "serve.drill.faults: found []"),
    ],
)
def test_a_listing_that_is_none(run: Run, project: Path, listing: str, told: str) -> None:
    """A usage error, which names the key and what the command did."""
    text = ENVIRONMENT.replace('["{python}", "deployment.py", "--list"]', listing)
    (project / "environments" / "ours.toml").write_text(text)
    code, output = run()
    assert code == 4, output
    assert told in output


def test_no_drill(run: Run, project: Path) -> None:
    """An environment that cannot be started with faults."""
    text = ENVIRONMENT[: ENVIRONMENT.index("[serve.drill]")]
    (project / "environments" / "ours.toml").write_text(text)
    code, output = run()
    assert code == 4, output
    assert "has no [serve.drill]" in output


def test_a_fault_that_is_not_known(run: Run) -> None:
    """The message lists those that are."""
    code, output = run("--fault=gnoe")
    assert code == 4, output
    assert "--fault gnoe: no such fault; allowed: gone, empty, tolerated" in output


def test_a_verdict_that_is_none(run: Run, project: Path) -> None:
    """What the deployment says of its faults is held against what there is."""
    (project / "deployment.py").write_text(DEPLOYMENT.replace('"PASSED"', '"GREEN"'))
    code, output = run()
    assert code == 4, output
    assert "tolerated: found the verdict 'GREEN'; allowed: PASSED, FAILED, INCONCLUSIVE" in output


def drawn(seed: int, count: int = 20, faults: Sequence[Fault] = ()) -> list[DrillRun]:
    """Pairs of faults by this seed."""
    return pairs_of(faults or FAULTS, {}, count, random.Random(seed))  # noqa: S311 - as drills do


FAULTS = [Fault("a", "FAILED", ""), Fault("b", "PASSED", ""), Fault("c", "INCONCLUSIVE", "")]


def test_the_seed_draws_the_same_pairs() -> None:
    """Of two different faults each, and never more than there can be."""
    first = drawn(3)
    assert first == drawn(3)
    assert first != drawn(4)
    assert all(len(set(each.faults)) == 2 for each in first)
    assert drawn(3, faults=FAULTS[:1]) == []


def test_what_a_pair_may_end_in() -> None:
    """A fault that fails is not hidden by one that passes; where the run was turned away there
    may be less to see.
    """
    found = {each.faults: each.expected for each in drawn(1, 40)}
    assert found == {
        ("a", "b"): ("FAILED",),
        ("a", "c"): ("FAILED", "INCONCLUSIVE"),
        ("b", "c"): ("INCONCLUSIVE",),
    }


def result(
    kind: VerdictKind, failed: list[str], claimed: set[str], unsteady: bool = False
) -> DrillResult:
    """What a run that ended so is worth, for a fault that must fail."""
    document: dict[str, Any] = {
        "failures": [{"check": name} for name in failed],
        "checks": {name: {"unsteady": unsteady} for name in claimed},
        "reason": "why",
    }
    exercise = DrillRun("x", ("x",), ("FAILED",), frozenset(claimed))
    return judged(exercise, Conclusion(EXIT_CODES[kind], document), 1.0, b"")


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
    exercise = DrillRun("x", ("x",), ("FAILED",))
    found = judged(exercise, Conclusion(4, None), 1.0, b"usage: no such thing")
    assert (found.got, found.right, found.reason) == ("usage error", False, "usage: no such thing")


def test_bytecode_is_kept_where_python_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of the drill's, gone with it; elsewhere Python does that itself."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with shared_pycache() as variables:
        folder = Path(variables["PYTHONPYCACHEPREFIX"])
        assert folder.is_dir()
    assert not folder.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with shared_pycache() as variables:
        assert variables == {}
