"""Whose records count, and which of them are trusted."""

from __future__ import annotations

from pathlib import Path

from ..environment import Environment
from ..safety import one_line
from .git import GitError, Repository
from .record import Record
from .records import Trusted


def relevant_environments(environment: Environment) -> tuple[str, ...]:
    """Return the environments whose records decide about a release: this one first, and then those
    where the release must have passed.
    """
    before = (environment.promotes_from,) if environment.promotes_from is not None else ()
    return environment.name, *before, *environment.gate.requires


def trusted_records(environment: Environment, repository: Repository) -> Trusted:
    """Return a function that says whether a record counts: its release's tag is still on the
    record's commit, and one of the environment's signers signed it, where it names some.
    """
    signers = environment.gate.signers

    def counts(record: Record) -> bool:
        now = repository.commit_of(f"refs/tags/{record.release}")
        unmoved = now == record.commit or (now is None and record.commit.startswith(record.release))
        return unmoved and (signers is None or not untrusted(repository, record.ref, signers))

    return counts


def untrusted(repository: Repository, tag: str, signers: Path) -> str:
    """Return why the signature of a tag does not count; empty where one of ``signers``, an ssh
    allowed_signers file, made it.
    """
    try:
        repository.verify_tag(tag, signers)
    except GitError as error:
        return one_line(str(error).partition(": ")[2] or str(error), 200)
    return ""
