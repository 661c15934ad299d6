"""The parent, over real processes: whatever becomes of the child, its end is never taken for more
than it is.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from suite_run import PYPROJECT, output_to

import fhr_standin
from knowngood.cli import main
from knowngood.report import verdict_reader
from knowngood.supervisor import child

PASSES = '''
import os, pathlib, pytest, signal, sys, time

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 200
'''
COMMAND = [sys.executable, "-m", "knowngood", "verify", "--env=demo"]
FAILS = PASSES.replace("== 200", "== 404")


@pytest.fixture(scope="module")
def standin() -> Iterator[fhr_standin.Standin]:
    """One sound FHR for all tests of this file."""
    with fhr_standin.running(locales=4) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, standin: fhr_standin.Standin) -> Path:
    """Another team's suite, with an environment whose run may take a minute."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    environment(tmp_path, standin, run=60)
    return tmp_path


def environment(project: Path, standin: fhr_standin.Standin, run: float, tail: str = "") -> None:
    table = "".join(f'{name} = "{url}"\n' for name, url in standin.origins.items())
    (project / "environments" / "demo.toml").write_text(
        f'description = "a demonstration"\nwrites = true\n[origins]\n{table}\n'
        f"[budget]\nprobe = 15\nrun = {run}\n{tail}"
    )


