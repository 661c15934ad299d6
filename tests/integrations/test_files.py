"""What holds for every file of integrations/: its first lines, its shell scripts, its commands."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from integration_files import FILES, FOLDER, Script, scripts
from missing_part import needed

from knowngood.cli.main import TREE

SCRIPTS = scripts()
OF_PYTEST = {"--junitxml"}
"""Options of pytest, which `knowngood verify` passes on."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_opens_with_three_lines(path: Path) -> None:
    """What it does, what to change, and what happens on 0, 1 and 75."""
    does, change, ends = (
        re.sub(r"^(#|//) ", "", line) for line in path.read_text("utf-8").splitlines()[:3]
    )
    assert does.endswith(".")
    assert change.startswith("To change: ")
    assert re.match(r"0(:|, | and )", ends)
    assert re.search(r"\b1\b.*\b75\b|\b75\b.*\b1\b", ends)


def test_the_page_names_every_file() -> None:
    """Nobody has to look for the one that fits."""
    page = (FOLDER / "README.md").read_text("utf-8")
    linked = {FOLDER / link for link in re.findall(r"\]\(([^)]+)\)", page)}
    assert all(path.exists() for path in linked)
    files = [*FILES, *FOLDER.rglob("*.json")]
    assert [path for path in files if path not in linked and path.parent not in linked] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.file)
def test_a_shell_can_read_the_scripts(script: Script) -> None:
    """`sh -n`, or `bash -n` on GitHub, where nothing is pasted into a script either."""
    assert "${{" not in script.text
    command = [script.shell, "-n", "-c", script.text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    """Also about style: unquoted variables are what somebody typed. Secrets are elsewhere."""
    shellcheck = needed("shellcheck", "apt-get install shellcheck")
    files = []
    for number, script in enumerate(SCRIPTS):
        file = tmp_path / f"{script.file.replace('/', '-')}-{number}"
        file.write_text(f"# shellcheck shell={script.shell}\n{script.text}")
        files.append(file)
    command = [shellcheck, "--enable=quote-safe-variables", "--exclude=SC1090", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def commands(script: str) -> list[list[str]]:
    """Return the words of each call of knowngood, from its subcommand on."""
    plain = re.sub(r"\$\{\w+:\+(.*?)\}", r"\1", script.replace("\\\n", " "))  # ${NAME:+--option}
    calls = re.findall(r"(?:^|[\s/])knowngood ([a-z].*?)(?: \|\||;|$)", plain, re.M)
    return [shlex.split(call) for call in calls]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.file)
def test_the_commands_and_options_exist(script: Script) -> None:
    """No file calls knowngood in a way that it does not know."""
    for name, *words in commands(script.text):
        command = TREE.get_command(click.Context(TREE), name)
        assert command is not None, name
        options = {option for each in command.params for option in each.opts}
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used - options <= (OF_PYTEST if name == "verify" else set()), name


def test_every_file_that_ought_to_calls_knowngood() -> None:
    """The search above has found something in each of them."""
    calling = {script.file for script in SCRIPTS if commands(script.text)}
    assert calling == {str(path.relative_to(FOLDER)) for path in FILES} - {
        "systemd/knowngood-watch@.timer"
    }
