"""Which commits count as looked at: marked ones, and merges that bring nothing of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from clones import Clone

from knowngood.release.git import Repository
from knowngood.release.review import ReviewRule, reviewed

LINES = "".join(f"line {number}\n" for number in range(9))


@pytest.fixture
def forked(clone: Clone) -> Clone:
    """On main and on topic one file has changed, in different lines."""
    (clone.path / "page").write_text(LINES)
    (clone.path / "logo").write_bytes(b"\0one")
    clone.git("add", "-A")
    clone.commit("Begin r=alice")
    clone.git("switch", "-q", "-c", "topic")
    (clone.path / "page").write_text(LINES.replace("line 8", "topic's"))
    clone.commit("Change the end r=alice", "-a")
    clone.git("switch", "-q", "main")
    (clone.path / "page").write_text(LINES.replace("line 0", "main's"))
    clone.commit("Change the beginning r=alice", "-a")
    return clone


def merged(clone: Clone, change: str = ":", message: str = "Merge topic") -> str:
    """Merge topic and ``change`` something as that is done; the merge's name."""
    clone.run("git", "merge", "-q", "--no-ff", "--no-commit", "topic")
    done = clone.run("sh", "-c", change)
    assert done.returncode == 0, done.stderr
    clone.git("add", "-A")
    return clone.commit(message)


def passes(clone: Clone, *names: str) -> list[bool]:
    """Whether each of these commits may go on."""
    return [each for _, each in reviewed(Repository(clone.path), names, ReviewRule.usual())]


def test_what_git_merges_by_itself(forked: Clone) -> None:
    """It needs no mark, in whatever order it is asked for."""
    merge = merged(forked)
    marked, unmarked = forked.commit("Go on r=bob"), forked.commit("Go on")
    assert passes(forked, unmarked, merge, marked) == [False, True, True]
    assert passes(forked) == []


CHANGES = {
    "another file": "echo more >> logo",
    "a new file": "echo more > new",
    "a file gone": "git rm -qf logo",
    "a mode": "chmod +x page",
    "a link": "ln -s page link",
    "in a merged file": "sed -i 's/line 5/slipped in/' page",
    "a change dropped": "git checkout -q main -- page",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_merge_with_something_of_its_own(forked: Clone, change: str) -> None:
    """Nobody has seen that in any of its parents: it needs a mark, and with one it may go on."""
    merge = merged(forked, CHANGES[change])
    assert passes(forked, merge) == [False]
    forked.git("reset", "-q", "--hard", "HEAD^")
    assert passes(forked, merged(forked, CHANGES[change], "Merge topic r=bob")) == [True]


def test_a_conflict_that_a_person_resolved(forked: Clone) -> None:
    """Whichever way it was: the choice is a change."""
    (forked.path / "page").write_text(LINES.replace("line 8", "main's"))
    forked.commit("Change the end, too r=alice", "-a")
    merge = merged(forked, "git checkout -q --ours page")
    assert passes(forked, merge) == [False]


def test_a_merge_of_three(forked: Clone) -> None:
    """Git does not make it again, so nothing tells what is its own."""
    for name in ("other", "third"):
        forked.git("switch", "-q", "-c", name, "main")
        (forked.path / name).write_text(name)
        forked.git("add", name)
        forked.commit("Add it r=alice")
    forked.git("switch", "-q", "main")
    forked.git("merge", "-q", "--no-ff", "-m", "Merge all", "other", "third")
    assert passes(forked, forked.git("rev-parse", "HEAD")) == [False]


@pytest.mark.parametrize("setting", ["log.showSignature=true", "diff.ignoreSubmodules=all"])
def test_settings_of_whoever_asks(forked: Clone, setting: str) -> None:
    """They change nothing."""
    forked.git("config", *setting.split("="))
    evil = merged(forked, CHANGES["a new file"])
    forked.git("reset", "-q", "--hard", "HEAD^")
    assert passes(forked, evil, merged(forked)) == [False, True]


def test_a_history_that_is_cut_off(forked: Clone, tmp_path: Path) -> None:
    """Without its parents nobody can tell what a merge holds."""
    merge = merged(forked)
    path = tmp_path / "shallow"
    forked.git("clone", "-q", "--depth=1", f"file://{forked.path}", str(path))
    assert passes(Clone(path), merge) == [False]
