"""integrations/github: held against GitHub's schemas and actionlint; its steps run by bash."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from integration_files import FOLDER, documents
from missing_part import needed
from shell_steps import Workspace

GITHUB = FOLDER / "github"
(WORKFLOW,) = documents("github/workflow.yml")
(ACTION,) = documents("github/action.yml")
ACTIONLINT = "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")  # as GitHub calls it
JOBS = WORKFLOW["jobs"]


@pytest.mark.parametrize(
    ("schema", "name"),
    [("github-workflows", "workflow.yml"), ("github-actions", "action.yml")],
)
def test_the_schema_takes_it(schema: str, name: str) -> None:
    """The one that GitHub's users publish, as check-jsonschema ships it."""
    command = [sys.executable, "-m", "check_jsonschema", f"--builtin-schema=vendor.{schema}"]
    done = subprocess.run([*command, GITHUB / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    """In a repository as the file tells people to lay it out: inputs of the action are checked,
    expressions, and the scripts by shellcheck.
    """
    actionlint = needed("actionlint", ACTIONLINT)
    needed("shellcheck", "apt-get install shellcheck")
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    places = ", ".join(JOBS["look"]["strategy"]["matrix"]["place"])
    labels = f"self-hosted-runner:\n  labels: [{places}]\n"
    (tmp_path / ".github" / "actionlint.yaml").write_text(labels)
    shutil.copy(GITHUB / "workflow.yml", workflows)
    shutil.copytree(GITHUB, tmp_path / "integrations" / "github")
    done = subprocess.run([actionlint], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def step(name: str) -> str:
    """Return the script of a step of the action."""
    (script,) = [each["run"] for each in ACTION["runs"]["steps"] if each.get("name") == name]
    return str(script)


@pytest.mark.parametrize(
    ("code", "verdict"), [(0, "PASSED"), (1, "FAILED"), (75, "INCONCLUSIVE"), (4, "OTHER")]
)
@pytest.mark.parametrize("command", ["verify", "push"])
def test_the_action_says_how_it_ended(
    workspace: Workspace, command: str, code: int, verdict: str
) -> None:
    """Its exit code is the command's, and jobs can ask for the verdict."""
    output = workspace.folder / "output"
    workspace.program(".venv/bin/knowngood", code)
    ended = workspace.run(
        step("Run"),
        BASH,
        COMMAND=command,
        ENVIRONMENT="prod",
        RELEASE="v8",
        PLACE="fra",
        GITHUB_OUTPUT=str(output),
    )
    assert ended.code == code
    assert output.read_text() == f"exit-code={code}\nverdict={verdict}\n"
    assert ended.calls[0][:4] == ["knowngood", command, "--env=prod", "--release=v8"]


def test_a_verification_needs_no_release(workspace: Workspace) -> None:
    """Then it takes what is there; reports carry the name of the place."""
    ended = workspace.run(
        step("Run"),
        BASH,
        COMMAND="verify",
        ENVIRONMENT="prod",
        RELEASE="",
        PLACE="fra",
        GITHUB_OUTPUT="output",
    )
    assert ended.calls == [
        [
            *("knowngood", "verify", "--env=prod", "--place=fra"),
            *("--verdict-file=results/fra.json", "--html-file=results/fra.html"),
            "--junitxml=results/fra.xml",
        ]
    ]


@pytest.mark.parametrize(("code", "rolled_back"), [(0, 0), (1, 1), (75, 0), (4, 0)])
def test_only_failed_is_rolled_back(workspace: Workspace, code: int, rolled_back: int) -> None:
    """By what all places saw together."""
    workspace.program(".venv/bin/knowngood", code)
    script = JOBS["decide"]["steps"][-1]["run"]
    (workspace.folder / "seen").mkdir()
    for place in ("fra", "iad"):
        (workspace.folder / "seen" / f"{place}.json").touch()
    ended = workspace.run(script, BASH)
    assert ended.code == code
    calls = [call[1:] for call in ended.calls if call[0] == "knowngood"]
    places = ",".join(JOBS["look"]["strategy"]["matrix"]["place"])
    assert calls[0] == ["fold", "seen/fra.json", "seen/iad.json", f"--expect={places}"]
    assert calls[1:] == [["rollback", "--env=prod", "--yes"]] * rolled_back


def test_what_is_not_proved_does_not_go_on() -> None:
    """Stage comes before prod, prod before the places; that one place failed decides nothing."""
    assert JOBS["prod"]["needs"] == "stage"
    assert JOBS["look"]["needs"] == "prod"
    assert "needs.prod.result == 'success'" in JOBS["decide"]["if"]
    patient = [
        (name, each)
        for name, job in JOBS.items()
        for each in [job, *job["steps"]]
        if "continue-on-error" in each
    ]
    assert [(name, each["with"]["place"]) for name, each in patient] == [
        ("look", "${{ matrix.place }}")
    ]


def test_the_artifacts_meet() -> None:
    """What `decide` fetches is what `look` uploads."""
    name = ACTION["runs"]["steps"][-1]["with"]["name"]
    of_look = name.replace("${{ inputs.command }}", "verify").replace("${{ inputs.env }}", "prod")
    (fetch,) = [each for each in JOBS["decide"]["steps"] if "download" in each.get("uses", "")]
    assert re.match(fetch["with"]["pattern"].replace("*", ".+"), of_look)
