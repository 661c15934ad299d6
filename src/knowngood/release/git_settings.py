"""The release side's keys in git's configuration. A wrong value is an error that names its key: if
it were ignored, nothing would guard the branch.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..safety import UsageError, one_line
from .git import Repository, is_ref_part

REVIEW: Final = "knowngood.review"
MARK: Final = "knowngood.mark"
BRANCH: Final = "knowngood.branch"
SIGNERS: Final = "knowngood.signers"

_REVIEWED: Final = ("first-parent", "every-commit")
"""Which commits must be reviewed, the default first; as [gate] review has it."""


class BadSetting(UsageError):
    """A key of git's configuration has a wrong value; the message names both."""

    def __init__(self, key: str, value: str, why: str, allowed: str) -> None:
        super().__init__(
            f'git config {key}: found "{one_line(value)}": {one_line(why)}; allowed: {allowed}; '
            f"next: set it, or git config --unset-all {key}"
        )


def review(repository: Repository) -> str:
    """Return which commits must be reviewed. Raises BadSetting, GitError."""
    value = repository.setting(REVIEW)
    if value not in {None, *_REVIEWED}:
        why = f"which commits are judged; a regular expression for messages is {MARK}"
        raise BadSetting(REVIEW, value or "", why, " or ".join(_REVIEWED))
    return value or _REVIEWED[0]


def mark(repository: Repository) -> re.Pattern[str] | None:
    """Return what the message of a commit must contain; None if nothing is configured. ``^`` and
    ``$`` are those of a line. Raises BadSetting, GitError.
    """
    value = repository.setting(MARK)
    if value is None:
        return None
    allowed = r"a regular expression of Python's, such as \b[ra]=\w+"
    try:
        pattern = re.compile(value, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadSetting(MARK, value, f"no regular expression: {error}", allowed) from None
    if pattern.search(""):
        raise BadSetting(MARK, value, "an empty message has it", allowed)
    return pattern


def branch(repository: Repository) -> str:
    """Return the ref of the branch that releases are made from. Raises BadSetting, GitError."""
    value = repository.setting(BRANCH)
    name = "release" if value is None else value.removeprefix("refs/heads/")
    if not is_ref_part(name):
        raise BadSetting(BRANCH, value or "", "no name of a branch", "such as release")
    return f"refs/heads/{name}"


def signers(repository: Repository) -> Path | None:
    """Return the file of those who may sign records (ssh-keygen(1), ALLOWED SIGNERS), None if
    anybody may write one. A relative path starts at the repository's git folder. Raises BadSetting,
    GitError.
    """
    value = repository.setting(SIGNERS)
    if value is None:
        return None
    folder = repository.run("rev-parse", "--absolute-git-dir").removesuffix("\n")
    path = Path(folder, value)
    if not path.is_file():
        raise BadSetting(SIGNERS, value, f"{path} is no file", "a file of allowed signers")
    return path
