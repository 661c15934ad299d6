"""Find an environment of another suite whose records count as those of this suite: it has the same
name, and keeps them in the same repository. In a repository with several services a release that
PASSED on the stage of one would count for the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..environment import FOLDER, BadEnvironment, Environment, load
from .clone import place
from .git import GitError, Repository

TO_DO: Final = "rename the one of the two that has no records, also where promotes_from names it"


def of(environment: Environment, name: str) -> Path | None:
    """Return the file of another suite in the same git repository that has an environment called
    ``name``, as this suite has, for another deployment; None if there is none.
    """
    mine = _loaded(environment.path.with_name(f"{name}.toml"))
    beside = f":(top,glob)**/{FOLDER}/{name}.toml"
    try:
        listed = Repository(environment.root).run("ls-files", "-z", "--", beside)
    except GitError:  # the suite is in no repository
        return None
    for file in filter(None, listed.split("\0") if mine is not None else ()):
        path = (environment.root / file).resolve()
        if path != environment.path.with_name(path.name).resolve() and _shares(mine, path):
            return path
    return None


def words(name: str, other: Path) -> str:
    """Say what is wrong with two environments of one name."""
    return (
        f"{other} is the {name} of another suite, and keeps its records in the same repository: "
        "what is on record of one counts for the other"
    )


def warning(environment: Environment) -> Iterator[str]:
    """Yield that another suite has an environment of this one's name, and what to do."""
    if (other := of(environment, environment.name)) is not None:
        yield f"{words(environment.name, other)}; {TO_DO}"


def _shares(mine: Environment | None, path: Path) -> bool:
    """Return whether the file at ``path`` keeps its records where ``mine`` does, and is of another
    deployment.
    """
    other = _loaded(path)
    if mine is None or other is None or other.release is None or place(other) != place(mine):
        return False
    return other.origins != mine.origins or not mine.origins


def _loaded(path: Path) -> Environment | None:
    try:
        return load(str(path), path.parent.parent, secrets=False)
    except BadEnvironment:
        return None
