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


@pytest.mark.parametrize(
    ("folder", "code", "words"),
    [
        ("checks/api", 75, "was selected: checks/api, where pytest was started"),
        ("checks", 0, "every required check ran"),
        ("environments", 5, "no check was selected: environments, where pytest was started"),
    ],
)
def test_a_run_in_a_folder_of_the_suite(
    small_suite: Run, tmp_path: Path, folder: str, code: int, words: str
) -> None:
    """Pytest leaves testpaths out there, and takes what is in the folder alone."""
    (tmp_path / "checks" / "api").mkdir()
    (tmp_path / "checks" / "api" / "test_api.py").write_text(PASSES)
    result = small_suite(PASSES, cwd=tmp_path / folder)
    assert result.code == code, result.output
    assert words in result.output
    assert (f"start it in {tmp_path}" in result.output) == bool(code)


@pytest.mark.parametrize(("path", "code"), [("checks/test_it.py", 75), ("checks", 0), (".", 0)])
def test_a_path_where_nothing_says_what_the_suite_is(
    small_suite: Run, tmp_path: Path, path: str, code: int
) -> None:
    """One file is a part of its folder also without testpaths."""
    (tmp_path / "checks" / "test_other.py").write_text(PASSES)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    result = small_suite(PASSES, path)
    assert result.code == code, result.output


def test_a_file_that_is_the_whole_suite(small_suite: Run, tmp_path: Path) -> None:
    """No other file of checks lies beside it, and nothing says where others may lie."""
    (tmp_path / "checks" / "helpers.py").write_text("")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    result = small_suite(PASSES, "checks/test_it.py")
    assert result.code == 0, result.output


def test_a_selection_that_leaves_nothing(small_suite: Run) -> None:
    """What selected so is named."""
    result = small_suite(PASSES, "-k", "nope")
    assert result.code == 5, result.output
    assert "no check was selected: 1 check deselected: test_it.py::test_it" in result.output
