"""The file with state and runs: two processes at once, one that is killed, a disk that is full."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from watched_runs import DAY, LOST, after, run

from knowngood.environment import Environment
from knowngood.safety import UsageError
from knowngood.session import Options
from knowngood.watch import store, usual_path
from knowngood.watch.state import WatchState
from knowngood.watch.store import StateUnusable

SUPPORT = Path(__file__).parents[2] / "support"
BEGIN = """
import os, resource, sys
from pathlib import Path
from knowngood.environment import WatchSettings
from knowngood.watch import machine, store
from watched_runs import run
path = Path(sys.argv[1])

def step(number):
    with store.writing(path, "prod") as file:
        ran = run("F", number / 10)
        state, _ = machine.step(file.state(), ran, WatchSettings())
        file.write(ran, state, 30)
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet, in a folder that is not there either."""
    return tmp_path / "knowngood" / "prod.sqlite3"


@pytest.fixture
def start(path: Path) -> Start:
    """Start a process that does something with the file."""

    def begin(source: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", BEGIN + source, str(path)],
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


def write(path: Path, *verdicts: str, keep: float = 30.0, **more: Any) -> WatchState:
    """Write runs, one every five minutes, and return the state after them."""
    state = WatchState()
    for number, verdict in enumerate(verdicts):
        with store.writing(path, "prod") as file:
            ran = run(verdict, 5.0 * number, **more)
            state, _ = after([ran], state=file.state())
            file.write(ran, state, keep)
    return state


def test_runs_and_state_are_read_again(path: Path) -> None:
    """What was written comes back as it was; each environment has its own."""
    state = write(path, "P", "F", "I", p50=0.01, p95=0.25, warnings=("a warning",), flaky=3)
    with store.reading(path, "prod") as file:
        assert file.state() == state
        runs = file.runs()
        assert file.runs(since=DAY + 600) == runs[2:]
    assert [ran.verdict for ran in runs] == ["PASSED", "FAILED", "INCONCLUSIVE"]
    lost = replace(LOST, curl="")
    assert runs[1] == run("F", 5.0, p50=0.01, p95=0.25, flaky=3, causes=(lost,))
    with store.reading(path, "stage") as file:
        assert (file.state(), file.runs()) == (WatchState(), [])


def test_old_runs_are_forgotten(path: Path) -> None:
    """Those that began more than ``keep`` days before the last one."""
    write(path, *"PPPP", keep=10 / (24 * 60))
    with store.reading(path, "prod") as file:
        assert [(ran.began - DAY) / 60 for ran in file.runs()] == [5, 10, 15]


def test_no_file(path: Path) -> None:
    """A history without a watch is an error that names the file."""
    with pytest.raises(StateUnusable, match=r"prod\.sqlite3: unable to open"):
        store.reading(path, "prod").__enter__()


def test_file_that_is_none(path: Path) -> None:
    """It is left as it is, and the message says what to do."""
    path.parent.mkdir()
    path.write_text("no database at all, and long enough to be looked at" * 10)
    with pytest.raises(StateUnusable, match="move the file away"):
        store.writing(path, "prod").__enter__()
    assert path.read_text().startswith("no database")


@pytest.mark.parametrize("state", ["{}", "[1]", "no JSON", '{"status": "ODD"}'])
def test_state_that_is_none(path: Path, state: str) -> None:
    """A state of another make is refused as a damaged file is."""
    write(path, "P")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE states SET state = ?", (state,))
    with store.writing(path, "prod") as file, pytest.raises(StateUnusable, match="move the file"):
        file.state()


def test_file_of_another_version(path: Path) -> None:
    """It is not written to."""
    write(path, "P")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(StateUnusable, match="found version 7 of its format; expected 1"):
        store.writing(path, "prod").__enter__()
    with pytest.raises(StateUnusable, match="version 7"):
        store.reading(path, "prod").__enter__()


def test_what_is_not_written_does_not_count(path: Path) -> None:
    """An error between reading and writing leaves the file as it was."""
    state = write(path, "P")
    with pytest.raises(KeyboardInterrupt), store.writing(path, "prod"):
        raise KeyboardInterrupt
    with store.reading(path, "prod") as file:
        assert (file.state(), len(file.runs())) == (state, 1)


def test_two_processes_at_once(path: Path, start: Start) -> None:
    """Both may make the file, each waits for the other, and no step is lost."""
    both = [start("for number in range(25): step(number)") for _ in range(2)]
    for process in both:
        assert process.communicate(timeout=400)[1] == ""
    with store.reading(path, "prod") as file:
        assert (len(file.runs()), file.state().failed) == (50, 50)


def test_process_that_is_killed(path: Path, start: Start) -> None:
    """``kill -9`` at any moment leaves as many runs as the state has counted."""
    process = start("for number in range(10**6): step(number); print(number, flush=True)")
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=400)
    with store.writing(path, "prod") as file:
        assert len(file.runs()) == file.state().failed >= 20
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_full_disk(path: Path, start: Start) -> None:
    """The message names the file; what was there can still be read."""
    state = write(path, *"PFF")
    process = start(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: step(1)\n"
        "except store.StateUnusable as error: print(error)\n"
        "with store.reading(path, 'prod') as file: print(file.state().failed)"
    )
    output, errors = process.communicate(timeout=400)
    message, failed = output.splitlines() or [errors, ""]
    assert message.startswith(f"{path}: ")
    assert message.endswith("it needs a folder and a disk that can be written")
    assert int(failed) == state.failed == 2


def test_size(path: Path) -> None:
    """30 days stay below 20 MB, even if each run has five long causes."""
    long = tuple(
        replace(LOST, key=f"key {n}", sentence="x" * 240, curl="y" * 600) for n in range(5)
    )
    write(path, *["F"] * 100, causes=long, reason="x" * 240)
    assert path.stat().st_size / 100 * 288 * 30 < 20e6


def test_usual_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below XDG's folder, or the home folder; another file for a preview, and for a level."""
    environment = Environment(name="prod", path=tmp_path / "prod.toml", description="")
    plain = Options(env="prod", environment=environment)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = usual_path(plain)
    assert (path.parent, path.name[:5], path.suffix) == (
        tmp_path / "knowngood",
        "prod-",
        ".sqlite3",
    )
    others = [
        usual_path(replace(plain, origins=("a=http://b",))),
        usual_path(replace(plain, drill="none")),
        usual_path(replace(plain, level="full")),
        usual_path(replace(plain, environment=replace(environment, path=tmp_path / "x/prod.toml"))),
    ]
    assert len({path, *others}) == 5
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", "/home/ann")
    assert usual_path(plain).parent == Path("/home/ann/.local/state/knowngood")


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cron job without one is told what to do."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", classmethod(lambda _: (_ for _ in ()).throw(RuntimeError)))
    environment = Environment(name="prod", path=Path("prod.toml"), description="")
    with pytest.raises(UsageError, match="set XDG_STATE_HOME to the full path"):
        usual_path(Options(env="prod", environment=environment))
