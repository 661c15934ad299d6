"""Two runs with one report: the second holds, and the file stays as it is."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from suite_run import SuiteRun
from wire import answer

from knowngood.cli import main
from knowngood.safety import UsageError
from knowngood.session.report_files import locked, written_alone

PASSES = """
import pytest

@pytest.mark.get("content:/")
def test_it(response):
    assert response.status_code == 200
"""

OPTIONS = [
    "--verdict-file",
    "--html-file",
    "--har-file",
    "--summary-file",
    "--prometheus-file",
    "--deployment-file",
    "--junitxml",
]


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks in a folder of the test's own."""
    (tmp_path / "locks").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "locks"))


@pytest.mark.parametrize("option", OPTIONS)
def test_a_report_of_another_run(
    small_suite: Callable[..., SuiteRun], tmp_path: Path, option: str
) -> None:
    """The run ends before its first request, says who writes the file, and leaves it alone."""
    path = tmp_path / "its.report"
    path.write_text("FAILED")
    asked: list[object] = []
    with locked({"--verdict-file": path}, ["pytest", "--env=first"]):
        result = small_suite(PASSES, f"{option}={path}", play=asked.append)
    assert (result.code, result.verdict, asked) == (75, {}, []), result.output
    assert f"{option} {path} is being written by process {os.getpid()} of " in result.output
    assert "pytest --env=first" in result.output
    assert path.read_text() == "FAILED"
    assert small_suite(PASSES, f"{option}={path}", play=answer()).code == 0, "the lock has gone"


def test_a_report_of_another_run_given_to_verify(
    small_suite: Callable[..., SuiteRun],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The parent writes the reports, so it is the parent that holds."""
    small_suite(PASSES, "--collect-only")
    monkeypatch.chdir(tmp_path)
    with locked({"--verdict-file": tmp_path / "x.json"}, ["first"]):
        assert main.run(["verify", "--env=demo", "--verdict-file=x.json"]) == 75
    assert "x.json is being written by process" in capsys.readouterr().out
    assert not (tmp_path / "x.json").exists()


def test_one_file_under_two_names(tmp_path: Path) -> None:
    """A link leads to the file that another run writes."""
    (tmp_path / "link.json").symlink_to(tmp_path / "verdict.json")
    found = written_alone({"--verdict-file": tmp_path / "link.json"})
    assert found == {tmp_path / "verdict.json": "--verdict-file"}


def test_devices_and_the_summary_of_github_are_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several runs may write there at once."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    reports = {"--verdict-file": Path(os.devnull), "--summary-file": tmp_path / "summary"}
    assert written_alone(reports) == {}


def test_two_options_with_one_file(tmp_path: Path) -> None:
    """The second report would overwrite the first of the same run."""
    same = tmp_path / "report"
    with pytest.raises(UsageError, match="--verdict-file and --html-file both name"):
        written_alone({"--verdict-file": same, "--html-file": same})
