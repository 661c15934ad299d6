"""Which commits somebody reviewed: by the mark in their message, or by approvals of a code host.

Whether a mark is true git cannot tell: it is there so that nothing is pushed which nobody thought
of showing to a second person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ..safety import and_more, listed, one_line
from . import git_settings
from .git import Repository
from .git_objects import GitObject, decoded, objects
from .review_mark import is_reviewed, is_to_squash, people, without_quote

if TYPE_CHECKING:
    from ..environment import GateRules

SHOWN: Final = 10
"""Commits that a refusal names; the rest it counts."""

_EVERY: Final = "every-commit"
_USUAL: Final = (
    'r=NAME as the last words of the subject, as in "Bug 123 - Fix it. r=alice,bob" (r? only asks, '
    "r=me names nobody), or Reviewed-by: NAME in the last paragraph; somebody else than the author"
)
_MERGE: Final = re.compile(r"\A\s*Merge ")
_SCISSORS: Final = re.compile(rb"^\S+ -{24} >8 -{24}\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """What counts as reviewed.

    Attributes:
        allowed: what a commit must have, in words for people.
        every_commit: whether each commit is judged, and not only those of the first-parent line: a
            merge stands for what it brings.
        pattern: what must match somewhere in a message; None: the usual mark.
        approved: the commits that a code host says are approved; None: messages decide.
    """

    allowed: str = _USUAL
    every_commit: bool = False
    pattern: re.Pattern[str] | None = None
    approved: Set[str] | None = None

    @classmethod
    def of_gate(cls, gate: GateRules) -> ReviewRule:
        """Return the rule of an environment. Raises BadEnvironment."""
        rule = cls(every_commit=gate.review == _EVERY)
        if gate.reviews_file is not None:
            from .review_approvals import approved_commits  # hooks, which start often, need none

            approved = approved_commits(gate.reviews_file, gate.reviews)
            allowed = f"an approval by somebody else than the author in {gate.reviews_file}"
            return replace(rule, approved=approved, allowed=allowed)
        if not gate.mark:
            return rule
        pattern = re.compile(gate.mark, re.MULTILINE)
        return replace(rule, pattern=pattern, allowed=f"what {one_line(gate.mark)} matches")

    @classmethod
    def of(cls, repository: Repository) -> ReviewRule:
        """Return the rule of a repository's hooks. Raises BadSetting, GitError."""
        rule = cls(every_commit=git_settings.review(repository) == _EVERY)
        pattern = git_settings.mark(repository)
        if pattern is not None:
            setting = f"(git config {git_settings.MARK})"
            allowed = f"what {one_line(pattern.pattern)} matches {setting}"
            return replace(rule, pattern=pattern, allowed=allowed)
        other = f"git config {git_settings.MARK} takes a regular expression in its place"
        return replace(rule, allowed=f"{_USUAL}; {other}")

    def is_met(self, repository: Repository, message: str, authors: Sequence[str]) -> bool:
        """Return whether a message says that somebody else than ``authors`` reviewed it. Raises
        GitError.
        """
        if self.pattern is not None:
            return self.pattern.search(without_quote(message)) is not None
        reviewers, further = people(repository, message)
        return is_reviewed(reviewers, [*authors, *further])

    def part_authors(self, repository: Repository, message: str) -> str:
        """Return the end of a sentence that says who is named as a reviewer and wrote part of the
        change; empty if that is nobody. Raises GitError.
        """
        if self.pattern is not None or self.approved is not None:
            return ""
        reviewers, further = people(repository, message)
        wrote = [author for author in further if reviewers and not is_reviewed(reviewers, [author])]
        names = listed([one_line(author.partition(" <")[0], 60) for author in wrote])
        return f"; {names} wrote part of it (Co-authored-by)" if wrote else ""


ReviewedCommit = tuple[GitObject, bool]
"""A commit, and whether it passes the review rule."""


def outgoing(
    repository: Repository, new: str, known: Sequence[str], rule: ReviewRule
) -> list[ReviewedCommit]:
    """Return the commits that must be reviewed of those that ``new`` has and ``known`` has not,
    each with whether it is.

    ``known`` are commits, or options of git-rev-list that stand for some. What a merge without
    review brings is judged commit by commit. Raises GitError.
    """
    line = () if rule.every_commit else ("--first-parent",)
    names = repository.run("rev-list", *line, new, "--not", *known).split()
    commits = list(objects(repository, names))
    passing = {commit.name for commit in commits if _is_reviewed(repository, commit, rule)}
    brought: dict[str, None] = {}
    for commit in commits:
        if commit.is_merge and commit.name not in passing and not rule.every_commit:
            brought |= dict.fromkeys(_brought_by(repository, commit, *known))
    inner = list(objects(repository, [name for name in brought if name not in set(names)]))
    passing |= {commit.name for commit in inner if _is_reviewed(repository, commit, rule)}
    judged = [*commits, *inner]
    passing |= _plain_merges(repository, [c.name for c in judged if c.name not in passing])
    return [(commit, commit.name in passing) for commit in judged]


