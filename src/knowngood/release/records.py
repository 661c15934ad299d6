"""The records of some environments, and the questions that they answer.

Their names are listed at once; each question reads of the records what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Final

from .clocks import FARTHEST, SKEW, is_past, skew
from .git import Repository
from .record import ADOPTED, DEPLOYED, REJECTED, TIME, Record, RecordKind, at, is_record
from .record_index import Read, RecordIndex, reader
from .record_name import BadRecord, environment_of, time_of

_END: Final = datetime.max.replace(tzinfo=UTC) - FARTHEST
_LONGEST_WAY: Final = 50  # records; a push and a rollback make four each
_STEPS: Final = (RecordKind.PUSHED, RecordKind.ROLLED_BACK)
_PUT_THERE: Final = (*_STEPS, RecordKind.VERIFIED, RecordKind.ADOPTED)

NONE: Final[Mapping[str, str]] = MappingProxyType({})
Distrust = Callable[[Record], str]
"""Says why a record does not count; nothing if it does."""


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
    names = set(repository.tags(*patterns))
    names |= {
        name for name in unfetched if is_record(name) and environment_of(name) in environments
    }
    return Records(names, reader(repository, unfetched), unfetched, now)


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
        self._index = RecordIndex(names, contents)

    @classmethod
    def of_records(cls, records: Iterable[Record]) -> Records:
        """Return records that have been read already."""
        by_name = {record.name: record for record in records}
        return cls(by_name, lambda names: (by_name[name] for name in names))

    @property
    def bad(self) -> tuple[BadRecord, ...]:
        """The tags that hold no record, of those that were read so far."""
        return self._index.bad

    @property
    def seen(self) -> tuple[Record, ...]:
        """The records that were read so far, in no order."""
        return self._index.seen

    def of(self, environment: str, *kinds: RecordKind) -> Iterator[Record]:
        """Yield those of an environment; of some ``kinds``, or of all."""
        return _good(self._index.read(self._index.names(environment, *kinds)))

    def of_releases(
        self, environment: str, releases: Collection[str], *kinds: RecordKind
    ) -> Iterator[Record]:
        """Yield those of an environment whose names have one of these releases."""
        names = self._index.names_of_releases(environment, releases, kinds or RecordKind)
        return _good(self._index.read(names, search=True))

    def last(self, environment: str, *kinds: RecordKind) -> Record | None:
        """Return the newest of them."""
        return next(self.of(environment, *kinds), None)

    def pushed(self, environment: str) -> Record | None:
        """Return the last push or rollback, however far it got."""
        return self.newest(environment, *_STEPS)

    def newest(self, environment: str, *kinds: RecordKind) -> Record | None:
        """Return the one of them after which no other came, whatever its date."""
        return next(self._as_made(environment, *kinds), None)

    def _as_made(self, environment: str, *kinds: RecordKind) -> Iterator[Record]:
        """Yield those of an environment, but none that a wrong clock dated more than a day ahead
        and that others came after since: these cannot be dated after it.
        """
        tomorrow = self._now + FARTHEST
        newest = next((r for r in self.of(environment) if r.when <= tomorrow), None)
        for record in self.of(environment, *kinds):
            is_ahead = record.when > tomorrow
            if not is_ahead or newest is None or not self._came_after(newest, record):
                yield record

    def _came_after(self, later: Record, ahead: Record) -> bool:
        """Return whether a record came after one that a wrong clock dated more than a day after it:
        after the first of those that this one was made after and that is dated rightly. Without
        one, if it was made after one that is dated as late.
        """
        latest = later.when + FARTHEST
        if ahead.when < latest:
            return False
        before = islice(self._index.before(ahead), _LONGEST_WAY)
        right = next((r for r in before if r.when < latest), None)
        if right is not None:
            return right.when < later.when and right.name != later.after
        known = islice(self._index.before(later), _LONGEST_WAY)
        return any(record.when >= ahead.when for record in known)

    def presumed_live(self, environment: str) -> Record | None:
        """Return what may be on an environment: what was last pushed, rolled back or verified
        there, since not everybody pushes by these commands. A rollback that did not end well is
        passed over: what it was to replace may still be there.
        """
        for record in self._put_there(environment):
            if record.kind != RecordKind.ROLLED_BACK or record.verdict == DEPLOYED:
                return record
        return None

    def unverified(self, environment: str) -> Record | None:
        """Return the last push or rollback, unless a later verification saw whether it is good, or
        a later adoption says what is there.
        """
        for record in self._put_there(environment):
            if record.kind in _STEPS:
                return record
            if record.kind == RecordKind.ADOPTED or record.passed or self.is_against(record):
                return None
        return None

    def live(self, environment: str, distrust: Distrust, but: str = "") -> Record | None:
        """Return what is on an environment: the last release whose push, or rollback, ended well,
        or that passed or was adopted there. Those at the commit ``but`` are passed over.
        """
        put = (r for r in self._put_there(environment) if r.commit != but)
        sure = (r for r in put if r.passed or r.verdict in {DEPLOYED, ADOPTED})
        return next((r for r in sure if not distrust(r)), None)

    def _put_there(self, environment: str) -> Iterator[Record]:
        """Yield what was put or seen on an environment. What was put there, and was nowhere when it
        was verified, is passed over: it did not arrive.
        """
        absent: dict[str, Record] = {}
        for record in self._as_made(environment, *_PUT_THERE):
            if record.was_nowhere:
                absent.setdefault(record.commit, record)
                continue
            later = absent.get(record.commit)
            seen = record.passed or record.failed or record.verdict == ADOPTED
            if seen or later is None or record.when >= later.when - skew(record, later):
                yield record

    def rejected(self, environment: str, commit: str, distrust: Distrust) -> Record | None:
        """Return the rejection of a commit on an environment, unless a later record that counts
        withdraws it. Anybody may reject: a gate that is shut in error is opened more easily than a
        bad release is taken back.
        """
        mine = (r for r in self.of(environment, RecordKind.REJECTED) if r.commit == commit)
        last = next((r for r in mine if r.verdict == REJECTED or not distrust(r)), None)
        return last if last is not None and last.verdict == REJECTED else None

    def moved(self, release: str, commit: str) -> Record | None:
        """Return a record by which ``release`` was another commit: its tag was moved."""
        of_release = self._of_release(release)
        return next((record for record in of_release if record.commit != commit), None)

    def names(self, release: str) -> bool:
        """Return whether a release is on record anywhere."""
        return any(True for _ in self._of_release(release))

    def _of_release(self, release: str) -> Iterator[Record]:
        return (r for e in self._index.environments for r in self.of_releases(e, (release,)))

    def revoked_by(self, good: Record) -> Record | None:
        """Return a FAILED that came after ``good``, of the same commit on the same environment.

        One of another machine counts also if it is dated a little earlier: that clock may have
        been behind. One that ``good`` came after does not count, however far ahead it is dated. Nor
        does one after which the commit was deployed again before ``good``.
        """
        for record in _good(self._since(good)):
            if record.commit != good.commit or self._came_after(good, record):
                continue
            is_later = record.when > good.when - skew(record, good)
            if is_later and self.is_against(record) and not self._deployed_between(record, good):
                return record
        return None

    def is_against(self, record: Record) -> bool:
        """Return whether a record says that its release is bad, and somebody saw the release."""
        if not record.failed or record.was_nowhere:
            return False
        if not record.was_unseen:
            return True
        if self._was_put_back(record):  # and did not arrive
            return False
        for earlier in self.of(record.environment, RecordKind.VERIFIED):
            is_same = earlier.was_unseen and earlier.commit == record.commit
            if earlier.when < record.when and not is_same:
                # What hid that release, such as a version document that is down, went on.
                return not earlier.was_unseen
        return True

    def _was_put_back(self, unseen: Record) -> bool:
        """Return whether a rollback was the last that was done before a release was ``unseen``: it
        was good when somebody saw it, and what deploys is the suspect.
        """
        earlier = islice(self._index.before(unseen), _LONGEST_WAY)
        last = next((r for r in earlier if r.kind != RecordKind.VERIFIED or r.passed), None)
        if last is None or last.kind != RecordKind.ROLLED_BACK:
            return False
        return last.commit == unseen.commit

    def _deployed_between(self, failed: Record, good: Record) -> bool:
        """Return whether the commit of ``good`` was put there again between these two, by the order
        in which the records name each other.
        """
        deployed = False
        for record in islice(self._index.before(good), _LONGEST_WAY):
            if record.name == failed.name:
                return deployed
            put_there = record.kind in _STEPS and record.verdict == DEPLOYED
            deployed |= put_there and record.commit == good.commit
        return False

    def doubted_by(self, good: Record) -> BadRecord | None:
        """Return a tag that cannot be read, and may say that ``good`` has FAILED since, or was
        withdrawn: it names its release, or is on its commit.
        """
        for bad in self._since(good):
            if not isinstance(bad, BadRecord) or not bad.may_be_after(good.when - SKEW):
                continue
            is_of_release = bad.release == good.release or bad.commit == good.commit
            if is_of_release and bad.kind in {good.kind, RecordKind.REJECTED}:
                return bad
        return None

    def _since(self, good: Record) -> Iterator[Record | BadRecord]:
        """Return the records of the same environment that may be newer than ``good``."""
        earliest = (good.when - SKEW).strftime(TIME)
        return self._index.read(self._index.names_since(earliest, good.environment))

    def unread_step(self, environment: str, since: Record | None) -> BadRecord | None:
        """Return a tag that cannot be read, and may say that a release was put on an environment
        after the record ``since`` was made.
        """
        earliest = time_of(since.name) if since is not None else ""
        newer = self._index.names_since(earliest, environment, *_STEPS)
        bad = (bad for bad in self._index.read(newer) if isinstance(bad, BadRecord))
        return next((b for b in bad if since is None or b.may_be_after(since.when)), None)

    def last_good(
        self, environment: str, distrust: Distrust, *, of: str = "", but: str | None = None
    ) -> Record | None:
        """Return the newest PASSED of an environment that still holds; ``of`` one commit, or of any
        ``but`` one.
        """
        verified = self.of(environment, RecordKind.VERIFIED)
        passed = (r for r in verified if r.passed and r.commit != but and of in {"", r.commit})
        return next((r for r in passed if not self.why_not_good(r, distrust)), None)

    def why_not_good(self, passed: Record, distrust: Distrust) -> str:
        """Say why a PASSED does not make its release good; nothing if it does."""
        if revoked := self.revoked_by(passed):
            later = "later" if revoked.when > passed.when else "about then, on another machine"
            return f"{passed.release} PASSED, and FAILED {later} ({at(revoked.when)})"
        if rejected := self.rejected(passed.environment, passed.commit, distrust):
            return f"{passed.release} PASSED, and was rejected ({at(rejected.when)})"
        if doubt := self.doubted_by(passed):
            return f"{passed.release} PASSED, and may have FAILED later: the record {doubt}"
        why = distrust(passed)
        if not is_past(passed, self._now):
            why = f"it is dated in the future; the clock here says {at(self._now)}"
        return f"the record {passed.name} does not count: {why}" if why else ""


def _good(records: Iterable[Record | BadRecord]) -> Iterator[Record]:
    return (record for record in records if isinstance(record, Record))
