"""Options with which pytest runs no check do not let a gate proceed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from suite_run import SuiteRun

Run = Callable[..., SuiteRun]

PASSES = """
import pytest

@pytest.mark.get("content:/")
def test_it(response):
    assert response.status_code == 200
"""
OPTIONS = [
    "--collect-only",
    "--co",
    "--setup-only",
    "--setup-plan",
    "--fixtures",
    "--fixtures-per-test",
    "--markers",
    "--cache-show=x",
    "--help",
    "-h",
    "--version --version",
]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_of_the_environment(
    small_suite: Run, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """Nobody typed it for this run: a usage error that says where it stands."""
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{option} -p cacheprovider")
    result = small_suite(PASSES)
    assert result.code == 4, result.output
    assert "comes from PYTEST_ADDOPTS" in result.output


def test_an_option_of_the_configuration(small_suite: Run, tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    result = small_suite(PASSES)
    assert result.code == 4, result.output
    assert f"--collect-only comes from addopts in {tmp_path / 'pytest.ini'}" in result.output


@pytest.mark.parametrize("option", ["--collect-only", "--markers", "-h"])
def test_an_option_of_the_command_line(small_suite: Run, option: str) -> None:
    """A person asked for it, and is answered; there is no verdict."""
    result = small_suite(PASSES, option)
    assert (result.code, result.verdict) == (0, {}), result.output


def test_workers_are_given_no_such_option(small_suite: Run) -> None:
    """What xdist hands to them was not typed, either."""
    assert small_suite(PASSES, "-n", "1").code == 0
