"""The drill of faults, over a deployment and a suite of another team."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from announced_server import ANSWERS
from drilled_suite import write_suite

from knowngood.drill import drill_faults, fault_drill
from knowngood.drill.fault_drill import FaultDrill
from knowngood.drill.fault_results import DrillResult, DrillRun
from knowngood.drill.faults import Fault
from knowngood.environment.model import BadEnvironment, Environment
from knowngood.safety import UsageError
from knowngood.session.options import Options
from knowngood.supervisor import Conclusion

DEPLOYMENT = (
    '''
"""Serves one page over HTTP; --fault empty, gone, tolerated or quiet."""
import json, sys

FAULTS = [
    {"name": "gone", "verdict": "FAILED", "touches": ["site:/page"], "status": 404},
    {"name": "empty", "verdict": "FAILED", "touches": ["site:/{page}"]},
    {"name": "tolerated", "verdict": "PASSED", "doc": "The page has a byte more."},
]
faults = [b for a, b in zip(sys.argv, sys.argv[1:]) if a == "--fault"]
if "--list" in sys.argv:
    print(json.dumps(FAULTS))
    raise SystemExit

def answer(path):
    body = b"" if "empty" in faults else b"page"
    body += b"." if "tolerated" in faults else b""
    return 404 if "gone" in faults else 200, body
'''
    + ANSWERS
)
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
probe = 15
run = 60
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A team's own suite, environment and deployment."""
    write_suite(tmp_path, ENVIRONMENT, SUITE, DEPLOYMENT)
    return tmp_path


