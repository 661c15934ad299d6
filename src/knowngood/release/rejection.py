"""Mark a release as bad on some environments, or take that mark away."""

from __future__ import annotations

from collections.abc import Sequence

from ..environment import Environment
from ..safety import Say
from . import clone, record_store
from .git import Repository
from .record import REJECTED, WITHDRAWN, RecordKind
from .release_name import resolve_option


def reject(
    environments: Sequence[Environment], release: str, why: str, *, undo: bool, say: Say
) -> None:
    """Record on each of these environments that ``release`` is bad, or, with ``undo``, that it no
    longer counts as bad. Raises BadEnvironment where there is no such release, GitError,
    RecordNotWritten.
    """
    for environment in environments:
        repository = clone.opened(environment)
        clone.fetch(repository)
        tag, commit = resolve_option(repository, "--release", release)
        name = record(repository, environment.name, tag, commit, why, undo=undo)
        say(f"recorded: {name}")


def record(
    repository: Repository, environment: str, release: str, commit: str, why: str, *, undo: bool
) -> str:
    """Write the record of a rejection, or of its end, and push it where there is an origin; return
    its name. Raises GitError, RecordNotWritten.
    """
    verdict = WITHDRAWN if undo else REJECTED
    rejection = record_store.record_now(
        repository, RecordKind.REJECTED, environment, release, commit, verdict, reason=why
    )
    return record_store.enter(repository, rejection, push_it=repository.has_origin)
