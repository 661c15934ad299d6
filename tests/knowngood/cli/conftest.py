"""Every test here runs git with settings of its own, and commands within its process."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from command_run import CommandRun, Run
from pushed_site import served_project
from release_side import Note
from suite_run import run_here

from knowngood.cli import main
from knowngood.environment.model import Environment
from knowngood.readiness import look_at_release
from knowngood.release import deploy, live
from knowngood.release.git import Repository
from knowngood.release.live import NamedReleases
from knowngood.release.record import RecordKind
from knowngood.session import RUN_ID
from knowngood.supervisor.child import ChildRun
from knowngood.supervisor.trust import ChildExit


@pytest.fixture(autouse=True)
def own_git_settings(settings: Path) -> Path:
    """No hook, key or name of this machine's user."""
    return settings


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``knowngood`` in the test's project, in this process."""
    monkeypatch.chdir(project)

    def run(*words: str) -> CommandRun:
        code = main.run(words)
        return CommandRun(code, *capfd.readouterr())

    return run


@pytest.fixture
def project(tmp_path: Path, site: Repository) -> Iterator[Path]:
    """A suite whose prod serves whatever `live` leads to: v1; v3 lacks a file."""
    with served_project(tmp_path / "suite", site) as path:
        yield path


@pytest.fixture
def history(noted: Note) -> None:
    """v1 is on prod and good there; v2 and v3 passed on stage."""
    noted("v1", "prod", "DEPLOYED", 9, RecordKind.PUSHED)
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "stage", "PASSED", 1)
    noted("v3", "stage", "PASSED", 1)


@pytest.fixture
def in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command starts of knowngood runs in this process: a verification, its run of pytest,
    and the question which release is live. To start them takes a second of CPU, and most tests are
    about what comes before or after.
    """
    verdict_file = tmp_path / "child.json"

    def run(child: ChildRun) -> ChildExit:
        with mock.patch.dict(os.environ, {RUN_ID: child.run_id, **child.environment}):
            ended = run_here(verdict_file, *child.arguments, cwd=Path.cwd())
        child.show(ended.output.encode())
        child.show(b"")
        return ChildExit(ended.code, verdict_file.read_bytes() if ended.verdict else b"")

    monkeypatch.setattr(ChildRun, "run", run)
    monkeypatch.setattr(deploy, "_run", _command_here)
    monkeypatch.setattr(live, "named", _named_here)


def _command_here(command: Sequence[str], folder: Path, _: int) -> int:
    """Run ``python … -m knowngood WORDS``."""
    with contextlib.chdir(folder):
        return main.run(command[command.index("knowngood") + 1 :])


def _named_here(environment: Environment) -> NamedReleases:
    releases, other_answers = look_at_release(environment)
    return NamedReleases(releases, "" if releases else other_answers)