def test_all_as_expected(project: Path) -> None:
    """The command, with real runs: sound, each fault, and pairs; as a table, and as JSON."""
    options = ("--env=ours", "--pairs=1", "--seed=7", "--json=drill.json")
    ended = subprocess.run(
        [sys.executable, "-m", "knowngood", "drill", *options],
        cwd=project,
        env={k: v for k, v in os.environ.items() if "PYTEST" not in k},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "5 of 5 as expected, 3 of 3 named" in ended.stdout
    assert "1 pair, seed 7" in ended.stdout
    document = json.loads((project / "drill.json").read_text())
    by_name = {result["name"]: result for result in document["results"]}
    assert (document["schema"], document["seed"]) == (1, 7)
    assert by_name["(sound)"]["got"] == by_name["tolerated"]["got"] == "PASSED"
    assert by_name["gone"]["caught_by"] == ["test_page.py::test_page_is_there"]
    assert by_name["empty"]["caught_by"] == ["test_page.py::test_page_is_whole"]
    assert all(result["right"] and result["seconds"] > 0 for result in document["results"])


Drill = Callable[..., tuple[int, str]]


@pytest.fixture
def drill(project: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """Return a function that drills in this process: its exit code, and what it printed."""
    monkeypatch.chdir(project)

    def drill(**options: Any) -> tuple[int, str]:
        lines: list[str] = []
        usual: dict[str, Any] = {"faults": (), "pairs": None, "seed": None, "path": None}
        code = drill_faults("ours", **{**usual, **options}, say=lines.append)
        return code, "\n".join(lines)

    return drill


PAGE_CAUSE = {
    "state": "failed",
    "sentence": "/page is 404",
    "urls": ["http://site/page"],
    "exchanges": [
        {"url": "http://site/page", "attempts": [{"status": 404, "error": None}]},
    ],
}
CATCHES = {"page is there": "gone", "page is whole": "empty"}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """By fault, the checks that fail. No run is made: what it would say is made up of this."""
    failing: dict[str, list[str]] = {"gone": ["page is there"], "empty": ["page is whole"]}

    def watched(options: Options, *_: object) -> Conclusion:
        names = [
            name for fault in (options.drill or "").split(",") for name in failing.get(fault, [])
        ]
        document = {
            "failures": [{"check": name} for name in names],
            "checks": {name: {"unsteady": False, "catches": [f]} for name, f in CATCHES.items()},
            "reason": f"{len(names)} failed",
            "verdict": "FAILED" if names else "PASSED",
            "origins": {"site": "http://site"},
            "causes": [PAGE_CAUSE] if names else [],
            "release": {"seen": None},
        }
        return Conclusion(1 if names else 0, document)

    monkeypatch.setattr(fault_drill, "watched", watched)
    return failing


def test_each_fault_is_caught(drill: Drill, failing: dict[str, list[str]]) -> None:
    """By the check that claims to."""
    code, output = drill(pairs=0)
    assert code == 0, output
    assert "4 of 4 as expected" in output


def test_a_fault_that_nobody_catches(drill: Drill, failing: dict[str, list[str]]) -> None:
    """It is a miss, with the reason of the run."""
    failing["empty"] = []
    code, output = drill(faults=["empty"], pairs=0)
    assert code == 1, output
    assert "MISS empty" in output
    assert "     0 failed\n     claim to catch it, and did not fail: page is whole" in output
    assert output.endswith("missed: empty")


def test_a_fault_caught_by_another_check_alone(drill: Drill, failing: dict[str, list[str]]) -> None:
    """A claim that does not hold is a miss, though the verdict is right."""
    failing["gone"] = ["page is whole"]
    code, output = drill(faults=["gone"], pairs=0)
    assert code == 1, output
    assert "claim to catch it, and did not fail: page is there" in output


def test_a_sound_deployment_that_fails(drill: Drill, failing: dict[str, list[str]]) -> None:
    """Nothing more is drilled: every result would say the same."""
    failing["none"] = ["page is there"]
    code, output = drill()
    assert code == 1, output
    assert "0 of 1 as expected" in output
    assert "missed: (sound)" in output


@pytest.fixture
def replayed(
    drill: Drill,
    project: Path,
    failing: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Conclusion | None]:
    """By fault, what its replay ends in; a real run with it is right."""
    replayed: dict[str, Conclusion | None] = {}
    (project / "environments" / "ours.toml").write_text(
        ENVIRONMENT.replace("[budget]", 'answers = ["made up"]\n[budget]')
    )

    class Replay:
        faults = replayed.keys()
        conclusion = replayed.get
        has_ended = False

    monkeypatch.setattr(fault_drill, "replaying", lambda *_: nullcontext(Replay))
    return replayed


@pytest.fixture
def started(failing: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The faults that a deployment is started with."""
    started: list[str] = []
    of_options = Options.from_values

    def noted(**values: Any) -> Options:
        started.append(values["drill"])
        return of_options(**values)

    monkeypatch.setattr(Options, "from_values", noted)
    return started


@pytest.mark.parametrize(
    ("verdict", "starts"),
    [
        ("FAILED", ["none", "empty"]),
        ("PASSED", ["none", "empty", "gone"]),
        ("", ["none", "empty", "gone"]),
    ],
    ids=["right", "wrong", "left-out"],
)
def test_a_replay_that_is_right_takes_no_deployment(
    verdict: str,
    starts: list[str],
    drill: Drill,
    replayed: dict[str, Conclusion | None],
    started: list[str],
) -> None:
    """One that is not is never a miss by itself: a real run decides."""
    document = {
        "failures": [{"check": "page is there"}],
        "checks": {name: {"unsteady": False, "catches": [f]} for name, f in CATCHES.items()},
        "reason": "replayed",
        "verdict": verdict,
        "origins": {"site": "http://site"},
        "causes": [PAGE_CAUSE],
    }
    codes = {"FAILED": 1, "PASSED": 0}
    replayed["gone"] = Conclusion(codes[verdict], document) if verdict else None
    code, output = drill(faults=["gone", "empty"], pairs=0)
    assert code == 0, output
    assert sorted(started) == sorted(starts)
    assert "3 of 3 as expected, 2 of 2 named" in output


def test_a_replay_that_is_killed_is_told(
    drill: Drill,
    replayed: dict[str, Conclusion | None],
    started: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A deployment is started for each fault that is left."""
    replayed |= {"gone": None, "empty": None}
    monkeypatch.setattr(fault_drill, "replaying", lambda *_: nullcontext(Killed(replayed)))
    code, output = drill(faults=["gone", "empty"], pairs=0)
    assert code == 0, output
    assert "the process that replays faults has ended: 2 runs more take a deployment" in output
    assert sorted(started) == ["empty", "gone", "none"]


class Killed:
    """A replay whose process is gone."""

    has_ended = True

    def __init__(self, faults: dict[str, Conclusion | None]) -> None:
        self.faults = faults.keys()

    def conclusion(self, *_: str) -> None:
        """Return nothing, as nobody answers."""


def test_an_unclear_run_is_made_again_once_the_others_are_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then nothing takes its time; how it ends then counts."""
    ends = {"busy": ["INCONCLUSIVE", "FAILED"], "broken": ["INTERNAL ERROR"] * 2}

    def run(_: FaultDrill, run: DrillRun) -> tuple[DrillResult, dict[str, Any]]:
        got = ends[run.name].pop(0) if run.faults else "PASSED"
        sound = {"release": {"seen": "v1"}, "checks": {}}
        return DrillResult(run.name, run.expected, got, (), (), 0.0), sound

    monkeypatch.setattr(FaultDrill, "_run", run)
    drill = FaultDrill(Environment("ours", Path("ours.toml"), ""), {}, print)
    faults = [Fault(name, "FAILED", error="reset") for name in ends]
    ended = {result.name: result.got for result in drill.results(faults, [])}
    assert ended == {"(sound)": "PASSED", "busy": "FAILED", "broken": "INTERNAL ERROR"}
    assert ends == {"busy": [], "broken": []}


def test_runs_that_wait_longest_begin_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with a timeout before those with a browser or another error, then pairs; faults of
    answers wait until a replay has said that it cannot tell.
    """
    answers, retried = Fault("answers", "FAILED"), Fault("retried", "FAILED", error="reset")
    silent = Fault("silent", "FAILED", error="timeout")
    seen = Fault("seen", "FAILED", level="full")
    begun: list[str] = []

    def run(_: FaultDrill, run: DrillRun) -> tuple[DrillResult, dict[str, Any]]:
        begun.append(run.name)
        sound = {"release": {"seen": "v1"}, "checks": {}}
        return DrillResult(run.name, ("PASSED",), "PASSED", (), (), 0.0), sound

    monkeypatch.setattr(FaultDrill, "_run", run)
    monkeypatch.setattr(fault_drill, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
    drill = FaultDrill(Environment("ours", Path("ours.toml"), ""), {}, print)
    pairs = [DrillRun((answers, retried)), DrillRun((answers,) * 2), DrillRun((answers, silent))]
    list(drill.results([answers, retried, silent, seen], pairs))
    first = ["(sound)", "silent", "answers + silent", "retried", "seen", "answers + retried"]
    assert begun == [*first, "answers", "answers + answers"]


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        ('["/no/such/program"]', "/no/such/program"),
        ('["{python}", "-c", "print(1)"]', "serve.drill.faults: "),
        ('["{python}", "-c", "print([{}])"]', "serve.drill.faults: "),
        ('["{python}", "-c", "raise SystemExit(3)"]', "exit status 3"),
        ("[]", "serve.drill.faults: found []"),
    ],
)
def test_a_listing_that_is_none(drill: Drill, project: Path, listing: str, message: str) -> None:
    """A usage error, which names the key and what the command did."""
    text = ENVIRONMENT.replace('["{python}", "deployment.py", "--list"]', listing)
    (project / "environments" / "ours.toml").write_text(text)
    with pytest.raises(BadEnvironment) as error:
        drill()
    assert message in str(error.value)


def test_no_drill(drill: Drill, project: Path) -> None:
    """An environment that cannot be started with faults."""
    text = ENVIRONMENT[: ENVIRONMENT.index("[serve.drill]")]
    (project / "environments" / "ours.toml").write_text(text)
    with pytest.raises(BadEnvironment, match=r"has no \[serve.drill\]"):
        drill()


def test_a_fault_that_is_not_known(drill: Drill) -> None:
    """The message lists those that are."""
    with pytest.raises(BadEnvironment, match=r"gnoe: no such .*: gone, empty, tolerated"):
        drill(faults=["gnoe"])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"GREEN"', "found the verdict 'GREEN'; allowed: PASSED, INCONCLUSIVE, FAILED"),
        ('"PASSED", "error": "slow"', "found the error 'slow'; allowed: dns, refused, "),
        ('"PASSED", "touches": ["/page"]', "touches: found '/page'; allowed: ORIGIN:/path"),
        ('"PASSED", "touches": ["cdn:/"]', "in which ORIGIN is one of: site"),
        ('"PASSED", "touches": "site:/"', "tolerated: touches: found 'site:/', allowed is a list"),
        ('"PASSED", "status": "404"', "tolerated: status: found '404', allowed is a number"),
    ],
)
def test_a_fault_that_is_described_wrong(
    drill: Drill, project: Path, value: str, message: str
) -> None:
    """What the deployment says of its faults is checked before anything is run."""
    (project / "deployment.py").write_text(DEPLOYMENT.replace('"PASSED"', value))
    with pytest.raises(BadEnvironment) as error:
        drill()
    assert message in str(error.value)


def test_nowhere_to_write_to(drill: Drill) -> None:
    """That is said before anything is run."""
    with pytest.raises(UsageError, match=r"--json none/d\.json: there is no folder none"):
        drill(path=Path("none/d.json"))