@pytest.fixture
def locks(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks in a folder of the test's own."""
    folder = str(tmp_path_factory.mktemp("locks"))
    monkeypatch.setattr(tempfile, "tempdir", folder)
    monkeypatch.setenv("TMPDIR", folder)


@pytest.fixture
def start(project: Path, locks: None) -> Iterator[Callable[..., Any]]:
    """Starts ``knowngood verify`` on a suite of one file; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(source: str, *options: str, **env: str) -> subprocess.Popen[str]:
        (project / "checks" / "test_it.py").write_text(source)
        clean = {k: v for k, v in os.environ.items() if "PYTEST" not in k}
        process = subprocess.Popen(
            [*COMMAND, "--verdict-file=verdict.json", *options],
            cwd=project,
            env={**clean, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


@pytest.fixture
def verify(project: Path, locks: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs it to its end, within this process but for the run itself: code, verdict document
    (empty without one), output.
    """
    for name in [name for name in os.environ if "PYTEST" in name]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(project)

    def run(source: str, *options: str, **env: str) -> tuple[int, dict[str, Any], str]:
        (project / "checks" / "test_it.py").write_text(source)
        with mock.patch.dict(os.environ, env), output_to(project / "output"):
            code = main.run(["verify", "--env=demo", "--verdict-file=verdict.json", *options])
        path = project / "verdict.json"
        document = json.loads(path.read_text()) if path.exists() else {}
        return code, document, (project / "output").read_text()

    return run


@pytest.fixture
def refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What is said, in this process, to somebody whose mistake keeps a run from beginning."""
    monkeypatch.chdir(project)

    def run(*options: str) -> str:
        chosen = [] if any(option.startswith("--env=") for option in options) else ["--env=demo"]
        assert main.run(["verify", *chosen, *options]) == 4
        assert not (project / "verdict.json").exists()
        return capsys.readouterr().err

    return run


def test_sound(verify: Callable[..., Any], project: Path) -> None:
    """PASSED goes through: code, verdict, output, and what the child recorded."""
    code, document, output = verify(PASSES, "--har-file=run.har")
    assert (code, document["verdict"]) == (0, "PASSED"), output
    assert "PASSED (exit 0)" in output
    assert "/robots.txt" in (project / "run.har").read_text()


def test_a_secret_that_is_a_level(
    verify: Callable[..., Any], project: Path, standin: fhr_standin.Standin
) -> None:
    """The verdict can still be read: the level is no secret, whatever else is called so."""
    environment(project, standin, run=60, tail='[secrets]\nuser = "ACCOUNT"\n')
    code, document, output = verify(PASSES, ACCOUNT="smoke")
    assert (code, document["level"]) == (0, "smoke"), output
    verdict_reader.read(project / "verdict.json")


def test_on_github(verify: Callable[..., Any], project: Path) -> None:
    """Summary and annotations come once, from the parent."""
    step = project / "step"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(step)}
    code, document, output = verify(FAILS, **github)
    assert code == 1
    assert step.read_text().count("## demo: FAILED — roll back\n") == 1
    lines = output.splitlines()
    assert output.count("::stop-commands::") == 1
    assert lines[0].startswith("::stop-commands::")
    assert lines[-2] == f"::{lines[0].removeprefix('::stop-commands::')}::"
    assert lines[-1].startswith("::error file=checks/test_it.py,")
    assert document["reason"] in lines[-1]


def test_a_wrong_answer(verify: Callable[..., Any]) -> None:
    """A confirmed failure is FAILED, 1."""
    code, document, output = verify(FAILS)
    assert (code, document["verdict"], document["action"]) == (1, "FAILED", "roll back"), output


ALONE, WORKER = (), ("-n", "1")
KILLED, CRASHED = (f"os.kill(os.getpid(), signal.{name})" for name in ("SIGKILL", "SIGSEGV"))


@pytest.mark.parametrize(
    ("act", "mode"),
    [
        pytest.param("os._exit(0)", ALONE, id="0-alone"),
        pytest.param("os._exit(1)", WORKER, id="1-worker"),
        pytest.param(CRASHED, ALONE, id="crashed-alone"),
        pytest.param("os._exit(0)", WORKER, id="0-worker", marks=pytest.mark.slow),
        pytest.param("os._exit(1)", ALONE, id="1-alone", marks=pytest.mark.slow),
        pytest.param(CRASHED, WORKER, id="crashed-worker", marks=pytest.mark.slow),
        pytest.param(KILLED, ALONE, id="killed-alone", marks=pytest.mark.slow),
        pytest.param(KILLED, WORKER, id="killed-worker", marks=pytest.mark.slow),
    ],
)
def test_a_run_that_vanishes(verify: Callable[..., Any], act: str, mode: tuple[str, ...]) -> None:
    """Neither a code of 0 nor one of 1 is believed without the verdict that goes with it."""
    code, document, output = verify(PASSES + f"    {act}\n", "--max-worker-restart=0", *mode)
    assert (code, document["verdict"], document["action"]) == (75, "INCONCLUSIVE", "hold"), output


def test_a_run_that_ends_after_its_verdict(verify: Callable[..., Any]) -> None:
    """A verdict of PASSED and an exit code of 1 do not go together: hold."""
    source = PASSES + "import atexit\natexit.register(os._exit, 1)\n"
    code, document, output = verify(source)
    assert (code, document["verdict"]) == (75, "INCONCLUSIVE"), output
    assert "the verdict is PASSED, but the run ended with exit code 1" in output


def test_a_verdict_of_another_run(verify: Callable[..., Any]) -> None:
    """What a check writes into the channel is no verdict of this run."""
    source = PASSES + (
        '    for fd in range(3, 20):\n        try: os.write(fd, b\'{"verdict": "PASSED"}\')\n'
        "        except OSError: pass\n"
    )
    code, document, output = verify(source)
    assert (code, document["verdict"]) == (75, "INCONCLUSIVE"), output
    assert "cannot be read" in document["reason"]


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(ALONE, id="alone", marks=pytest.mark.slow),
        pytest.param(WORKER, id="worker"),
    ],
)
def test_a_run_that_hangs(
    verify: Callable[..., Any], project: Path, standin: fhr_standin.Standin, mode: tuple[str, ...]
) -> None:
    """It ends by its own clock, a few seconds after its budget, and is no failure.

    On a machine so busy that the budget is gone before the check begins, it does not hang.
    """
    environment(project, standin, run=2)
    (project / "conftest.py").write_text(
        "from knowngood.session import controller\ncontroller.GRACE = 0.5\n"
    )
    hangs = "    pathlib.Path('hangs').touch()\n    signal.pause()\n"
    code, document, output = verify(PASSES + hangs, *mode)
    assert (code, document["verdict"]) == (75, "INCONCLUSIVE"), output
    assert document["seconds"] < 55
    assert ("time ran out" in document["reason"]) or not (project / "hangs").exists()


def test_a_run_that_ignores_its_end(
    verify: Callable[..., Any],
    project: Path,
    standin: fhr_standin.Standin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that stops itself, before its first check, cannot end by itself, and is ended."""
    environment(project, standin, run=1)
    monkeypatch.setattr(child, "AFTERWARDS", 0.5)
    monkeypatch.setattr(child, "WIND_UP", 0.5)
    code, document, output = verify(PASSES + "\nos.kill(os.getpid(), signal.SIGSTOP)\n")
    assert (code, document["verdict"]) == (75, "INCONCLUSIVE"), output
    assert "was ended" in document["reason"]


WALKS = """
import os, pathlib, pytest, signal, uuid

@pytest.mark.origin("submission", writes=True)
def test_walk(client):
    name = uuid.uuid4()
    client.put(f"/1.0/submit/metrics/{name}", content=b"{}")
    pathlib.Path("pids").write_text(f"{os.getpid()} {os.getppid()}")
    pathlib.Path("pids").rename("written")
    signal.pause()
"""


def wait_for(path: Path, process: subprocess.Popen[str]) -> str:
    """The content of a file, once it is there."""
    never = threading.Event()
    for _ in range(12_000):
        if path.exists():
            return path.read_text()
        assert process.poll() is None, process.communicate()[0]
        never.wait(0.01)
    raise AssertionError(f"{path} never came")


def gone(pid: int) -> bool:
    """Whether no such process runs; one that has ended and is not waited for is gone."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


@pytest.mark.parametrize(
    ("number", "mode"),
    [
        pytest.param(signal.SIGTERM, WORKER, id="SIGTERM-worker"),
        pytest.param(signal.SIGINT, ALONE, id="SIGINT-alone"),
        pytest.param(signal.SIGTERM, ALONE, id="SIGTERM-alone", marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, WORKER, id="SIGINT-worker", marks=pytest.mark.slow),
    ],
)
def test_interrupted(
    start: Callable[..., Any],
    project: Path,
    standin: fhr_standin.Standin,
    number: int,
    mode: tuple[str, ...],
) -> None:
    """Verdict and reports are written, what was stored is deleted, nobody is left running."""
    standin.reset()
    process = start(WALKS, "--junitxml=junit.xml", "--har-file=run.har", *mode)
    pids = [int(each) for each in wait_for(project / "written", process).split()]
    process.send_signal(number)
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 2, output
    document = json.loads((project / "verdict.json").read_text())
    assert (document["verdict"], document["left_behind"]) == ("INTERRUPTED", [])
    assert standin.documents() == {}
    assert (project / "junit.xml").exists()
    assert '"PUT"' in (project / "run.har").read_text()
    assert all(gone(pid) for pid in pids[:1])


def test_interrupted_before_pytest_can_catch_it(start: Callable[..., Any], project: Path) -> None:
    """As while it starts: that somebody stopped the run is known all the same."""
    process = start(
        "import pathlib, signal, threading\n"
        "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
        "pathlib.Path('written').write_text('1')\n"
        "threading.Event().wait()\n"
    )
    wait_for(project / "written", process)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 2, output
    assert json.loads((project / "verdict.json").read_text())["verdict"] == "INTERRUPTED"
    assert "INTERRUPTED (exit 2): somebody stopped the run before it gave a verdict" in output


def test_the_parent_is_killed(
    start: Callable[..., Any], project: Path, standin: fhr_standin.Standin
) -> None:
    """The run does not outlive it: it sweeps up and ends."""
    standin.reset()
    process = start(WALKS)
    pid = int(wait_for(project / "written", process).split()[0])
    process.kill()
    process.communicate()
    assert eventually(lambda: gone(pid))
    assert standin.documents() == {}


def eventually(holds: Callable[[], bool]) -> bool:
    never = threading.Event()
    return any(holds() or never.wait(0.02) for _ in range(3000)) or holds()


def test_two_at_once(start: Callable[..., Any], verify: Callable[..., Any], project: Path) -> None:
    """The second says who has the environment, ends with 75, and overwrites nothing."""
    first = start(WALKS)
    wait_for(project / "written", first)
    (project / "verdict.json").write_text("{}")
    code, document, output = verify(WALKS)
    assert (code, document) == (75, {}), output
    assert f"process {first.pid}" in output
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=400)
    assert verify(PASSES)[0] == 0


def test_a_selection_from_the_environment(verify: Callable[..., Any], project: Path) -> None:
    """What PYTEST_ADDOPTS leaves out was required."""
    other = PASSES.replace("test_robots", "test_other")
    code, _, output = verify(PASSES + other, PYTEST_ADDOPTS="-k robots")
    assert code == 75, output
    code, _, output = verify(PASSES, "--collect-only")
    assert code == 75, output


def test_assertions_switched_off(verify: Callable[..., Any]) -> None:
    """Checks that assert nothing prove nothing."""
    code, document, output = verify(PASSES, PYTHONOPTIMIZE="1")
    assert (code, document["verdict"]) == (75, "INCONCLUSIVE"), output
    assert "PYTHONOPTIMIZE" in document["reason"]


@pytest.mark.parametrize("report", ["verdict.json", "junit.xml"])
def test_a_disk_that_is_full(verify: Callable[..., Any], report: str) -> None:
    """The verdict's own exit code stands, and the trouble is told."""
    option = {
        "verdict.json": "--verdict-file=/proc/x.json",
        "junit.xml": "--junitxml=/proc/x/y.xml",
    }
    code, _, output = verify(PASSES, option[report])
    assert code == 0, output
    assert "not written" in output


def test_a_reader_that_goes_away(project: Path, start: Callable[..., Any]) -> None:
    """``| head`` does not change the verdict."""
    process = start(PASSES)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param(1, id="stdout"),
        pytest.param(2, id="stderr", marks=pytest.mark.slow),
    ],
)
def test_output_that_was_closed(project: Path, closed: int) -> None:
    """``>&-`` leaves no descriptor, whose number must not become a pipe's."""
    (project / "checks" / "test_it.py").write_text(FAILS)
    script = f'exec "$@" {closed}>&-'
    command = ["sh", "-c", script, "sh", *COMMAND, "--verdict-file=verdict.json"]
    ended = subprocess.run(command, cwd=project, capture_output=True, timeout=400, check=False)
    assert ended.returncode == 1
    assert json.loads((project / "verdict.json").read_text())["verdict"] == "FAILED"


