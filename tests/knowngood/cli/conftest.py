"""Every test here runs git with settings of its own, and commands within its process."""

from pathlib import Path

import pytest
from command_run import CommandRun, Run

from knowngood.cli import main


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
