"""Write a record into git, the only place where they are kept, and push it to the origin."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import Any, Final

from ..safety import RunnerError, UsageError, user_name, write_atomically
from . import clocks, clone, records, unpushed
from .git import GitError, Repository
from .record import Record, RecordKind

_IN_THE_WAY: Final = re.compile(r"'refs/tags/([^']+)' exists; cannot create")
_SIGNING: Final = re.compile(r"\bsign(?:ed|ingkey)?\b", re.I)


def identity(repository: Repository) -> tuple[str, str]:
    """Return who acts here, ``Name <address>``, as git or else this machine knows them, and the
    machine's name.
    """
    where = os.uname().nodename
    name = repository.setting("user.name") or user_name()
    address = repository.setting("user.email") or f"{user_name()}@{where}"
    return f"{name} <{address}>", where


def record_now(
    repository: Repository,
    kind: RecordKind,
    environment: str,
    release: str,
    commit: str,
    verdict: str,
    **details: Any,
) -> Record:
    """Return a record of what happens now; ``details`` are further fields of Record. It names the
    environment's newest record, and follows it. Raises GitError.
    """
    who, where = identity(repository)
    now = datetime.now(UTC)
    known = records.read(repository, now, [environment])
    last = known.newest(environment)
    fields = {"who": who, "where": where, "after": last.name if last else "", **details}
    record = Record(kind, environment, release, commit, now, verdict, **fields)
    return clocks.following(record, last, known.last(environment))


class RecordNotWritten(RunnerError):
    """A record that is in no repository yet; the message says where it is, and what to do."""


class RecordNotPushed(RecordNotWritten):
    """A record that is in this repository, and not at its origin."""


def write(repository: Repository, record: Record) -> str:
    """Write ``record`` into ``repository`` as a tag, signed where git is set up to sign; return the
    tag's name. One that counts unsigned is written so where git cannot sign: else the next command
    would go by what was there before. If git refuses, the message is kept in a file, unless a push
    was to begin with it. Raises RecordNotWritten.
    """
    name, _ = identity(repository)
    person, _, address = name.rpartition(" <")
    signed = "-s" if _signs(repository) else "--no-sign"
    author = Repository(
        repository.path,
        {
            **repository.variables,
            "GIT_COMMITTER_NAME": person,
            "GIT_COMMITTER_EMAIL": address.rstrip(">"),
            "GIT_COMMITTER_DATE": f"{int(record.when.timestamp())} +0000",
        },
    )
    options = ("--cleanup=verbatim", "-F", "-", record.name, record.commit)
    try:
        unpushed.remember(repository, record)
        try:
            author.run("tag", "-a", signed, *options, stdin=record.message())
            if signed == "-s":
                _refuse_unsigned(repository, record)
        except GitError as error:
            if not record.counts_unsigned or not _on_signing(repository, str(error)):
                raise
            author.run("tag", "-a", "--no-sign", *options, stdin=record.message())
    except GitError as error:
        why = str(error)
        to_do = _on_the_way(repository, why)
        to_do += _on_signing(repository, why) if signed == "-s" else ""
        told = f"{why}{to_do}"
        if not record.begins_push:  # which does not begin: whoever wrote it would say that it did
            told = keep(record, repository, told)
        raise RecordNotWritten(told) from None
    return record.name


def _refuse_unsigned(repository: Repository, record: Record) -> None:
    """Raise GitError where git says that it has signed, and has not: with a key of ssh's that is
    not there it makes the tag all the same.
    """
    if not repository.run("for-each-ref", "--format=%(contents:signature)", record.ref).strip():
        repository.run("update-ref", "-d", record.ref)
        raise GitError("git tag -a -s: the tag was made, but not signed")


def keep(record: Record, repository: Repository, why: str) -> str:
    """Keep the message of ``record`` in a file, and say how it becomes a record by hand."""
    try:
        folder = clone.cache() / "records"
        path = folder / f"{record.name.replace('/', '_')}.txt"
        with clone.in_cache(folder):
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, record.message())
    except UsageError as error:  # a record by hand has one line
        message, where = ("-m", record.sentence()), f"nor is it kept: {error}"
    else:
        message, where = ("-F", str(path)), f"it is kept in {path}"
    command = ("tag", "-a", "--cleanup=verbatim", *message, record.name, record.commit)
    date = f"GIT_COMMITTER_DATE='{int(record.when.timestamp())} +0000'"
    return (
        f"the record was not written: {why}\n"
        f"{where}; to write it:\n"
        f"  {date} {repository.by_hand(*command)}"
    )


def push(repository: Repository, name: str, *, alone: bool = False) -> None:
    """Push the record ``name`` to the origin, and those that were not pushed before, unless it is
    to go ``alone``. Raises RecordNotPushed if that one did not arrive, naming the command that
    pushes it later; not of one that goes alone: whoever sent it tells at the end what is left.
    """
    before = [] if alone else [other for other in unpushed.names(repository) if other != name]
    _, trouble = unpushed.push(repository, name, before)
    trouble += _on_the_way(repository, trouble)
    if trouble and alone:
        raise RecordNotPushed(f"the record {name} was not pushed: {trouble}")
    if trouble:
        ref = f"refs/tags/{name}:refs/tags/{name}"
        raise RecordNotPushed(
            f"the record is in {repository.path} and was not pushed: {trouble}\n"
            f"it goes out with the next record that is pushed; to push it: "
            f"{repository.by_hand('push', 'origin', ref)}"
        )


def enter(repository: Repository, record: Record, *, push_it: bool = True) -> str:
    """Write ``record``, push it where there is an origin and ``push_it`` says so, and return its
    name. Raises RecordNotWritten.
    """
    name = write(repository, record)
    if push_it and repository.uses_origin:
        push(repository, name)
    return name


def _signs(repository: Repository) -> bool:
    """Return whether git signs tags: a key is named, or all tags are to be signed."""
    all_signed = repository.setting("tag.gpgSign") or ""
    has_key = bool(repository.setting("user.signingKey"))
    return has_key or all_signed.lower() in {"true", "1", "yes", "on"}


def _on_the_way(repository: Repository, why: str) -> str:
    """Return what to do about a tag that has the name of a folder of records; empty if that is
    not ``why`` git refused. Raises GitError.
    """
    barred = _IN_THE_WAY.search(why)
    if barred is None:
        return ""
    run, tag = repository.by_hand, barred[1]
    away = f"{run('tag', f'old-{tag}', tag)} && {run('tag', '-d', tag)}"
    there = f"; {run('push', 'origin', f':refs/tags/{tag}')}" if repository.origin else ""
    return f"; the tag {tag} bars the way; give it another name: {away}{there}"


def _on_signing(repository: Repository, why: str) -> str:
    """Return what to do where git cannot sign; empty if that is not ``why`` it refused."""
    if not _SIGNING.search(why):
        return ""
    settings = (("user.signingKey", ""), ("tag.gpgSign", "false"))
    unsigned = " && ".join(repository.by_hand("config", *setting) for setting in settings)
    return (
        "; set git's user.signingKey to a key that can be used here, or have no record signed: "
        f"{unsigned}"
    )
