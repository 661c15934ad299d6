"""The records of some environments, and the questions that they answer.

Their names are listed at once and tell kind, environment, release and time. What a record says is
read when a question comes to it, newest first, so that a command reads a few of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice, takewhile
from types import MappingProxyType
from typing import Final

from . import record_parser
from .git import Repository
from .git_objects import GitObject, objects, peeled
from .record import ADOPTED, DEPLOYED, REJECTED, TIME, Record, RecordKind, is_record
from .record_name import BadRecord, environment_of, release_of, time_of
from .record_parser import SKEW, MalformedRecord

_FIRST, _MOST = 10, 250
"""Records that are read at once: few for a question about the newest, many for a long search."""

_END: Final = datetime.max.replace(tzinfo=UTC) - SKEW
_STEPS: Final = (RecordKind.PUSHED, RecordKind.ROLLED_BACK)
_PUT_THERE: Final = (*_STEPS, RecordKind.VERIFIED, RecordKind.ADOPTED)

NONE: Final[Mapping[str, str]] = MappingProxyType({})
Trusted = Callable[[Record], bool]
Read = Callable[[Sequence[str]], Iterator[Record | BadRecord]]


def read(
    repository: Repository,
    now: datetime,
    environments: Iterable[str],
    unfetched: Mapping[str, str] = NONE,
) -> Records:
    """Return the records of these environments. Only their names are read now. ``unfetched`` are
    tags that could not be fetched, each with why. Raises GitError.
    """
    environments = set(environments)
    patterns = [f"refs/tags/{kind}/{name}/" for kind in RecordKind for name in environments]
    listed = repository.run("for-each-ref", "--format=%(refname:lstrip=2)", *patterns)

    def contents(names: Sequence[str]) -> Iterator[Record | BadRecord]:
        here = [name for name in names if name not in unfetched]
        tags = objects(repository, (f"refs/tags/{name}" for name in here))
        for name in names:
            if name in unfetched:
                yield BadRecord(name, unfetched[name])
            else:
                yield _record(repository, name, next(tags))

    records = {
        name for name in unfetched if is_record(name) and environment_of(name) in environments
    }
    return Records({*listed.splitlines(), *records}, contents, unfetched, now)


def _record(repository: Repository, name: str, tag: GitObject) -> Record | BadRecord:
    commit = peeled(repository, tag)
    try:
        return record_parser.parse(name, tag, commit)
    except MalformedRecord as error:
        return BadRecord(name, str(error), commit or "")


def releases_on(repository: Repository, commit: str) -> list[str]:
    """Return the tags on ``commit`` that are no records. Raises GitError."""
    patterns = ("refs/tags/*", "refs/tags/*/*", "refs/tags/*/*/*")  # a record's has one part more
    points = f"--points-at={commit}"
    listed = repository.run("for-each-ref", points, "--format=%(refname:lstrip=2)", *patterns)
    return [name for name in listed.splitlines() if not is_record(name)]


class Records:
    """Records of a repository. A method that returns records returns them newest first."""

    def __init__(
        self,
        names: Collection[str],
        contents: Read,
        unfetched: Mapping[str, str] = NONE,
        now: datetime = _END,
    ) -> None:
        """Take the ``names`` of all, in any order; ``contents`` reads some of them, in order.
        ``unfetched`` are tags that could not be fetched, each with why. What is dated after ``now``
        is taken for bad news alone.
        """
        self.unfetched = unfetched
        self._now = now
        self._names = names
        self._contents = contents
        self._known: dict[str, Record | BadRecord] = {}

    @classmethod
    def of_records(cls, records: Iterable[Record]) -> Records:
        """Return records that have been read already."""
        by_name = {record.name: record for record in records}
        return cls(by_name, lambda names: (by_name[name] for name in names))

    @cached_property
    def _listed(self) -> Mapping[str, Sequence[str]]:
        """The names of each environment, newest first."""
        listed: dict[str, list[str]] = {}
        for name in sorted(self._names, key=time_of, reverse=True):
            listed.setdefault(environment_of(name), []).append(name)
        return listed

    @property
    def bad(self) -> tuple[BadRecord, ...]:
        """Return the tags that hold no record, of those that were read so far."""
        return tuple(bad for bad in self._known.values() if isinstance(bad, BadRecord))

    @property
    def seen(self) -> tuple[Record, ...]:
        """Return the records that were read so far, in no order."""
        return tuple(record for record in self._known.values() if isinstance(record, Record))

    @property
    def all(self) -> tuple[Record, ...]:
        """Return the records of all environments. Each of them is read for that."""
        records = [record for environment in self._listed for record in self.of(environment)]
        return tuple(sorted(records, key=lambda record: record.when, reverse=True))

    def of(self, environment: str, *kinds: RecordKind) -> Iterator[Record]:
        """Yield those of an environment; of some ``kinds``, or of all."""
        return _good(self._read(self._names_of(environment, *kinds)))

    def newest(self, environment: str, count: int) -> Iterator[Record]:
        """Yield the last ``count`` of an environment; no other one is read."""
        return _good(self._read(islice(self._names_of(environment), count)))

    def of_releases(
        self, environment: str, releases: Collection[str], *kinds: RecordKind
    ) -> Iterator[Record]:
        """Yield those of an environment whose names have one of these releases."""
        names = self._names_of_releases(environment, releases, kinds or tuple(RecordKind))
        return _good(self._read(names, _MOST))

    def _names_of(self, environment: str, *kinds: RecordKind) -> Iterator[str]:
        folders = tuple(f"{kind}/" for kind in kinds or RecordKind)
        return (name for name in self._listed.get(environment, ()) if name.startswith(folders))

    def _names_of_releases(
        self, environment: str, releases: Collection[str], kinds: Iterable[RecordKind]
    ) -> Iterator[str]:
        folders = tuple(f"{kind}/{environment}/{name}/" for kind in kinds for name in releases)
        names = (name for name in self._listed.get(environment, ()) if name.startswith(folders))
        return (name for name in names if release_of(name) in releases)

    def _read(self, names: Iterable[str], size: int = _FIRST) -> Iterator[Record | BadRecord]:
        """Yield what these hold. The next ones, more than ``size``, are read when one of them is
        asked for.
        """
        rest = iter(names)
        while batch := list(islice(rest, size)):
            new = [name for name in batch if name not in self._known]
            self._known.update(zip(new, self._contents(new), strict=True))
            for name in batch:
                yield self._known[name]
                yield from self._lost(self._known[name])
            size = min(2 * size, _MOST)

    def _lost(self, record: Record | BadRecord) -> Iterator[BadRecord]:
        """Yield the record that this one came after, if it is not here any more."""
        after = record.after if isinstance(record, Record) else ""
        if not after or after in self._names or environment_of(after) != record.environment:
            return
        why = f"it is not here, and {record.name} came after it: it was deleted, or never pushed"
        bad = BadRecord(after, why)
        self._known[after] = bad
        yield bad

    def last(self, environment: str, *kinds: RecordKind) -> Record | None:
        """Return the newest of them."""
        return next(self.of(environment, *kinds), None)

    def pushed(self, environment: str) -> Record | None:
        """Return the last push or rollback, however far it got."""
        return self.last(environment, *_STEPS)

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
        """Return the last push or rollback, unless a later verification PASSED or FAILED, or a
        later adoption says what is there.
        """
        put = self._put_there(environment)
        decided = (r for r in put if r.kind != RecordKind.VERIFIED or r.passed or r.failed)
        last = next(decided, None)
        return last if last is not None and last.kind in _STEPS else None

    def live(self, environment: str, trusted: Trusted, but: str = "") -> Record | None:
        """Return what is on an environment: the last release whose push, or rollback, ended well,
        or that passed or was adopted there. Those at the commit ``but`` are passed over.
        """
        put = (r for r in self._put_there(environment) if r.commit != but)
        sure = (r for r in put if r.passed or r.verdict in {DEPLOYED, ADOPTED})
        return next(filter(trusted, filter(self._same_at_origin, sure)), None)

    def _put_there(self, environment: str) -> Iterator[Record]:
        """Yield what was put or seen on an environment."""
        return self.of(environment, *_PUT_THERE)

    def rejected(self, environment: str, commit: str, trusted: Trusted) -> Record | None:
        """Return the rejection of a commit on an environment, unless a later ``trusted`` record
        withdraws it. Anybody may reject: a gate that is shut in error is opened more easily than a
        bad release is taken back.
        """
        mine = (r for r in self.of(environment, RecordKind.REJECTED) if r.commit == commit)
        last = next((r for r in mine if r.verdict == REJECTED or trusted(r)), None)
        return last if last is not None and last.verdict == REJECTED else None

    def moved(self, release: str, commit: str) -> Record | None:
        """Return a record by which ``release`` was another commit: its tag was moved."""
        names = (
            name
            for environment in self._listed
            for name in self._names_of_releases(environment, (release,), RecordKind)
        )
        of_release = _good(self._read(names, _MOST))
        return next((record for record in of_release if record.commit != commit), None)

    def revoked_by(self, good: Record) -> Record | None:
        """Return a FAILED that came after ``good``, of the same commit on the same environment; one
        of another machine also where its clock may have been behind.
        """
        for record in _good(self._since(good)):
            # A record made by hand names no machine; its tagger stands for the clock.
            same_clock = (record.where or record.who) == (good.where or good.who)
            earliest = good.when - (timedelta() if same_clock else SKEW)
            if record.failed and record.commit == good.commit and record.when > earliest:
                return record
        return None

    def doubted_by(self, good: Record) -> BadRecord | None:
        """Return a tag that cannot be read, and may say that ``good`` has FAILED since, or was
        withdrawn: it names its release, or is on its commit.
        """
        read = (bad for bad in self._since(good) if isinstance(bad, BadRecord))
        bad = (bad for bad in read if bad.kind in {good.kind, RecordKind.REJECTED})
        return next((b for b in bad if b.release == good.release or b.commit == good.commit), None)

    def _since(self, good: Record) -> Iterator[Record | BadRecord]:
        """Return what is on record of the same environment, and may be newer."""
        earliest = (good.when - SKEW).strftime(TIME)
        names = self._names_of(good.environment)
        return self._read(takewhile(lambda name: time_of(name) > earliest, names))

    def unread_step(self, environment: str, since: Record | None) -> BadRecord | None:
        """Return a tag that cannot be read, and may say that a release was put on an environment
        after the record ``since`` was made.
        """
        earliest = time_of(since.name) if since is not None else ""
        names = self._names_of(environment, *_STEPS)
        newer = self._read(takewhile(lambda name: time_of(name) > earliest, names))
        return next((bad for bad in newer if isinstance(bad, BadRecord)), None)

    def last_good(self, environment: str, trusted: Trusted) -> Record | None:
        """Return the newest PASSED of an environment that no later FAILED revokes, that no tag
        which cannot be read may revoke, whose release is not rejected, and that is ``trusted``.
        """
        passed = (r for r in self.of(environment, RecordKind.VERIFIED) if r.passed)
        past = (r for r in passed if r.when <= self._now + SKEW)
        sure = (r for r in past if not self.revoked_by(r) and not self.doubted_by(r))
        good = filter(trusted, filter(self._same_at_origin, sure))
        return next((r for r in good if not self.rejected(environment, r.commit, trusted)), None)

    def _same_at_origin(self, record: Record) -> bool:
        """Return whether a record's release has the same tag here and at the origin."""
        return record.release not in self.unfetched


def _good(records: Iterable[Record | BadRecord]) -> Iterator[Record]:
    return (record for record in records if isinstance(record, Record))
