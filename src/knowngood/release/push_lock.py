"""One push for each environment at a time, across machines: a ref that only one can create.

It points at a note of who holds it. The holder renews the note every BEAT seconds; a lock whose
holder has ended, or has not renewed it for EXPIRES seconds, is taken over by the next one.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ..safety import RunnerError, Say, ending_signals_to, one_line, process_identity
from . import record_store
from .git import GitError, Repository

BEAT: Final = 30.0
"""Seconds from one sign of life of a lock's holder to the next."""

EXPIRES: Final = 600.0
"""Seconds without a sign of life after which a lock no longer counts: twice as far as clocks may
differ."""

BY_HAND: Final = 3600.0
"""Seconds for which a lock counts that a person took by hand, which nobody renews."""


class PushLocked(RunnerError):
    """Somebody else holds the lock; the message says who, for how long, for what, and how to break
    it.
    """


@contextlib.contextmanager
def held(repository: Repository, environment: str, purpose: str, say: Say) -> Iterator[None]:
    """Hold the lock of ``environment`` while inside; ``say`` tells of trouble with it.

    The lock is a ref in the repository's origin, or in itself where it has none. A signal that
    would end this process waits until the lock is taken, or given back. Raises PushLocked,
    GitError; PushLocked also at the end where somebody took the lock over meanwhile.
    """
    lock = _Lock(repository, environment, purpose, say)
    try:
        with _deferred():
            lock.take()
        with lock.renewed():
            yield
    finally:
        with _deferred():
            lock.give()
    lock.refuse_lost()


def _ref_of(environment: str) -> str:
    """Return the name of an environment's lock."""
    return f"refs/knowngood/lock/{environment}"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock.

    Attributes:
        blob: the git object that holds the note of who it is.
        words: who, for how long and for what.
        over: why the lock no longer counts, so that the next push takes it over; empty where it
            does count.
        id: what tells this note from others; empty where nobody left one.
    """

    blob: str
    words: str
    over: str
    id: str = ""


def holder(repository: Repository, environment: str) -> LockHolder | None:
    """Return who holds the lock of ``environment``; None where nobody does."""
    ref = _ref_of(environment)
    try:
        blob = _fetched(repository, ref) if repository.has_origin else _blob(repository, ref)
        text = repository.run("cat-file", "blob", blob)
    except GitError:
        return None
    try:
        note = json.loads(text[:4096])
        return LockHolder(blob, _words(note), _over(note), str(note.get("id", "")))
    except (ValueError, KeyError, TypeError):
        return LockHolder(blob, "somebody who left no note", "")


class _Lock:
    """One lock, and what is known of it.

    ``blob`` is our note, empty where we do not hold the lock.
    """

    def __init__(self, repository: Repository, environment: str, purpose: str, say: Say) -> None:
        who, where = record_store.identity(repository)
        now = datetime.now(UTC).isoformat()
        self._note = {
            "id": uuid.uuid4().hex,
            "who": who,
            "where": where,
            "process": process_identity.own(),
            "since": now,
            "beat": now,
            "for": purpose,
        }
        self._repository = repository
        self._environment = environment
        self._ref = _ref_of(environment)
        self._say = say
        self._blob = ""
        self._lost = ""

    def take(self) -> None:
        """Take it, also from a holder that has ended. Raises PushLocked, GitError."""
        blob = self._written()
        try:
            self._move("", blob)
        except GitError as error:
            other = holder(self._repository, self._environment)
            if other is None:
                raise GitError(f"cannot lock: {error}") from None
            if not other.over:
                under_way = f"another push is under way, by {other.words}"
                raise PushLocked(f"{under_way}\nto break it: {self._by_hand()}") from None
            self._say(
                f"a push left its lock behind, by {other.words}; {other.over}, so its lock is "
                "taken over"
            )
            self._move(other.blob, blob)
        self._blob = blob

    def give(self) -> None:
        """Give it back if it is ours, or say that it is left. Nobody else's is taken away: our note
        must be the one that is there.
        """
        if not self._blob:
            return
        try:
            self._move(self._blob, "")
        except GitError as error:
            if self._is_lost():
                return
            self._say(
                f"the lock of {self._environment} was left behind: {error}; it ends by itself "
                f"{EXPIRES / 60:g} minutes from now, or: {self._by_hand()}"
            )
        self._blob = ""

    @contextlib.contextmanager
    def renewed(self) -> Iterator[None]:
        """Renew the note again and again while inside."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            with _deferred():
                thread.join()

    def _renew(self, done: threading.Event) -> None:
        trouble = ""
        while not done.wait(BEAT):
            self._note["beat"] = datetime.now(UTC).isoformat()
            try:
                blob = self._written()
                self._move(self._blob, blob)
                self._blob, trouble = blob, ""
            except GitError as error:
                if self._is_lost():
                    return
                if not trouble:
                    self._say(f"the lock of {self._environment} could not be renewed: {error}")
                trouble = str(error)

    def _is_lost(self) -> bool:
        """Return whether somebody else holds the lock now, and say so: it is theirs, and stays."""
        other = holder(self._repository, self._environment)
        if other is None or other.id == self._note["id"]:
            return False
        self._blob, self._lost = "", f"the lock of {self._environment} is held by {other.words}"
        self._say(f"{self._lost}: both change it now")
        return True

    def refuse_lost(self) -> None:
        """Raise PushLocked where somebody else has taken the lock over."""
        if self._lost:
            raise PushLocked(f"{self._lost}, who took it over; what is live may be of either")

    def _written(self) -> str:
        content = json.dumps(self._note)
        return self._repository.run("hash-object", "-w", "--stdin", given=content).strip()

    def _move(self, old: str, new: str) -> None:
        """Have the ref point at ``new``, or go away, if it points at ``old``, or is not there.
        Raises GitError.
        """
        ref, run = self._ref, self._repository.run
        if self._repository.has_origin:
            lease = f"--force-with-lease={ref}:{old}"
            run("push", "--no-follow-tags", lease, "origin", f"{new}:{ref}")
        elif new:
            run("update-ref", ref, new, old or "0" * len(new))
        else:
            run("update-ref", "-d", ref, old)

    def _by_hand(self) -> str:
        if self._repository.has_origin:
            return self._repository.by_hand("push", "origin", f":{self._ref}")
        return self._repository.by_hand("update-ref", "-d", self._ref)


