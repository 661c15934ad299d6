"""Which files of a clone are in no commit, whatever filters they go through."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from release_side import git

from knowngood.release import work_tree
from knowngood.release.git import Repository

STORED = b"a picture\n"
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    f"oid sha256:{hashlib.sha256(STORED).hexdigest()}\nsize {len(STORED)}\n"
)


@pytest.fixture
def picture(site: Repository) -> Path:
    """A file that git LFS has put in place of its pointer, and that git has to read again."""
    path = site.path / "a picture.png"
    path.write_text(POINTER)
    git(site.path, "add", path.name)
    git(site.path, "commit", "--quiet", "-m", "Add a picture r=bob")
    path.write_bytes(STORED)
    return path


def test_a_file_of_git_lfs(site: Repository, picture: Path) -> None:
    """It is what its pointer names."""
    assert work_tree.changed(site) == []


def test_a_file_of_git_lfs_that_was_changed(site: Repository, picture: Path) -> None:
    """Its digest tells, and so does one that was added or is gone."""
    picture.write_bytes(b"another one")
    assert work_tree.changed(site) == [picture.name]
    git(site.path, "add", picture.name)
    assert work_tree.changed(site) == [picture.name]
    git(site.path, "reset", "--quiet", "--hard")
    picture.unlink()
    assert work_tree.changed(site) == [picture.name]


def test_a_file_that_looks_like_a_pointer(site: Repository, picture: Path) -> None:
    """What is there is compared with what git has, and with nothing that stands in it."""
    (site.path / "file").write_bytes(POINTER.encode())
    assert work_tree.changed(site) == ["file"]


def test_several(site: Repository, picture: Path) -> None:
    """Each by its name, as it is."""
    git(site.path, "mv", picture.name, "b.png")
    (site.path / "file").write_text("changed")
    assert work_tree.changed(site) == ["a picture.png", "b.png", "file"]
