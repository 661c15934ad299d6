"""A sandbox keeps out of the user's settings, and off the page of a CI job."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from knowngood.drill.sandbox import Sandbox
from knowngood.safety import process_group


def test_variables_of_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither git's nor GitHub's get through; those of the machine do."""
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "page")
    monkeypatch.setenv("OF_THE_MACHINE", "1")
    given: dict[str, str] = {}

    def run(command: list[str], *_: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
        given.update(options["env"])
        return subprocess.CompletedProcess(command, 0, b"said")

    monkeypatch.setattr(process_group, "run", run)
    sandbox = Sandbox(tmp_path, *[None] * 4)  # type: ignore[arg-type]
    assert sandbox.run("log") == (0, "said")
    assert given["OF_THE_MACHINE"] == "1"
    assert not {"GIT_DIR", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"} & set(given)
    assert given["TMPDIR"] == str(tmp_path / "own")
