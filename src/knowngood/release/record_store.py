"""The records of a repository: read, asked, and written. git is the only place they are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..safety import RunnerError, one_line, user, write_atomically
from . import clone, record_parser
from .git import GitError, Repository
from .git_objects import objects, peeled
from .record import DEPLOYED, Record, RecordKind
from .record_parser import SKEW, MalformedRecord


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A tag with a record's name that holds none.

    Attributes:
        name: the tag's name.
        why: what is wrong with it.
    """

    name: str
    why: str

    @property
    def environment(self) -> str:
        """Return the environment in its name; empty where it names none."""
        return [*self.name.split("/"), ""][1]

    def __str__(self) -> str:
        return f"{one_line(self.name, 200)}: {self.why}"


Trusted = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a repository.

    Attributes:
        all: the records, newest first.
        bad: the tags with a record's name that hold none.
    """

    all: tuple[Record, ...]
    bad: tuple[BadRecord, ...] = ()

    def of(self, environment: str, *kinds: RecordKind) -> list[Record]:
        """Return those of an environment, newest first; of some ``kinds``, or of all."""
        chosen = kinds or tuple(RecordKind)
        return [r for r in self.all if r.environment == environment and r.kind in chosen]

    def last(self, environment: str, *kinds: RecordKind) -> Record | None:
        """Return the newest of them."""
        return next(iter(self.of(environment, *kinds)), None)

    def pushed(self, environment: str) -> Record | None:
        """Return the last push or rollback, however far it got."""
        return self.last(environment, RecordKind.PUSHED, RecordKind.ROLLED_BACK)

    def there(self, environment: str) -> Record | None:
        """Return what may be on an environment: what was last pushed, rolled back or verified
        there, since not everybody pushes by these commands. A rollback that did not end well leads
        away from what was there before it, still.
        """
        put = self._put_there(environment)
        return next(
            (r for r in put if r.kind != RecordKind.ROLLED_BACK or r.verdict == DEPLOYED), None
        )

    def unverified(self, environment: str) -> Record | None:
        """Return the last push or rollback, unless a later verification PASSED or FAILED."""
        put = self._put_there(environment)
        decided = (r for r in put if r.kind != RecordKind.VERIFIED or r.passed or r.failed)
        last = next(decided, None)
        return last if last is not None and last.kind != RecordKind.VERIFIED else None

    def live(self, environment: str, trusted: Trusted, but: str = "") -> Record | None:
        """Return what is on an environment: the last release whose push, or rollback, ended well,
        or that passed there. Those at the commit ``but`` are passed over.
        """
        put = self._put_there(environment)
        sure = (r for r in put if (r.passed or r.verdict == DEPLOYED) and r.commit != but)
        return next(filter(trusted, sure), None)

    def _put_there(self, environment: str) -> list[Record]:
        """Return what was put or seen on an environment, newest first."""
        return [r for r in self.of(environment) if r.kind != RecordKind.OVERRIDDEN]

    def moved(self, release: str, commit: str) -> Record | None:
        """Return a record by which ``release`` was another commit: its tag was moved."""
        return next((r for r in self.all if r.release == release and r.commit != commit), None)

    def revoked_by(self, good: Record) -> Record | None:
        """Return a FAILED that came after ``good``, of the same commit on the same environment; one
        of another machine also where its clock may have been behind.
        """
        for record in self.of(good.environment, RecordKind.VERIFIED):
            # A record made by hand names no machine; its tagger stands for the clock.
            same_clock = (record.where or record.who) == (good.where or good.who)
            earliest = good.when - (timedelta() if same_clock else SKEW)
            if record.failed and record.commit == good.commit and record.when > earliest:
                return record
        return None

    def last_good(self, environment: str, trusted: Trusted) -> Record | None:
        """Return the newest PASSED of an environment that no later FAILED revokes, and that is
        ``trusted``.
        """
        passed = (r for r in self.of(environment, RecordKind.VERIFIED) if r.passed)
        return next((r for r in passed if not self.revoked_by(r) and trusted(r)), None)


def read(repository: Repository, now: datetime, environments: Iterable[str]) -> Records:
    """Return every record of these environments, and the tags that are none. Raises GitError."""
    patterns = [f"refs/tags/{kind}/{name}/" for kind in RecordKind for name in environments]
    listed = repository.run("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", *patterns)
    names = dict(line.split(" ", 1)[::-1] for line in listed.splitlines())
    good: list[Record] = []
    bad: list[BadRecord] = []
    for name, tag in zip(names, objects(repository, names.values()), strict=True):
        try:
            good.append(record_parser.parse(name, tag, peeled(repository, tag), now))
        except MalformedRecord as error:
            bad.append(BadRecord(name, str(error)))
    return Records(tuple(sorted(good, key=lambda r: r.when, reverse=True)), tuple(bad))


def identity(repository: Repository) -> tuple[str, str]:
    """Return who acts here, ``Name <address>``, as git or else this machine knows them, and the
    machine's name.
    """
    where = os.uname().nodename
    name = repository.config("user.name") or user()
    address = repository.config("user.email") or f"{user()}@{where}"
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
    """Return a record of what happens now; ``details`` are further fields of Record."""
    who, where = identity(repository)
    now = datetime.now(UTC)
    fields = {"who": who, "where": where, **details}
    return Record(kind, environment, release, commit, now, verdict, **fields)


class RecordNotWritten(RunnerError):
    """A record that is in no repository yet; the message says where it is, and what to do."""


def write(repository: Repository, record: Record) -> str:
    """Write ``record`` into ``repository`` as a tag, signed where git is set up to sign; return the
    tag's name. If git refuses, the message is kept in a file.
    Raises RecordNotWritten.
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
    options = ("-a", signed, "--cleanup=verbatim", "-F", "-", record.name, record.commit)
    try:
        author.run("tag", *options, given=record.message())
    except GitError as error:
        raise RecordNotWritten(keep(record, repository, str(error))) from None
    return record.name


def keep(record: Record, repository: Repository, why: str) -> str:
    """Keep the message of ``record`` in a file, and say how it becomes a record by hand."""
    path = clone.cache() / "records" / f"{record.name.replace('/', '_')}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, record.message())
    except OSError as error:
        return f"the record was not written: {why}; nor kept: {path}: {error.strerror or error}"
    command = ("tag", "-a", "--cleanup=verbatim", "-F", str(path), record.name, record.commit)
    date = f"GIT_COMMITTER_DATE='{int(record.when.timestamp())} +0000'"
    return (
        f"the record was not written: {why}\n"
        f"it is kept in {path}; to write it:\n"
        f"  {date} {repository.by_hand(*command)}"
    )


def push(repository: Repository, name: str) -> None:
    """Push the record ``name`` to the origin. Raises RecordNotWritten, naming the command that does
    it later.
    """
    ref = f"refs/tags/{name}:refs/tags/{name}"
    try:
        repository.run("push", "--quiet", "--no-follow-tags", "origin", ref)
    except GitError as error:
        raise RecordNotWritten(
            f"the record is in {repository.path} and was not pushed: {one_line(str(error), 400)}\n"
            f"to push it: {repository.by_hand('push', 'origin', ref)}"
        ) from None


def _signs(repository: Repository) -> bool:
    """Return whether git signs tags: a key is named, or all tags are to be signed."""
    all_signed = repository.config("tag.gpgSign").lower() in {"true", "1", "yes", "on"}
    return all_signed or bool(repository.config("user.signingKey"))
