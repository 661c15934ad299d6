"""README, CI and the package's data say what is true."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from knowngood.verdict.exit_codes import EXIT_CODES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^    (python3 -m venv .+)$", README, re.M)


def test_the_readme_gives_two_commands_of_one_line() -> None:
    """The first runs the smoke tests, the second passes the tests."""
    first, second = COMMANDS
    assert first.endswith("pytest --env=local")
    assert second.endswith("tox -q")


def test_ci_runs_the_very_command_of_the_readme() -> None:
    """What a newcomer is told to run is what has to be green."""
    assert COMMANDS[1] in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_readme_s_exit_codes_are_those_of_the_verdicts() -> None:
    """Each verdict with its code, and pytest's usage error beside them."""
    rows = re.findall(r"^\| (\d+) \| ([A-Za-z ]+) \|", README, re.M)
    expected = {(str(code), str(kind)) for kind, code in EXIT_CODES.items()}
    assert set(rows) == expected | {("4", "usage error")}


@pytest.mark.parametrize(
    "option",
    [
        "--env",
        "--origin",
        "--verdict-file",
        "--release",
        "--baseline",
        "--manifest",
        "--drill",
        "--html-file",
    ],
)
def test_the_readme_s_options_exist(option: str) -> None:
    """Each is in pytest's own help, and in the README's table."""
    assert re.search(rf"^\| `{option}[ =]", README, re.M)
    command = [sys.executable, "-m", "pytest", "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{option}=" in shown.stdout


@pytest.mark.parametrize(
    "command",
    [
        "verify",
        "drill",
        "push",
        "rollback",
        "live",
        "gate",
        "status",
        "last-good",
        "log",
        "manifest",
        "handbook",
    ],
)
def test_the_readme_s_commands_exist(command: str) -> None:
    """Each is in the README and in the command's own help, and answers to --help."""
    assert f"knowngood {command}" in README
    told = subprocess.run(
        [sys.executable, "-m", "knowngood", "--help"], capture_output=True, text=True, check=True
    )
    assert re.search(rf"^  {command}\b", told.stdout, re.M)
    helped = subprocess.run(
        [sys.executable, "-m", "knowngood", command, "--help"], capture_output=True, check=True
    )
    assert f"knowngood {command}".encode() in helped.stdout


def test_the_readme_shows_the_claims_that_there_are() -> None:
    """The output on the first screen is a real one: its claims are those of the suite."""
    shown = {
        re.sub(r"\W+", "_", claim.strip()) for claim in re.findall(r"^ok +\d+  (.+)$", README, re.M)
    }
    there = set()
    for path in (ROOT / "smoketests").glob("test_*.py"):
        for name in re.findall(r"^def test_(\w+)", path.read_text("utf-8"), re.M):
            there.add(f"{path.stem.removeprefix('test_')}_{name}")
    assert shown == there


def test_the_readme_s_environment_has_no_unknown_key() -> None:
    """Every key of the example is one of the schema's."""
    example = re.search(r"```toml\n(description.+?)```", README, re.S)
    assert example is not None
    schema = json.loads(
        (ROOT / "src/knowngood/environment/environment.schema.json").read_text("utf-8")
    )
    keys = re.findall(r"^(?:# )?(\w+) = ", example[1].partition("[origins]")[0], re.M)
    tables = re.findall(r"^\[(\w+)", example[1], re.M)
    assert set(keys) | set(tables) <= set(schema["properties"])


def test_every_dependency_has_its_reason() -> None:
    """Each package of pyproject.toml has its line in docs/dependencies.md."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    section = project[project.index("dependencies = [") : project.index("[project.entry-points")]
    for name in re.findall(r'"([a-z][a-z0-9-]+)[<>=~"]', section):
        assert name in reasons, name