def test_a_terminal_at_the_other_end(project: Path) -> None:
    """What moves in the child moves on the terminal of the parent, and is gone at the end."""
    (project / "checks" / "test_it.py").write_text(FAILS)
    master, slave = os.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(COMMAND, cwd=project, env=environment, stdout=slave, stderr=slave)
    os.close(slave)
    output = b"".join(iter(lambda: read(master), b"")).decode()
    os.close(master)
    assert process.wait(60) == 1
    assert "1 of 1 case, 1 request, 1 failed, " in output
    assert "FAILED (exit 1)" in output.rstrip().splitlines()[-1], output


def read(master: int) -> bytes:
    """What came to a terminal; nothing once nobody has it open, which Linux calls an error."""
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


def test_a_disk_that_is_full_under_the_output(project: Path) -> None:
    """The output is lost, the verdict is not."""
    (project / "checks" / "test_it.py").write_text(PASSES)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(COMMAND, cwd=project, stdout=full, timeout=400, check=False)
    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--env=nowhere"], "unknown environment"),
        (["--release="], "--release"),
        (["--verdict-file=no/such/folder.json"], "there is no folder no/such"),
        (["--html-file=.."], "--html-file ..: is a folder; name a file in it"),
    ],
)
def test_usage(refused: Callable[..., str], options: list[str], told: str) -> None:
    """A mistake is 4, named, and no verdict."""
    assert told in refused("--verdict-file=verdict.json", *options)


