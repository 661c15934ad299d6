"""Which folder is a suite's."""

from pathlib import Path

import pytest

from knowngood.environment.suite_folder import root_of


def test_suite_of_an_environment_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That around its folder ``environments``; of a file elsewhere that around the current one."""
    suite, other = tmp_path / "suite", tmp_path / "other"
    for folder in (suite, other):
        (folder / "environments").mkdir(parents=True)
    (suite / "smoketests").mkdir()
    monkeypatch.chdir(suite / "smoketests")
    assert root_of(other / "environments" / "prod.toml") == other
    assert root_of(tmp_path / "prod.toml") == suite
