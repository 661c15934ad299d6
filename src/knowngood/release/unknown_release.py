"""Tell a release that does not exist from one that did not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import UsageError, one_line
from . import clone
from .git import GitError, Repository, is_ref_part
from .release_name import is_commit, near_words, resolve

_SECONDS: Final = 10.0  # for each git command: a run that waits for them has an end


def refuse(environment: Environment, name: str, served: Iterable[Sequence[str]]) -> None:
    """Raise BadEnvironment where ``name`` can only be a slip of the pen: every edge ``served`` a
    release that git knows, by one of these names, and neither the repository nor its origin has one
    called ``name``, although they have others that begin like it. Where git does not tell, do
    nothing: the release may be one that git is told of later.
    """
    try:
        repository = clone.opened(environment, _SECONDS)
        near = near_words(repository, name)
        if not near or not _is_unknown(repository, name) or not _all_known(repository, served):
            return
    except (GitError, UsageError):  # as where the environment names no repository
        return
    has = f"{repository.path}{' and its origin have' if repository.has_origin else ' has'}"
    raise BadEnvironment(f"--release {one_line(name, 80)!r}: {has} no such tag{near}")


def _is_unknown(repository: Repository, name: str) -> bool:
    is_tag = is_ref_part(name) and not is_commit(name)
    if not is_tag or repository.is_shallow or resolve(repository, name) is not None:
        return False
    if not repository.has_origin:
        return True
    return not repository.run("ls-remote", "--tags", "origin", f"refs/tags/{name}")


def _all_known(repository: Repository, served: Iterable[Sequence[str]]) -> bool:
    """Return whether each of these, if there is any, is a release of the repository."""
    known = [any(resolve(repository, name) for name in names) for names in served]
    return bool(known) and all(known)
