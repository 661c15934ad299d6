"""Which release a name stands for: a tag, or a commit and the tag that is on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import UsageError, listed, one_line
from . import clone
from .git import GitError, Repository, is_ref_part
from .record import is_record

_SECONDS: Final = 10.0  # for each git command: a run that waits for them has an end
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


def resolve(repository: Repository, name: str) -> tuple[str, str] | None:
    """Return a release's tag and commit; None if the repository has no such release.

    If ``name`` is a commit, the tag is the one release tag on it. If there is none, or several, the
    first twelve digits of the commit stand in its place.
    """
    known = is_ref_part(name) and not is_record(name)
    commit = repository.commit_of(f"refs/tags/{name}") if known else None
    if commit is not None:
        return name, commit
    commit = repository.commit_of(name) if is_commit(name) else None
    if commit is None:
        return None
    releases = releases_on(repository, commit)
    return (releases[0] if len(releases) == 1 else commit[:12]), commit


def commit_of(environment: Environment, tag: str) -> str:
    """Return the commit that a tag is on, here or at the origin; empty where git does not tell."""
    if not is_ref_part(tag):
        return ""
    ref = f"refs/tags/{tag}"
    try:
        repository = clone.opened(environment, _SECONDS)
        commit = repository.commit_of(ref)
        if commit is not None or not repository.uses_origin:
            return commit or ""
        listed = repository.run("ls-remote", "--tags", "origin", ref, f"{ref}^{{}}")
    except (GitError, UsageError):  # as where the environment names no repository
        return ""
    return listed.splitlines()[-1].partition("\t")[0] if listed else ""  # a tag's commit is last


def resolve_option(repository: Repository, option: str, name: str) -> tuple[str, str]:
    """Return the tag and the commit of the release that ``option`` (``--release``, ``--to``) names.

    Raises BadEnvironment if the repository has no such release.
    """
    resolved = resolve(repository, name)
    if resolved is None:
        raise BadEnvironment(f"{option} {one_line(name, 80)!r}: {why_unknown(repository, name)}")
    return resolved


def why_unknown(repository: Repository, name: str) -> str:
    """Say why a repository has no release called ``name``, and which may be meant."""
    if not is_ref_part(name):
        return (
            "a release's name may hold letters from A to Z, digits and . _ + = , % # / - alone; "
            "make a tag of such a name on its commit"
        )
    if is_commit(name) and (commit := repository.commit_of(name)):
        tags = releases_on(repository, commit)
        return f"it is a commit; {f'its tag is {listed(tags)}' if tags else 'it has no tag'}"
    meant = _branch_words(repository, name) or near_words(repository, name)
    return f"{repository.path} has no such tag or commit{meant}"


def near_words(repository: Repository, name: str) -> str:
    """Return the end of a sentence that names up to three releases that may be meant: they begin
    like ``name``, up to the first digit, in any case. Empty if there are none. Raises GitError.
    """
    start = _start(name)
    alike = [release for release in _releases(repository) if _start(release) == start]
    names = get_close_matches(name, alike, n=3, cutoff=0.0)
    return f"; near: {', '.join(names)}" if names else ""


def _branch_words(repository: Repository, name: str) -> str:
    """Return the end of a sentence that says that ``name`` is a branch, and which tags are there;
    empty if it is none.
    """
    for ref in (f"refs/heads/{name}", f"refs/remotes/origin/{name}"):
        if is_ref_part(name) and (commit := repository.commit_of(ref)):
            tags = releases_on(repository, commit)
            return f"; it is a branch{f' at {listed(tags)}' if tags else ', without a tag'}"
    return ""


def is_commit(name: str) -> bool:
    """Return whether ``name`` may be the name of a commit, or the beginning of one."""
    return _COMMIT.fullmatch(name) is not None


def _start(name: str) -> str:
    return re.split(r"\d", name.lower(), maxsplit=1)[0]


def releases_on(repository: Repository, commit: str) -> list[str]:
    """Return the tags on ``commit`` that are no records. Raises GitError."""
    return _releases(repository, f"--points-at={commit}")


def _releases(repository: Repository, *options: str) -> list[str]:
    patterns = ("refs/tags/*", "refs/tags/*/*", "refs/tags/*/*/*")  # a record's has one part more
    return [name for name in repository.tags(*options, *patterns) if not is_record(name)]


def refuse_slip(environment: Environment, name: str, served: Iterable[Sequence[str]]) -> None:
    """Raise BadEnvironment if ``name`` can only be misspelt.

    That is certain if three things hold. Every edge ``served`` a release that git knows by one of
    these names. Neither the repository nor its origin has one called ``name``. Others begin like
    it; or it is a branch, and what is served are tags. If git does not tell, do nothing: somebody
    may tag the release later.
    """
    try:
        repository = clone.opened(environment, _SECONDS)
        branch = _branch_words(repository, name)
        meant = branch or near_words(repository, name)
        known = partial(_has_tag if branch else resolve, repository)  # some releases are branches
        if not meant or not _is_unknown(repository, name) or not _all_known(known, served):
            return
    except (GitError, UsageError):  # as where the environment names no repository
        return
    has = f"{repository.path}{' and its origin have' if repository.uses_origin else ' has'}"
    raise BadEnvironment(f"--release {one_line(name, 80)!r}: {has} no such tag{meant}")


def _is_unknown(repository: Repository, name: str) -> bool:
    is_tag = is_ref_part(name) and not is_commit(name)
    if not is_tag or repository.is_shallow or resolve(repository, name) is not None:
        return False
    if not repository.uses_origin:
        return True
    return not repository.run("ls-remote", "--tags", "origin", f"refs/tags/{name}")


def _has_tag(repository: Repository, name: str) -> bool:
    return is_ref_part(name) and repository.commit_of(f"refs/tags/{name}") is not None


def _all_known(known: Callable[[str], object], served: Iterable[Sequence[str]]) -> bool:
    """Return whether each of these releases, if there is any, has a name that is ``known``."""
    are_known = [any(map(known, names)) for names in served]
    return bool(are_known) and all(are_known)
