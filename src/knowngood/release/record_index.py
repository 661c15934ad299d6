"""The names of records, newest first, and what they hold, which is read when a question comes to
it: a command reads a few of thousands.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, takewhile
from typing import Final

from . import record_parser
from .git import Repository
from .git_objects import GitObject, objects, peeled
from .record import Record, RecordKind
from .record_name import BadRecord, environment_of, release_of, time_of
from .record_parser import MalformedRecord

_FIRST: Final = 10
_MOST: Final = 250
"""Records that are read at once: few for a question about the newest, many for a long search."""

Read = Callable[[Sequence[str]], Iterator[Record | BadRecord]]
"""Reads what the tags of these names hold, in their order."""


def reader(repository: Repository, unfetched: Mapping[str, str]) -> Read:
    """Return what reads the records of a repository; ``unfetched`` are tags that could not be
    fetched, each with why.
    """

    def contents(names: Sequence[str]) -> Iterator[Record | BadRecord]:
        here = [name for name in names if name not in unfetched]
        tags = objects(repository, (f"refs/tags/{name}" for name in here))
        for name in names:
            if name in unfetched:
                yield BadRecord(name, unfetched[name])
            else:
                yield _record(repository, name, next(tags))

    return contents


def _record(repository: Repository, name: str, tag: GitObject) -> Record | BadRecord:
    commit = peeled(repository, tag)
    try:
        return record_parser.parse(name, tag, commit)
    except MalformedRecord as error:
        return BadRecord(name, str(error), commit or "", record_parser.tagged_at(tag))


class RecordIndex:
    """Records by their names. A method that returns names returns them newest first."""

    def __init__(self, names: Collection[str], contents: Read) -> None:
        """Take the ``names`` of all, in any order; ``contents`` reads some of them."""
        self._names = names
        self._contents = contents
        self._known: dict[str, Record | BadRecord] = {}
        self._ordered: dict[tuple[str, str], Sequence[str]] = {}

    @cached_property
    def _listed(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """The names of each environment and kind, in no order."""
        listed: dict[tuple[str, str], list[str]] = {}
        for name in self._names:
            listed.setdefault((environment_of(name), name.partition("/")[0]), []).append(name)
        return listed

    @property
    def environments(self) -> set[str]:
        """The environments that have records."""
        return {environment for environment, _ in self._listed}

    @property
    def bad(self) -> tuple[BadRecord, ...]:
        """The tags that hold no record, of those that were read so far."""
        return tuple(bad for bad in self._known.values() if isinstance(bad, BadRecord))

    @property
    def seen(self) -> tuple[Record, ...]:
        """The records that were read so far, in no order."""
        return tuple(record for record in self._known.values() if isinstance(record, Record))

    def names(self, environment: str, *kinds: RecordKind) -> Iterator[str]:
        """Return those of an environment; of some ``kinds``, or of all."""
        listed = (self._newest_first(environment, kind) for kind in kinds or RecordKind)
        return heapq.merge(*listed, key=time_of, reverse=True)

    def names_since(self, earliest: str, environment: str, *kinds: RecordKind) -> Iterator[str]:
        """Return those that are newer than a time, which is written as it is in their names."""
        return takewhile(lambda name: time_of(name) > earliest, self.names(environment, *kinds))

    def names_of_releases(
        self, environment: str, releases: Collection[str], kinds: Iterable[RecordKind]
    ) -> list[str]:
        """Return those of an environment that have one of these releases."""
        names = (
            name
            for kind in kinds
            for name in self._starting(environment, kind, releases)
            if release_of(name) in releases
        )
        return sorted(names, key=time_of, reverse=True)

    def _starting(
        self, environment: str, kind: RecordKind, releases: Iterable[str]
    ) -> Iterator[str]:
        """Return those that begin with one of these releases, which may be part of a longer one."""
        folders = tuple(f"{kind}/{environment}/{release}/" for release in releases)
        listed = self._listed.get((environment, kind), ())
        return (name for name in listed if name.startswith(folders))

    def _newest_first(self, environment: str, kind: RecordKind) -> Sequence[str]:
        key = environment, str(kind)
        if key not in self._ordered:
            self._ordered[key] = sorted(self._listed.get(key, ()), key=time_of, reverse=True)
        return self._ordered[key]

    def read(self, names: Iterable[str], *, search: bool = False) -> Iterator[Record | BadRecord]:
        """Yield what these hold. They are read in batches, as they are asked for: few at first, or
        many where the question is a ``search`` for what may be far back.
        """
        unread, size = iter(names), _MOST if search else _FIRST
        while batch := list(islice(unread, size)):
            new = [name for name in batch if name not in self._known]
            self._known.update(zip(new, self._contents(new), strict=True))
            for name in batch:
                yield self._known[name]
                yield from self._lost(self._known[name])
            size = min(2 * size, _MOST)

    def before(self, record: Record) -> Iterator[Record]:
        """Yield the record that this one names as its predecessor, then the predecessor of that,
        and so on, as far as they are here.
        """
        while record.after in self._names:
            previous = next(self.read([record.after]))
            if not isinstance(previous, Record):
                return
            yield previous
            record = previous

    def _lost(self, record: Record | BadRecord) -> Iterator[BadRecord]:
        """Yield the record that this one came after, if it is not here any more."""
        after = record.after if isinstance(record, Record) else ""
        if not after or after in self._names or environment_of(after) != record.environment:
            return
        why = f"it is not here, and {record.name} came after it: it was deleted, or never pushed"
        bad = BadRecord(after, why)
        self._known[after] = bad
        yield bad
