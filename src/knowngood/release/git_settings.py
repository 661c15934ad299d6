"""The release side's keys in git's configuration. A wrong value is told with its key; none is
passed over, since what it guards would stand open.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..safety.errors import UsageError
from ..safety.sanitize import one_line
from .git import Repository, is_ref_part

REVIEW: Final = "knowngood.review"
BRANCH: Final = "knowngood.branch"
SIGNERS: Final = "knowngood.signers"


class BadSetting(UsageError):
    """A key of git's configuration has a wrong value; the message names both."""

    def __init__(self, key: str, found: str, why: str, allowed: str) -> None:
        super().__init__(
            f'git config {key}: found "{one_line(found)}": {one_line(why)}; allowed: {allowed}; '
            f"next: set it, or git config --unset-all {key}"
        )


def review(repository: Repository) -> re.Pattern[str] | None:
    """What the message of a commit must contain, None where nothing is configured. ``^`` and ``$``
    are those of a line. Raises BadSetting, GitError.
    """
    found = repository.setting(REVIEW)
    if found is None:
        return None
    allowed = r"a regular expression of Python's, such as \b[ra]=\w+"
    try:
        pattern = re.compile(found, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadSetting(REVIEW, found, f"no regular expression: {error}", allowed) from None
    if pattern.search(""):
        raise BadSetting(REVIEW, found, "an empty message has it", allowed)
    return pattern


def branch(repository: Repository) -> str:
    """The ref of the branch that releases are made of. Raises BadSetting, GitError."""
    found = repository.setting(BRANCH)
    name = "release" if found is None else found.removeprefix("refs/heads/")
    if not is_ref_part(name):
        raise BadSetting(BRANCH, found or "", "no name of a branch", "such as release")
    return f"refs/heads/{name}"


def signers(repository: Repository) -> Path | None:
    """The file of those who may sign records (ssh-keygen(1), ALLOWED SIGNERS), None where anybody
    may write one. A relative path starts at the repository's git folder. Raises BadSetting,
    GitError.
    """
    found = repository.setting(SIGNERS)
    if found is None:
        return None
    folder = repository.run("rev-parse", "--absolute-git-dir").removesuffix("\n")
    path = Path(folder, found)
    if not path.is_file():
        raise BadSetting(SIGNERS, found, f"{path} is no file", "a file of allowed signers")
    return path
