"""The tree of commands: which exit code each error ends with, and what it costs to start."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from knowngood import __main__, __version__
from knowngood.cli import main
from knowngood.safety import RunnerError, UsageError


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UsageError("name another"), 4, "knowngood log: error: name another\n"),
        (RunnerError("no disk"), 75, "nothing follows from them: no disk\n"),
        (click.UsageError("no \x1b[2J"), 4, "knowngood log: error: no \\x1b[2J\n"),
        (KeyboardInterrupt(), 2, "knowngood log: interrupted\n"),
        (ZeroDivisionError("oops"), 3, "ZeroDivisionError: oops\n"),
        (BrokenPipeError(32, "gone"), 3, "BrokenPipeError: [Errno 32] gone\n"),
    ],
)
def test_the_exit_code_of_an_error(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    text: str,
) -> None:
    """Never 0 or 1, which tell a pipeline to go on or to roll back."""

    def fail() -> None:
        raise error

    module = import_module("knowngood.cli.log")
    monkeypatch.setattr(module, "command", click.Command("log", callback=fail))
    assert main.run(["log"]) == code
    assert capsys.readouterr().err.endswith(text)


@pytest.mark.parametrize(
    "words", [("push", "--release=v8"), ("verify",), ("watch",), ("rollback",)]
)
def test_one_environment_at_a_time(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Of two the last would count: a push to prod that was meant for stage, or the other way."""
    assert main.run([*words, "--env=stage", "--env", "prod"]) == 4
    assert "'--env': stage, prod: name one environment" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """For a report of trouble, and for the log of a pipeline."""
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"knowngood {__version__}\n"


@pytest.mark.parametrize(
    ("name", "consequence"),
    [
        ("gate", "the records cannot be relied on, and nothing follows from them"),
        ("last-good", "the records cannot be relied on, and nothing follows from them"),
        ("status", "the records cannot be relied on, and nothing follows from them"),
        ("push", "stopped, nothing more was done"),
        ("rollback", "stopped, nothing more was done"),
    ],
)
def test_what_follows_from_trouble_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    consequence: str,
) -> None:
    """A question has no answer; a push or a rollback went no further."""

    def fail() -> None:
        raise RunnerError("no disk")

    module = import_module(f"knowngood.cli.{name.replace('-', '_')}")
    monkeypatch.setattr(module, "command", click.Command(name, callback=fail))
    assert main.run([name]) == 75
    assert capsys.readouterr().err == f"knowngood {name}: {consequence}: no disk\n"


@pytest.mark.parametrize("words", [["fly"], ["--fly"], ["log", "--fly"], ["log"]])
def test_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """4, the usage and the mistake."""
    assert main.run(words) == 4
    message = capsys.readouterr().err
    assert message.startswith("Usage: knowngood")
    assert "error: " in message


@pytest.mark.parametrize(
    ("word", "told"),
    [("verfy", "did you mean 'verify'?"), ("xyz", "`knowngood --help` lists them")],
)
def test_a_command_that_is_misspelt(
    word: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nearest is named, if one is near."""
    assert main.run([word]) == 4
    assert f"error: No such command '{word}'. {told}" in capsys.readouterr().err


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its usage, a sentence that says what it does, and every exit code. -h shows it, too."""
    assert main.run([name, "-h"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: knowngood {name} ")
    codes = " ".join(shown.partition("Exit codes: ")[2].split())
    others = ("those of", "0 printed, 3 could not be written, 4 ")
    assert "2 interrupted, 3 internal error, 4 usage error" in codes or codes.startswith(others)
    assert "-h" in shown.partition("Options:")[2]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which people need them."""
    assert main.run(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines() if line[2:3].strip()] == list(
        main.COMMANDS
    )


def test_a_command_line_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever does not know one reads the help; a script that forgot it is wrong all the same."""
    assert main.run([]) == 4
    assert "\nCommands:\n" in capsys.readouterr().err


def test_help_imports_no_command() -> None:
    """A command's module, and what it needs, is imported when it is called."""
    code = (
        "import sys; from knowngood.cli import main; main.run(['--help'])\n"
        "print([m for m in sys.modules if m.startswith('knowngood.')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "knowngood.cli.main" in done.stderr
    for room in ("environment", "release", "supervisor", "session", "drill", "fetch"):
        assert f"'knowngood.{room}" not in done.stderr


def test_completion(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The shell asks with variables, and is given the commands that fit."""
    monkeypatch.setenv(main.COMPLETE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "knowngood ro")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main.complete("bash_complete") == 0
    assert capsys.readouterr().out == "plain,rollback\n"


def test_an_installation_without_a_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hold, and say which: Python itself would end with 1."""
    monkeypatch.setitem(sys.modules, "knowngood.cli.main", None)
    assert __main__.main() == 75
    assert "the installation is broken" in capsys.readouterr().err


def test_a_drill_of_another_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody named an environment and there is no `local`, the message says what to name."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "demo.toml").write_text('description = "a demonstration"\n')
    monkeypatch.chdir(tmp_path)
    assert main.run(["drill"]) == 4
    message = capsys.readouterr().err
    assert "knowngood drill: error: needs --env NAME" in message
    assert "demo         a demonstration" in message