def test_an_option_that_pytest_does_not_know(verify: Callable[..., Any]) -> None:
    """The child says so, and its code is passed on."""
    code, document, output = verify(PASSES, "--no-such-option")
    assert (code, document) == (4, {}), output
    assert "knowngood verify: error: unrecognized arguments: --no-such-option" in output


def test_a_failure_of_the_baseline(verify: Callable[..., Any], project: Path) -> None:
    """It was there before the push: told apart, and no reason to roll back."""
    assert verify(FAILS)[0] == 1
    (project / "verdict.json").rename(project / "before.json")
    code, document, output = verify(FAILS, "--baseline=before.json")
    assert (code, document["verdict"], document["action"]) == (75, "INCONCLUSIVE", "hold"), output
    assert [each["check"] for each in document["known"]] == ["test_it.py::test_robots"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        ("{", "--baseline"),
        ("{}", "no verdict file of this version"),
    ],
)
def test_a_baseline_that_is_none(
    refused: Callable[..., str], project: Path, content: str | None, told: str
) -> None:
    """A usage error, which names the file; nothing is asked for."""
    if content is not None:
        (project / "before.json").write_text(content)
    output = refused("--baseline=before.json")
    assert "before.json" in output
    assert told in output


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_the_codes(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit codes are on the first screen of the help."""
    assert main.run(["verify", option]) == 0
    assert "75 inconclusive" in capsys.readouterr().out


def test_the_parent_loads_no_client() -> None:
    """It starts a process that loads one; until then it only reads options and a file."""
    code = (
        "import sys, knowngood.cli.verify\n"
        "heavy = {'pytest', 'httpx', 'pycurl', 'asyncio', 'tenacity'}\n"
        "print(heavy & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
