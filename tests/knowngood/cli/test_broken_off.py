"""A push that is killed: its deploy command ends with it, and what is left is seen by the next."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from pathlib import Path
from unittest import mock

import pytest
from command_run import Run
from pushed_site import CHECK, DEPLOY, SLOW, ended, happened, live, pushing, serves
from release_side import Note

from knowngood.environment import load
from knowngood.release import deploy_command
from knowngood.release.git import Repository
from knowngood.release.record import RecordKind


def broken_off(project: Path, number: int) -> list[int]:
    """End a push in the middle of its deployment; the processes of that."""
    (project / "deploy").write_text(SLOW)
    with pushing(project) as process:
        process.send_signal(number)
        process.wait(60)
    (project / "deploy").write_text(DEPLOY)
    return list(map(int, (project / "reached").read_text().split()))


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_deploy_ends_with_a_push_that_is_killed(run: Run, project: Path) -> None:
    """All that it started ends, though nobody was there to end it; the next command waits for
    that.
    """
    pids = broken_off(project, signal.SIGKILL)
    done = run("rollback", "--env=prod", "--yes")
    assert done.code == 0, done.output
    assert all(map(ended, pids)), "it would flip prod after the rollback"
    assert live(project) == "v1"


@pytest.mark.parametrize(
    ("verdict", "rejected"), [("STARTED", False), ("NOT DEPLOYED", False), ("DEPLOYED", True)]
)
@pytest.mark.usefixtures("history", "in_one_process")
def test_what_nobody_saw_whole_is_not_rejected(
    run: Run, project: Path, noted: Note, verdict: str, rejected: bool
) -> None:
    """A push that broke off is taken back, and can be made again; one that is all there was seen by
    whoever takes it back.
    """
    noted("v2", "prod", verdict, 0.1, RecordKind.PUSHED)
    serves(project, "v2")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"
    assert ("v2 is rejected on prod" in ended.output) == rejected
    assert (run("gate", "--env=prod", "--release=v2").code == 1) == rejected


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_full_disk(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs cannot be noted; it can be locked, and the way back is worth more than a note."""
    serves(project, "v2")
    full = mock.Mock(side_effect=lambda _: os.open("/dev/full", os.O_RDWR))
    monkeypatch.setattr(deploy_command, "_opened", full)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


WAITS = (
    CHECK
    + """
import os, pathlib, threading

@pytest.mark.get("content:/robots.txt")
def test_it_waits(response):
    \"\"\"It does not end.\"\"\"
    pathlib.Path("pids").write_text(f"{os.getppid()} {os.getpid()}")
    os.rename("pids", "reached")
    threading.Event().wait(60)
"""
)


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_verification_ends_with_a_push_that_is_killed(
    run: Run, project: Path, site: Repository
) -> None:
    """It would judge the release that the next command puts there."""
    check = project / "checks" / "test_it.py"
    check.write_text(WAITS)
    with pushing(project) as process:
        process.kill()
        process.wait(60)
    check.write_text(CHECK)
    done = run("rollback", "--env=prod", "--yes")
    assert done.code == 0, done.output
    assert all(map(ended, map(int, (project / "reached").read_text().split())))
    assert happened(site)[:3] == [
        ("pushed", "v2", "STARTED"),
        ("pushed", "v2", "DEPLOYED"),
        ("verified", "v2", "INTERRUPTED"),
    ]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a deploy that was broken off."""
    monkeypatch.setattr(deploy_command, "_WAIT", 0.0)


def wait_for_its_end(project: Path) -> None:
    """Wait until nothing of a deploy that was broken off is left."""
    never = threading.Event()
    while True:
        with contextlib.suppress(deploy_command.DeployRunning):
            return deploy_command.refuse_running(load("prod", project), lambda _: None)
        never.wait(0.05)


@pytest.mark.usefixtures("history", "impatient", "in_one_process")
def test_a_deploy_that_outlives_everything(run: Run, project: Path) -> None:
    """One in a session of its own is not ended: the next command sees it, and does nothing."""
    (project / "deploy").write_text(
        "#!/bin/sh\nsetsid sh -c 'echo $$ > pids; mv pids reached; exec sleep 60' &\nsleep 60\n"
    )
    with pushing(project) as process:
        process.kill()
        process.wait(60)
    (project / "deploy").write_text(DEPLOY)
    [pid] = map(int, (project / "reached").read_text().split())
    try:
        done = run("rollback", "--env=prod", "--yes")
        assert done.code == 75, done.output
        assert "and what it started still runs: ./deploy v2" in done.output
        assert "fuser -k " in done.output
        assert not (project / "deployed").exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for_its_end(project)
    assert run("rollback", "--env=prod", "--yes").code == 0


@pytest.mark.usefixtures("history", "in_one_process")
def test_what_a_deploy_leaves_running_on_purpose(run: Run, project: Path) -> None:
    """A server that it has started is no deploy that was broken off."""
    (project / "deploy").write_text(f"{DEPLOY}setsid sleep 60 > /dev/null 2>&1 &\necho $! > pid\n")
    try:
        assert run("push", "--env=prod", "--release=v2").code == 0
        deploy_command.refuse_running(load("prod", project), print)
        assert not ended(int((project / "pid").read_text()))
    finally:
        os.kill(int((project / "pid").read_text()), signal.SIGKILL)
