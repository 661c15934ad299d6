"""Where the suite is: on record, and told in a clone of the releases, which has no environments."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from release_side import Note, git

from knowngood.cli import main
from knowngood.release.git import Repository
from knowngood.release.suite_place import hint, suite_place


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("git@example.org:checks.git", "git@example.org:checks.git"),
        ("https://ann:secret@example.org/checks.git", "https://example.org/checks.git"),
        ("", "{host}:{folder}"),
    ],
)
def test_where_a_suite_is(tmp_path: Path, url: str, place: str) -> None:
    """Its origin, with no user's password; else the machine and the folder."""
    git(tmp_path, "init", "--quiet")
    if url:
        git(tmp_path, "config", "remote.origin.url", url)
    assert suite_place(tmp_path) == place.format(host=os.uname().nodename, folder=tmp_path)


def test_a_suite_in_no_repository(tmp_path: Path) -> None:
    """The machine and the folder."""
    assert suite_place(tmp_path) == f"{os.uname().nodename}:{tmp_path}"


def test_a_clone_of_the_releases(
    site: Repository,
    note: Note,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The newest record tells where the suite is, before what is wrong."""
    assert hint(site.path) == ""
    note("v1", days=3, suite="https://example.org/old.git")
    name = note("v2", days=2, suite="https://example.org/checks.git").name
    monkeypatch.chdir(site.path)
    for words in (["status"], ["rollback", "--env=prod"]):
        assert main.run(words) == 4
        assert capsys.readouterr().err.splitlines()[0] == (
            f"knowngood {words[0]}: error: here are releases, and no suite; by the record "
            f"{name} it is at https://example.org/checks.git: run this command in a clone of that"
        )
    (site.path / "environments").mkdir()
    assert hint(site.path) == ""


def test_a_suite_in_a_folder_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever stands in its root is told the way, before any record is read."""
    git(tmp_path, "init", "--quiet")
    for name in ("menu/smoke tests", "docs"):
        path = tmp_path / name / "environments" / "stage.toml"
        path.parent.mkdir(parents=True)
        path.write_text("")
    git(tmp_path, "add", "menu")
    monkeypatch.chdir(tmp_path)
    assert main.run(["verify", "--env=stage"]) == 4
    assert capsys.readouterr().err == (
        "knowngood verify: error: the suite is in another folder: cd 'menu/smoke tests'\n"
        f"--env 'stage': there is no folder {tmp_path}/environments: run this in the suite's "
        "folder, or give the path of a .toml file\n"
    )
    git(tmp_path, "add", "docs")
    assert hint(tmp_path).endswith(": cd docs or cd 'menu/smoke tests'")
