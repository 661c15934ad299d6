"""Commits and tags, read to the byte."""

from __future__ import annotations

import pytest
from clones import Clone

from knowngood.release import git_objects
from knowngood.release.git import GitError, Repository


def read(clone: Clone, *names: str) -> list[git_objects.GitObject]:
    return list(git_objects.objects(Repository(clone.path), names))


def raw(clone: Clone, kind: str, content: bytes) -> str:
    """An object that git would not write itself; its name."""
    options = ("-t", kind, "-w", "--literally", "--stdin")
    return clone.git("hash-object", *options, stdin=content)


def test_objects_come_in_order_however_many_are_read_at_once(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that two refs name comes twice."""
    names = [clone.commit(f"Commit {number}") for number in range(7)]
    monkeypatch.setattr(git_objects, "_AT_ONCE", 3)
    wanted = [*names, names[0], names[0]]
    assert [each.name for each in read(clone, *wanted)] == wanted
    assert [each.subject for each in read(clone, names[3])] == ["Commit 3"]
    assert read(clone) == []


def test_a_signature_s_lines_are_no_headers(clone: Clone) -> None:
    """A merge is what has two parents itself, not what quotes a tag that speaks of them."""
    tree = clone.git("rev-parse", "HEAD^{tree}")
    head = clone.git("rev-parse", "HEAD")
    content = (
        f"tree {tree}\nparent {head}\nauthor Ann <a@example.org> 1 +0000\n"
        f"mergetag object {head}\n parent {head}\n parent {head}\n\n\nSubject\n\nparent x\n"
    )
    (found,) = read(clone, raw(clone, "commit", content.encode()))
    assert (found.is_merge, found.person, found.subject) == (False, "Ann", "Subject")


def test_what_follows_a_nul_is_not_there(clone: Clone) -> None:
    """No git shows it, so no mark may hide there."""
    tree = clone.git("rev-parse", "HEAD^{tree}")
    (found,) = read(clone, raw(clone, "commit", f"tree {tree}\n\nFix\0 r=alice\n".encode()))
    assert found.message == "Fix"


def test_a_large_object_is_named_and_not_read(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those beside it are."""
    small = clone.commit("Small")
    large = clone.commit("Large " + "x" * 1000)
    monkeypatch.setattr(git_objects, "LARGEST", 1000)
    one, other = read(clone, large, small)
    assert (one.name, one.too_large, one.message) == (large, True, "")
    assert (other.name, other.too_large, other.subject) == (small, False, "Small")


def test_an_object_that_is_not_there_is_told(clone: Clone) -> None:
    """By its name."""
    with pytest.raises(GitError, match=r"the object 1{40} is not there"):
        read(clone, "1" * 40)
