"""The mark by which a commit says who reviewed it.

As Mozilla's history has it: "Bug 123 - Fix it. r=alice,bob". ``r?alice`` asks for a review and
``r=me`` names nobody, so neither is one. Whether the mark is true git cannot tell: it is there so
that nothing is pushed which nobody thought of showing to a second person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from ..safety import one_line
from . import git_settings
from .git import Repository
from .git_objects import GitObject, decoded, objects

DEFAULT: Final = re.compile(
    r"(?<![^\s(\[.,;])r="  # neither "sr=" nor the "?r=" of a URL
    r"(?:me,)?(?!me\b(?![.+@-]\w))"
    r"[:#]?\w[\w.+@-]*+(?!\?)"
)
SHOWN: Final = 10
"""Commits that a refusal names; the rest it counts."""

_TAKEN_BACK: Final = re.compile(r'\A\s*(?:Revert|Reapply) ".*"')
_MERGE: Final = re.compile(r"\A\s*Merge ")
_SCISSORS: Final = re.compile(rb"^\S+ -{24} >8 -{24}\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """What a message must contain.

    Attributes:
        pattern: what must match somewhere in it.
        allowed: the same in words, for people.
    """

    pattern: re.Pattern[str]
    allowed: str

    @classmethod
    def of(cls, repository: Repository) -> ReviewRule:
        """Return the repository's rule. Raises BadSetting, GitError."""
        configured = git_settings.review(repository)
        if configured is not None:
            allowed = (
                f"what {one_line(configured.pattern)} matches (git config {git_settings.REVIEW})"
            )
            return cls(configured, allowed)
        usual = cls.usual()
        other = f"git config {git_settings.REVIEW} takes another regular expression"
        return cls(usual.pattern, f"{usual.allowed}; {other}")

    @classmethod
    def usual(cls) -> ReviewRule:
        """Return the rule that holds where nothing is configured."""
        allowed = 'r=NAME, as in "Bug 123 - Fix it. r=alice,bob" (r? only asks, r=me names nobody)'
        return cls(DEFAULT, allowed)

    @classmethod
    def by(cls, expression: str) -> ReviewRule:
        """Return the rule that a regular expression makes."""
        return cls(re.compile(expression, re.MULTILINE), f"what {one_line(expression)} matches")

    def marks(self, message: str) -> bool:
        """Return whether the message has the mark. A revert quotes the subject of what it takes
        back, with its mark; it needs one of its own, since it changes what is live.
        """
        return self.pattern.search(_TAKEN_BACK.sub("", message)) is not None


ReviewedCommit = tuple[GitObject, bool]
"""A commit, and whether it passes the review rule."""


def reviewed(
    repository: Repository, names: Sequence[str], rule: ReviewRule
) -> Iterator[ReviewedCommit]:
    """Yield these commits (full names), each with whether it passes: it has the mark, or it is a
    merge that is the same as git's automatic merge. Raises GitError.
    """
    plain_merges = _plain_merges(repository, names)
    for commit in objects(repository, names):
        marked = not commit.too_large and rule.marks(commit.message)
        yield commit, marked or commit.name in plain_merges


def _plain_merges(repository: Repository, names: Sequence[str]) -> Set[str]:
    """Return the merges of two parents among these that are the same as git's automatic merge: no
    change was added, none dropped, no conflict resolved by a person.
    """
    given = "".join(f"{name}\n" for name in names)
    sift = ("rev-list", "--no-walk=unsorted", "--merges", "--max-parents=2", "--stdin")
    merges = repository.run(*sift, given=given) if names else ""
    if not merges:
        return frozenset()
    again = ("log", "--no-walk=unsorted", "--stdin", "--format=%H", "--remerge-diff", "--raw")
    exactly = ("--no-renames", "--ignore-submodules=none", "--no-show-signature")
    unchanged: set[str] = set()
    last = ""
    plainly = repository.without_programs()
    for line in repository.run(*plainly, *again, *exactly, given=merges).splitlines():
        if line.startswith(":"):  # a file that is another one there
            unchanged.discard(last)
        elif line:
            last = line
            unchanged.add(line)
    return unchanged & set(merges.split())


def unmarked(repository: Repository, new: str, *known: str) -> list[str]:
    """Return the commits that ``new`` has and ``known`` has not, and that lack the mark: a line for
    each of the first ones, and what to do; empty where all have it. ``known`` are commits, or
    options of git-rev-list that stand for some. Raises BadSetting, GitError.
    """
    rule = ReviewRule.of(repository)
    names = repository.run("rev-list", new, "--not", *known).split()
    lines = [_line(commit) for commit, passes in reviewed(repository, names, rule) if not passes]
    if not lines:
        return []
    if len(lines) > SHOWN:
        lines[SHOWN:] = [f"… and {len(lines) - SHOWN} more"]
    how = "next: git commit --amend for the last commit, git rebase --interactive for older ones"
    return [*lines, f"allowed: {rule.allowed}", how]


def refusal(repository: Repository, message: bytes, edited: bool) -> list[str]:
    """Return why git must not commit with this message; empty where nothing is wrong.
    ``edited``: a person had it in an editor. Raises BadSetting, GitError.
    """
    text = _without_comments(repository, message, edited)
    rule = ReviewRule.of(repository)
    if rule.marks(text) or _merges(repository, text):
        return []
    subject = text.strip().partition("\n")[0]
    shown = f'"{one_line(subject, 100)}"' if subject else "an empty message"
    return [f"found: {shown}: no review mark", f"allowed: {rule.allowed}"]


def _line(commit: GitObject) -> str:
    if commit.is_merge:
        return (
            f"{commit}: a merge commit needs a review mark if it differs from git's automatic merge"
        )
    return f"{commit}: no review mark"


def _without_comments(repository: Repository, message: bytes, edited: bool) -> str:
    """Return what git keeps of a message, as far as a hook can know: git removes the comments where
    there was an editor, so a mark in one of them is none. ``-m "#123 …"`` is no comment.
    """
    text = _SCISSORS.split(message, 1)[0]
    how = repository.setting("commit.cleanup") or "default"
    if how == "strip" or (how == "default" and edited):
        text = repository.read("stripspace", "--strip-comments", given=text)
    return decoded(text)


def _merges(repository: Repository, message: str) -> bool:
    """Return whether a merge is being made, or may be getting another message: git does not tell
    its hook. The merge is checked again when it is pushed.
    """
    if repository.commit_of("MERGE_HEAD") is not None:
        return True
    head = repository.commit_of("HEAD") if _MERGE.match(message) else None
    return head is not None and next(objects(repository, [head])).is_merge
