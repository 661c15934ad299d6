"""integrations/gitlab-ci.yml: held against GitLab's schema, its scripts run by a shell."""

from __future__ import annotations

import subprocess
import sys

import pytest
from integration_files import FOLDER, documents
from shell_steps import Workspace

(PIPELINE,) = documents("gitlab-ci.yml")


def test_the_schema_takes_it() -> None:
    """GitLab's own, as check-jsonschema ships it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema=vendor.gitlab-ci"]
    command += ["--data-transform=gitlab-ci", str(FOLDER / "gitlab-ci.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_not_proved_does_not_go_on() -> None:
    """A job that pushes may not fail, with no exit code; the stages follow each other."""
    assert PIPELINE["stages"] == ["stage", "prod", "look", "decide"]
    allowing = [
        name for name, job in PIPELINE.items() if isinstance(job, dict) and "allow_failure" in job
    ]
    assert allowing == ["look"]


def test_a_push_takes_the_release_for_one_word(workspace: Workspace) -> None:
    """Whatever somebody has typed."""
    release = "v8 $(touch pwned); `touch pwned`"
    script = "\n".join(PIPELINE[".push"]["script"])
    ended = workspace.run(script, CI_JOB_NAME="stage", RELEASE=release)
    assert ended.calls == [
        ["knowngood", "push", "--env=stage", f"--release={release}", "--reports=results"]
    ]
    assert not (workspace.folder / "pwned").exists()


@pytest.mark.parametrize(("code", "rolled_back"), [(0, 0), (1, 1), (75, 0), (4, 0)])
def test_only_failed_is_rolled_back(workspace: Workspace, code: int, rolled_back: int) -> None:
    """By what all places saw together."""
    workspace.program(".venv/bin/knowngood", code)
    (workspace.folder / "results").mkdir()
    (workspace.folder / "results" / "fra.json").touch()
    ended = workspace.run("\n".join(PIPELINE["decide"]["script"]))
    assert ended.code == code
    (matrix,) = PIPELINE["look"]["parallel"]["matrix"]
    expected = f"--expect={','.join(matrix['PLACE'])}"
    assert ended.calls[0] == ["knowngood", "fold", "results/fra.json", expected]
    assert ended.calls[1:] == [["knowngood", "rollback", "--env=prod", "--yes"]] * rolled_back
