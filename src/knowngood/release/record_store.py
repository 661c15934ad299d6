"""The records of a repository: read, asked, and written. git is the only place they are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from ..safety import write_atomically
from ..safety.errors import RunnerError
from ..safety.sanitize import one_line
from . import clone, record_parser
from .git import GitError, Repository
from .identity import user
from .record import DEPLOYED, Record, RecordKind
from .record_parser import SKEW, MalformedRecord, TagContent

_FIELDS: Final = (
    "refname:lstrip=2",
    "objecttype",
    "*objecttype",
    "*objectname",
    "tag",
    "tagger",
    "contents",
)
"""A tag's name, and then the fields of TagContent."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A tag among the records that is none: its ``name`` and ``why``."""

    name: str
    why: str

    @property
    def environment(self) -> str:
        """The environment that its name concerns; empty where it names none."""
        return [*self.name.split("/"), ""][1]

    def __str__(self) -> str:
        return f"{one_line(self.name, 200)}: {self.why}"


Believed = Callable[[Record], bool]


@dataclass(frozen=True)
class Records:
    """All records of a repository, newest first, and the tags among them that are none."""

    all: tuple[Record, ...]
    bad: tuple[BadRecord, ...] = ()

    @cached_property
    def _failed(self) -> dict[tuple[str, str], list[Record]]:
        """Those that revoke, by environment and commit."""
        found: dict[tuple[str, str], list[Record]] = {}
        for each in self.all:
            if each.failed:
                found.setdefault((each.environment, each.commit), []).append(each)
        return found

    def of(self, environment: str, *kinds: RecordKind) -> list[Record]:
        """Those of an environment, newest first; of some ``kinds``, or of all."""
        wanted = kinds or tuple(RecordKind)
        return [r for r in self.all if r.environment == environment and r.kind in wanted]

    def last(self, environment: str, *kinds: RecordKind) -> Record | None:
        """The newest of them."""
        return next(iter(self.of(environment, *kinds)), None)

    def pushed(self, environment: str) -> Record | None:
        """The last push or rollback, however far it got."""
        return self.last(environment, RecordKind.PUSHED, RecordKind.ROLLED_BACK)

    def there(self, environment: str) -> Record | None:
        """What may be on an environment: what was last pushed, rolled back or verified there, since
        not everybody pushes by these commands. A rollback that did not end well leads away from
        what was there before it, still.
        """
        put = self.of(environment, RecordKind.PUSHED, RecordKind.ROLLED_BACK, RecordKind.VERIFIED)
        ended = (r for r in put if r.kind != RecordKind.ROLLED_BACK or r.verdict == DEPLOYED)
        return next(ended, None)

    def unverified(self, environment: str) -> Record | None:
        """The last push or rollback, where no verification after it told whether it is good."""
        put = self.of(environment, RecordKind.PUSHED, RecordKind.ROLLED_BACK, RecordKind.VERIFIED)
        told = (r for r in put if r.kind != RecordKind.VERIFIED or r.passed or r.failed)
        last = next(told, None)
        return last if last is not None and last.kind != RecordKind.VERIFIED else None

    def live(self, environment: str, believed: Believed, but: str = "") -> Record | None:
        """What is on an environment: the last release whose push, or rollback, ended well, or
        that passed there. Those at the commit ``but`` are passed over.
        """
        put = self.of(environment, RecordKind.PUSHED, RecordKind.ROLLED_BACK, RecordKind.VERIFIED)
        sure = (r for r in put if (r.passed or r.verdict == DEPLOYED) and r.commit != but)
        return next(filter(believed, sure), None)

    def moved(self, release: str, commit: str) -> Record | None:
        """A record by which ``release`` was another commit: its tag was moved."""
        return next((r for r in self.all if r.release == release and r.commit != commit), None)

    def revoked_by(self, good: Record) -> Record | None:
        """The FAILED that came after ``good``, of the same commit on the same environment; one of
        another machine also where its clock may have been behind.
        """
        for failed in self._failed.get((good.environment, good.commit), ()):
            # A record made by hand names no machine; its tagger stands for the clock.
            same_clock = (failed.where or failed.who) == (good.where or good.who)
            if failed.when > good.when - (timedelta() if same_clock else SKEW):
                return failed
        return None

    def last_good(self, environment: str, believed: Believed) -> Record | None:
        """The newest PASSED of an environment that no later FAILED revokes, and that is
        ``believed``.
        """
        found = (r for r in self.of(environment, RecordKind.VERIFIED) if r.passed)
        return next((r for r in found if not self.revoked_by(r) and believed(r)), None)


def read(repository: Repository, now: datetime, environments: Iterable[str]) -> Records:
    """Return every record of these environments, and the tags that are none. Raises GitError."""
    patterns = [f"refs/tags/{kind}/{name}/" for kind in RecordKind for name in environments]
    form = "%00".join(f"%({field})" for field in _FIELDS)
    listed = repository.run("for-each-ref", f"--format={form}%00", *patterns)
    fields = listed.split("\0")[:-1]
    good: list[Record] = []
    bad: list[BadRecord] = []
    for start in range(0, len(fields), len(_FIELDS)):
        name, *content = fields[start : start + len(_FIELDS)]
        name = name.lstrip("\n")
        try:
            good.append(record_parser.parse(name, TagContent(*content), now))
        except MalformedRecord as error:
            bad.append(BadRecord(name, str(error)))
    return Records(tuple(sorted(good, key=lambda r: r.when, reverse=True)), tuple(bad))


def identity(repository: Repository) -> tuple[str, str]:
    """Who acts here, ``Name <address>``, as git knows them or else this machine; and from where."""
    where = os.uname().nodename
    name = repository.config("user.name") or user()
    address = repository.config("user.email") or f"{user()}@{where}"
    return f"{name} <{address}>", where


class RecordNotWritten(RunnerError):
    """A record that is in no repository yet; the message says where it is, and what to do."""


def write(repository: Repository, found: Record) -> str:
    """Write ``found`` into ``repository`` as a tag; the tag's name.

    Signed where git is set up to sign. Where that cannot be done the message is kept in a file.
    Raises NotWritten.
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
            "GIT_COMMITTER_DATE": f"{int(found.when.timestamp())} +0000",
        },
    )
    options = ("-a", signed, "--cleanup=verbatim", "-F", "-", found.name, found.commit)
    try:
        author.run("tag", *options, given=found.message())
    except GitError as error:
        raise RecordNotWritten(kept(found, repository, str(error))) from None
    return found.name


def kept(found: Record, repository: Repository, why: str) -> str:
    """Keep the message of ``found`` as a file, and say how it becomes a record by hand."""
    path = clone.cache() / "records" / f"{found.name.replace('/', '_')}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, found.message())
    except OSError as error:
        return f"the record was not written: {why}; nor kept: {path}: {error.strerror or error}"
    command = ("tag", "-a", "--cleanup=verbatim", "-F", str(path), found.name, found.commit)
    return (
        f"the record was not written: {why}\n"
        f"it is kept in {path}; to write it:\n"
        f"  GIT_COMMITTER_DATE='{int(found.when.timestamp())} +0000' {repository.by_hand(*command)}"
    )


def push(repository: Repository, name: str) -> None:
    """Push the record ``name`` to the origin. Raises NotWritten, naming the command that does it
    later.
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
    """Where a key is named, or all tags are to be signed."""
    wanted = repository.config("tag.gpgSign").lower() in {"true", "1", "yes", "on"}
    return wanted or bool(repository.config("user.signingKey"))
