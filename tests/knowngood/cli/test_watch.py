"""`knowngood watch` over real runs: what a person, a file and a monitoring system get."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from command_run import Run
from suite_run import OPTIONS
from watched_runs import DAY, after
from watched_runs import run as made_up
from wire import Serve, answer

from knowngood.watch import store

CHECK = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 200
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve) -> Path:
    """A suite of one check, of a server that answers everything with 404."""
    server = serve(answer("gone", status=404))
    (tmp_path / "smoketests").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "smoketests" / "test_robots.py").write_text(CHECK)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["smoketests"]\n'
    )
    (tmp_path / "environments" / "prod.toml").write_text(
        f'description = "a test"\n[origins]\ncontent = "{server.url}"\n[budget]\nprobe = 15\n'
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return tmp_path


def test_watch(run: Run, project: Path) -> None:
    """An alarm after two runs; a check of the same state is CRITICAL, and prints one line."""
    first = run("watch", "--env=prod", "--verdict-file=verdict.json", *OPTIONS)
    assert first.code == 1, first.output
    head, details, look = first.out.splitlines()
    assert head.startswith("prod FAILED since ")
    assert head.endswith(" UTC: /robots.txt is 404")
    assert details == "    2 runs in a row"
    assert look.startswith("    look: curl ")
    assert first.err == ""
    assert json.loads((project / "verdict.json").read_text())["verdict"] == "FAILED"
    (state,) = (project / "state" / "knowngood").iterdir()
    assert state.name.startswith("prod-")
    second = run("watch", "--env=prod", "--monitoring", *OPTIONS)
    assert second.code == 2
    assert second.out.startswith("KNOWNGOOD CRITICAL - prod FAILED since ")
    assert (second.out.count("\n"), second.err) == (1, "")


def test_usage_errors(run: Run, project: Path) -> None:
    """A mistake is told at once, each time; a monitoring system is told UNKNOWN."""
    assert run("watch", "--env=nowhere").code == 4
    monitored = run("watch", "--env=nowhere", "--monitoring")
    assert monitored.code == 3
    assert monitored.out.startswith("KNOWNGOOD UNKNOWN - ")
    assert "\\x0a" not in monitored.out
    assert monitored.out.count("\n") == 1
    told = run("watch", "--env=demo", "--notify")
    assert (told.code, "watch always tells" in told.err) == (4, True)


def test_history(run: Run, project: Path) -> None:
    """What the watch has stored is printed, and written as a page, without a secret of the runs."""
    with (project / "environments" / "prod.toml").open("a") as file:
        file.write('[secrets]\ntoken = "TOKEN_THAT_NOBODY_SETS"\n')
    path = project / "state.sqlite3"
    now = time.time()
    for minutes, verdict in ((20, "P"), (15, "F"), (14, "F")):
        with store.writing(path, "prod") as stored:
            ran = made_up(verdict, (now - 60 * minutes - DAY) / 60)
            stored.write(ran, after([ran], state=stored.state())[0], keep=30)
    printed = run("history", "--env=prod", f"--state={path}")
    assert printed.code == 0, printed.output
    assert [line.split()[4:6] for line in printed.out.splitlines()[1:]] == [
        ["v7", "PASSED"],
        ["v7", "FAILED"],
    ]
    every = run("history", "--env=prod", f"--state={path}", "--all").out
    assert every.count("FAILED") == 2
    assert run("history", "--env=prod", f"--state={path}", "--html=history.html").output == ""
    assert "1 incident" in (project / "history.html").read_text("utf-8")


def test_no_history(run: Run, project: Path) -> None:
    """Who has not watched yet is told how."""
    ended = run("history", "--env=prod")
    assert ended.code == 4
    assert "`knowngood watch --env=prod` makes one" in ended.err
    (project / "state.sqlite3").write_text("no database at all, and long enough to look at" * 10)
    damaged = run("history", "--env=prod", "--state=state.sqlite3")
    assert damaged.code == 75
    assert "state.sqlite3: no state of the watch can be read from it" in damaged.err


def test_a_history_that_cannot_be_looked_for(run: Run) -> None:
    """As in a folder of somebody else's: it is no error of knowngood's."""
    path = "x" * 300
    ended = run("history", "--env=prod", f"--state={path}")
    assert ended.code == 4
    assert f"{path}: File name too long; --state FILE names another" in ended.err
