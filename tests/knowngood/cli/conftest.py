"""Every test here runs git with settings of its own, and commands within its process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_run import CommandRun, Run
from pushed_site import served_project
from release_side import Note

from knowngood.cli import main
from knowngood.release.git import Repository
from knowngood.release.record import RecordKind


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