def _fetched(repository: Repository, ref: str) -> str:
    """Return the object that a lock at the origin points at. No ref stays here: who clones this
    repository would take that for a lock. Raises GitError.
    """
    aside = f"refs/knowngood/seen/{uuid.uuid4().hex}"
    repository.run("fetch", "--no-tags", "origin", f"+{ref}:{aside}")
    try:
        return _blob(repository, aside)
    finally:
        repository.run("update-ref", "-d", aside)


def _blob(repository: Repository, ref: str) -> str:
    return repository.run("rev-parse", "--verify", ref).strip()


def _words(note: Mapping[str, Any]) -> str:
    """Return who holds a lock, by its note."""
    minutes = _age(note["since"]) / 60
    return one_line(
        f"{note['who']} on {note['where']}, for {minutes:.0f} minutes: {note['for']}", 400
    )


def _over(note: Mapping[str, Any]) -> str:
    """Return why a lock no longer counts, by its note; empty where it does."""
    if process_identity.has_ended(str(note.get("process", ""))):
        return "that process has ended"
    try:
        silent = _age(note.get("beat", note["since"]))
    except (ValueError, TypeError):
        return ""
    if silent > (EXPIRES if "beat" in note else BY_HAND):
        return f"its last sign of life was {silent / 60:.0f} minutes ago"
    return ""


def _age(time: str) -> float:
    """Return the seconds since a time in ISO format."""
    return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()


@contextlib.contextmanager
def _deferred() -> Iterator[None]:
    """Let a signal that would end this process wait until the block is done."""
    arrived: list[int] = []
    try:
        with ending_signals_to(arrived.append):
            yield
    finally:
        if arrived:
            signal.raise_signal(arrived[0])
