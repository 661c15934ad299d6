"""Find an environment of another suite whose records count as those of this suite: it has the same
name, and keeps them in the same repository. In a repository with several services a release that
PASSED on the stage of one would count for the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..environment import BadEnvironment, Environment, load
from .clone import place
from .git import GitError, Repository
from .suite_place import environment_files

TO_DO: Final = "rename the one of the two that has no records, also where promotes_from names it"


def of(environment: Environment, name: str) -> Path | None:
    """Return the file of another suite in the same git repository that has an environment called
    ``name``, as this suite has, for another deployment; None if there is none.
    """
    mine = environment.path.with_name(f"{name}.toml")
    try:
        files = environment_files(Repository(environment.root), name)
    except GitError:  # the suite is in no repository
        return None
    paths = ((environment.root / file).resolve() for file in files)
    return next((p for p in paths if p != mine.resolve() and _share(mine, p)), None)


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


def _share(one: Path, other: Path) -> bool:
    """Return whether two environment files keep their records in one place, and are of two
    deployments.
    """
    mine, theirs = _loaded(one), _loaded(other)
    if mine is None or theirs is None or theirs.release is None or place(theirs) != place(mine):
        return False
    return theirs.origins != mine.origins or not mine.origins


def _loaded(path: Path) -> Environment | None:
    try:
        return load(str(path), path.parent.parent, secrets=False)
    except BadEnvironment:
        return None
