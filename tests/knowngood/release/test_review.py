"""Which commits count as looked at: marked ones, and merges that bring nothing of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from clones import Clone

from knowngood.release.git import Repository
from knowngood.release.review import ReviewedCommit, ReviewRule, outgoing

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
    rule, repository = ReviewRule(every_commit=True), Repository(clone.path)
    judged = {name: dict(_by_name(outgoing(repository, name, [], rule)))[name] for name in names}
    return [judged[name] for name in names]


def _by_name(judged: Sequence[ReviewedCommit]) -> Iterator[tuple[str, bool]]:
    return ((commit.name, passes) for commit, passes in judged)


def test_what_git_merges_by_itself(forked: Clone) -> None:
    """It needs no mark, in whatever order it is asked for."""
    merge = merged(forked)
    marked, unmarked = forked.commit("Go on r=bob"), forked.commit("Go on")
    assert passes(forked, unmarked, merge, marked) == [False, True, True]
    assert passes(forked) == []


def test_who_wrote_it_is_known_by_name(clone: Clone) -> None:
    """Behind the address git keeps a date, which is no part of the name."""
    written = clone.commit("Fix it r=zoedoe", "--author=Zoe Doe <zd@example.org>")
    by_another = clone.commit("Fix it r=zoedoe", "--author=Zoe Poe <zp@example.org>")
    assert passes(clone, written, by_another) == [False, True]


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


def line(clone: Clone, rule: ReviewRule | None = None) -> dict[str, bool]:
    """The subjects that go out with main since Begin, and whether each passes."""
    begin = clone.git("rev-list", "--grep=^Begin", "main")
    judged = outgoing(Repository(clone.path), "main", [begin], rule or ReviewRule())
    return {commit.subject: passes for commit, passes in judged}


@pytest.fixture
def topic(clone: Clone) -> Clone:
    """A branch with two commits without marks, by Bob; main goes on with one that has a mark."""
    clone.commit("Begin")
    clone.git("switch", "-q", "-c", "topic")
    clone.commit("Try", "--author=Bob <bob@example.org>")
    clone.commit("Try again", "--author=Bob <bob@example.org>")
    clone.git("switch", "-q", "main")
    clone.commit("Go on r=carol")
    return clone


def merge(clone: Clone, message: str, author: str = "Alice <alice@example.org>") -> None:
    """Merge topic as a button does: Alice clicks it."""
    clone.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    clone.git("commit", "-q", "--no-verify", f"--author={author}", "-m", message)


@pytest.mark.parametrize(
    "message",
    ["Merge #12 r=alice", "Merge pull request #12\n\nReviewed-by: Alice <alice@example.org>"],
)
def test_a_merge_button(topic: Clone, message: str) -> None:
    """The merge's mark stands for what it brings, also that of who clicked it."""
    merge(topic, message)
    subject = message.partition("\n")[0]
    assert line(topic) == {subject: True, "Go on r=carol": True}


def test_a_merge_button_where_every_commit_counts(topic: Clone) -> None:
    """What it brings is judged as well."""
    merge(topic, "Merge #12 r=alice")
    judged = line(topic, ReviewRule(every_commit=True))
    assert {subject for subject, passes in judged.items() if not passes} == {"Try", "Try again"}


def test_a_merge_without_review(topic: Clone) -> None:
    """What it brings is judged commit by commit: a merge of git's own adds nothing."""
    merge(topic, "Merge topic")
    judged = line(topic)
    assert {subject for subject, passes in judged.items() if not passes} == {"Try", "Try again"}
    assert judged["Merge topic"]


def test_a_merge_that_its_author_reviewed(topic: Clone) -> None:
    """Bob may not review what Bob wrote by merging it."""
    merge(topic, "Merge topic r=bob", "Bob <bob@example.org>")
    assert not line(topic)["Try"]


def test_a_commit_that_its_author_reviewed(topic: Clone) -> None:
    """A mark of one's own is none."""
    topic.commit("Sneak it in r=bob", "--author=Bob <bob@example.org>")
    assert line(topic) == {"Sneak it in r=bob": False, "Go on r=carol": True}


def test_approvals_of_a_host(topic: Clone) -> None:
    """They decide alone: a mark is only a word, and what an approved merge brings is approved."""
    merge(topic, "Merge pull request #12")
    approved = frozenset({topic.git("rev-parse", "main")})
    judged = line(topic, ReviewRule(approved=approved))
    assert judged == {"Merge pull request #12": True, "Go on r=carol": False}