def _is_reviewed(repository: Repository, commit: GitObject, rule: ReviewRule) -> bool:
    """Return whether a commit was reviewed itself: of a merge, by others than those who made what
    it brings.
    """
    if rule.approved is not None:
        return commit.name in rule.approved
    if commit.too_large:
        return False
    makers = [commit]
    if commit.is_merge:
        brought = objects(repository, _brought_by(repository, commit))
        makers = [other for other in brought if not other.is_merge] or makers
    return rule.is_met(repository, commit.message, [maker.header("author") for maker in makers])


def _brought_by(repository: Repository, merge: GitObject, *known: str) -> list[str]:
    """Return a merge and the commits that it brings; nothing if the history is cut off."""
    first = f"{merge.name}^1"
    if repository.commit_of(first) is None:
        return []
    return repository.run("rev-list", merge.name, "--not", first, *known).split()


def _plain_merges(repository: Repository, names: Sequence[str]) -> Set[str]:
    """Return the merges of two parents among these that are the same as git's automatic merge: no
    change was added, none dropped, no conflict resolved by a person.
    """
    stdin = "".join(f"{name}\n" for name in names)
    sift = ("rev-list", "--no-walk=unsorted", "--merges", "--max-parents=2", "--stdin")
    merges = repository.run(*sift, stdin=stdin) if names else ""
    if not merges:
        return frozenset()
    again = ("log", "--no-walk=unsorted", "--stdin", "--format=%H", "--remerge-diff", "--raw")
    exactly = ("--no-renames", "--ignore-submodules=none", "--no-show-signature")
    unchanged: set[str] = set()
    last = ""
    plainly = repository.without_programs()
    for line in repository.run(*plainly, *again, *exactly, stdin=merges).splitlines():
        if line.startswith(":"):  # a file that is another one there
            unchanged.discard(last)
        elif line:
            last = line
            unchanged.add(line)
    return unchanged & set(merges.split())


def unmarked(repository: Repository, new: str, *known: str) -> list[str]:
    """Return the commits that ``new`` has and ``known`` has not, and that lack the mark: a line for
    each of the first ones, and what to do; empty if all have it. ``known`` are commits, or
    options of git-rev-list that stand for some. Raises BadSetting, GitError.
    """
    rule = ReviewRule.of(repository)
    judged = outgoing(repository, new, known, rule)
    lines = [
        f"{_line(commit)}{rule.part_authors(repository, commit.message)}"
        for commit, passes in judged
        if not passes
    ]
    if not lines:
        return []
    lines[SHOWN:] = and_more(len(lines) - SHOWN)
    how = "next: git commit --amend for the last commit, git rebase --interactive for older ones"
    return [*lines, f"allowed: {rule.allowed}", how]


def refusal(repository: Repository, message: bytes, edited: bool) -> list[str]:
    """Return why git must not commit with this message; empty if nothing is wrong.
    ``edited``: a person had it in an editor. Raises BadSetting, GitError.
    """
    text = _without_comments(repository, message, edited)
    rule = ReviewRule.of(repository)
    author = repository.run("var", "GIT_AUTHOR_IDENT").strip()
    if rule.is_met(repository, text, [author]) or _merges(repository, text):
        return []
    if is_to_squash(text):  # that is for later: a push of it to the release branch is refused
        return []
    subject = text.strip().partition("\n")[0]
    quoted = f'"{one_line(subject, 100)}"' if subject else "an empty message"
    but = rule.part_authors(repository, text)
    return [f"found: {quoted}: no review mark{but}", f"allowed: {rule.allowed}"]


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
        text = repository.read("stripspace", "--strip-comments", stdin=text)
    return decoded(text)


def _merges(repository: Repository, message: str) -> bool:
    """Return whether a merge is being made, or may be getting another message: git does not tell
    its hook. The merge is checked again when it is pushed.
    """
    if repository.commit_of("MERGE_HEAD") is not None:
        return True
    head = repository.commit_of("HEAD") if _MERGE.match(message) else None
    return head is not None and next(objects(repository, [head])).is_merge
