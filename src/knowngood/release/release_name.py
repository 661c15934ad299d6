"""Which release a name stands for: a tag, or a commit and the tag that is on it."""

from __future__ import annotations

import re
from typing import Final

from ..environment import BadEnvironment
from ..safety import one_line
from .git import Repository, is_ref_part
from .record import is_record

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


def resolve(repository: Repository, name: str) -> tuple[str, str] | None:
    """Return a release's tag and commit; None where the repository has no such release.

    For a commit the tag is the one release tag on it; without one, or with several, the first
    twelve digits of the commit stand in its place.
    """
    known = is_ref_part(name) and not is_record(name)
    commit = repository.commit_of(f"refs/tags/{name}") if known else None
    if commit is not None:
        return name, commit
    commit = repository.commit_of(name) if _COMMIT.fullmatch(name) else None
    if commit is None:
        return None
    releases = releases_on(repository, commit)
    return (releases[0] if len(releases) == 1 else commit[:12]), commit


def resolve_option(repository: Repository, option: str, name: str) -> tuple[str, str]:
    """Return the tag and the commit of the release that ``option`` (``--release``, ``--to``) names.

    Raises BadEnvironment where the repository has no such release.
    """
    resolved = resolve(repository, name)
    if resolved is None:
        raise BadEnvironment(
            f"{option} {one_line(name, 80)!r}: {repository.path} has no such tag or commit"
        )
    return resolved


def releases_on(repository: Repository, commit: str) -> list[str]:
    """Return the tags on ``commit`` that are no records. Raises GitError."""
    patterns = ("refs/tags/*", "refs/tags/*/*", "refs/tags/*/*/*")  # a record's has one part more
    points = f"--points-at={commit}"
    listed = repository.run("for-each-ref", points, "--format=%(refname:lstrip=2)", *patterns)
    return [name for name in listed.splitlines() if not is_record(name)]
