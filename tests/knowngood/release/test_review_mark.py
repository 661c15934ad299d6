"""Who reviewed a change, by its message: what people write, and what only looks like it."""

from pathlib import Path

import pytest

from knowngood.release.git import Repository
from knowngood.release.review_mark import is_reviewed, people

ANN = "Ann Lee <ann@example.org>"
TRAILER = "Fix it\n\nIt was broken.\n\n"


def reviewers(message: str) -> list[str]:
    """Who reviewed it. git reads trailers without a repository, too."""
    return people(Repository(Path.cwd()), message)[0]


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Bug 123 - Fix it. r=alice", ["alice"]),
        ("Bug 123 - Fix it. r=alice,bob", ["alice", "bob"]),
        ("Bug 123 - Fix it. r=alice, bob", ["alice", "bob"]),
        ("Fix it r=alice a=carol", ["alice"]),
        ("Fix it r=alice r?bob", ["alice"]),
        ("Fix it (r=alice)", ["alice"]),
        ("Fix it; r=:alice.", ["alice"]),
        ("Fix it r=me,#frontend", ["frontend"]),
        ("Fix it r=alice (#123)", ["alice"]),
        ("Fix it r=Émile", ["Émile"]),
        ("A subject on two lines\nr=alice\n\nIts body.", ["alice"]),
        (f"{TRAILER}Reviewed-by: Bob <bob@example.org>\n", ["Bob <bob@example.org>"]),
        (f"{TRAILER}Approved-by: bob\nSigned-off-by: {ANN}\n", ["bob"]),
        (f"{TRAILER}reviewed-by: bob", ["bob"]),
        (f"{TRAILER}r=alice,bob", ["alice", "bob"]),
        (f'Revert "Fix it r=alice" r=bob\n\nThis reverts {"a" * 40}.', ["bob"]),
        ("fixup! Fix it r=alice\n\nIt was wrong. r=bob", ["bob"]),
        ("squash! Fix it r=alice\n\nMore.\n\nReviewed-by: bob", ["bob"]),
        (f'Revert "Fix it"\n\nThis reverts {"a" * 40}.\n\nReviewed-by: bob', ["bob"]),
    ],
)
def test_marks(message: str, names: list[str]) -> None:
    """The last words of the subject, and git's trailers."""
    assert sorted(reviewers(message)) == sorted(names)


@pytest.mark.parametrize(
    "message",
    [
        "Set r=0 in config",
        "Set r=0",
        "Set r=max in config",
        "Fix it r?alice",
        "Fix it r=me",
        "Fix it r=Me,none",
        "Fix it r=nobody",
        "Fix it r=self",
        f"{TRAILER}Reviewed-by: pending\n",
        f"{TRAILER}r=none\n",
        "Fix it sr=alice",
        "Link https://h/?r=alice",
        "Fix it",
        "",
        "Fix it\n\nr=alice is what this was about, and not who read it.",
        "Fix it\n\nReviewed-by: bob\n\nThat was the last version.",
        f"{TRAILER}Reviewed-by:\n",
        f'Revert "Fix it r=alice"\n\nThis reverts {"a" * 40}.',
        f'Reapply "Fix it r=alice"\n\nThis reverts {"a" * 40}.',
        "fixup! Fix it r=alice",
        "fixup! fixup! Fix it r=alice",
        "squash! Fix it r=alice\n\nOne more line.",
        "amend! Fix it r=alice\n\nFix it better r=alice\n\nReviewed-by: alice",
    ],
)
def test_no_marks(message: str) -> None:
    """A word that looks like it, one that only asks, and the quoted mark of another commit."""
    assert reviewers(message) == []


def test_a_huge_subject() -> None:
    """Only its end is looked at: nothing takes long."""
    assert reviewers("r=a," * 200_000 + " r=alice") == ["alice"]


@pytest.mark.parametrize(
    ("reviewer", "author"),
    [
        ("ann", ANN),
        ("Ann Lee", ANN),
        ("AnnLee", ANN),
        ("ann@example.org", ANN),
        ("Ann <ANN@example.org>", ANN),
        ("Ann Lee <ann@home.example>", ANN),
        ("ann-lee", "Ann Lee <al@example.org>"),
        ("octo-ann", "A <123+octo-ann@users.noreply.github.com>"),
    ],
)
def test_oneself(reviewer: str, author: str) -> None:
    """By name, by address, by what stands before the @: it is nobody's review."""
    for person in (author, f"{author} 1385553600 +0000", f"{author} 1385553600 -0830"):
        assert not is_reviewed([reviewer], [person])
        assert is_reviewed([reviewer, "bob"], [person])


def test_several_authors() -> None:
    """Each has a reviewer who is somebody else; two may have read each other's."""
    assert not is_reviewed(["bob"], [ANN, "Bob <bob@x>"])
    assert is_reviewed(["bob", "ann"], [ANN, "Bob <bob@x>"])
    assert is_reviewed(["carol"], [ANN, "Bob <bob@x>"])
    assert not is_reviewed([], [])


def test_who_wrote_it_together() -> None:
    """A co-author is an author."""
    message = f"{TRAILER}Reviewed-by: bob\nCo-authored-by: Bob <bob@x>\n"
    assert people(Repository(Path.cwd()), message) == (["bob"], ["Bob <bob@x>"])
