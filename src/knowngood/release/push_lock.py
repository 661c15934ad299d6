"""One push for each environment at a time, across machines: a ref that only one can create.

It points at a note of who holds it. The holder renews the note every BEAT seconds. The next one
takes the lock over if the holder has ended, or has not renewed it for EXPIRES seconds. Since the
clocks of the two may differ, the next one first watches whether the note changes.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ..safety import RunnerError, Say, ending_signals_to, process_identity
from . import record_store
from .git import GitError, Repository
from .lock_holder import EXPIRES, LockHolder, breaking, holder, ref_of

BEAT: Final = 30.0
"""Seconds from one sign of life of a lock's holder to the next."""

WATCHES: Final = 3
"""How many beats long the next one looks for a sign of life that the clocks deny."""


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
            left_behind = lock.take()
        while left_behind is not None:
            stays = lock.watch(left_behind)
            with _deferred():
                left_behind = lock.take(stays)
        with lock.renewed():
            yield
    finally:
        with _deferred():
            lock.give()
    lock.refuse_lost()


class _Lock:
    """One lock, and what is known of it.

    ``blob`` is our note, empty if we do not hold the lock.
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
        self._ref = ref_of(environment)
        self._say = say
        self._blob = ""
        self._lost = ""

    def take(self, former: LockHolder | None = None) -> LockHolder | None:
        """Take it, from its ``former`` holder if one has left it behind; or return who has left it
        behind. Raises PushLocked, GitError.
        """
        blob = self._written()
        if former is not None:
            self._say(
                f"the lock of {self._environment} was left behind by {former.words}; "
                f"{former.over}, so it is taken over"
            )
        try:
            self._move(former.blob if former is not None else "", blob)
        except GitError as error:
            other = holder(self._repository, self._environment)
            if other is None or (former is not None and other.blob == former.blob):
                raise GitError(f"cannot lock: {error}", of_origin=error.of_origin) from None
            if not other.over:
                raise PushLocked(self._under_way(other)) from None
            return other
        self._blob = blob
        return None

    def watch(self, former: LockHolder) -> LockHolder | None:
        """Return who has left it behind once it is certain that nobody renews it; None if it
        was given back meanwhile. Raises PushLocked if there is a sign of life.
        """
        if not former.beats:
            return former
        self._say(
            f"the lock of {self._environment} is held by {former.words}; {former.over}, so it is "
            f"watched for {WATCHES * BEAT:.0f} s; not to wait, break it: {self._by_hand()}"
        )
        now: LockHolder | None = former
        for _ in range(WATCHES):
            time.sleep(BEAT)
            now = holder(self._repository, self._environment)
            if now is not None and now.blob != former.blob:
                wrong = "\nit is renewed, so one of the two clocks is wrong"
                raise PushLocked(f"{self._under_way(now)}{wrong if now.id == former.id else ''}")
        return now

    def _under_way(self, other: LockHolder) -> str:
        return (
            f"another push is under way, by {other.words}\nwait for its end: a push that FAILED "
            "goes back by itself; then see: knowngood status; if nobody is at work, to break it: "
            f"{self._by_hand()}"
        )

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
        self._say(f"{self._lost}: two change {self._environment} now")
        return True

    def refuse_lost(self) -> None:
        """Raise PushLocked where somebody else has taken the lock over."""
        if self._lost:
            raise PushLocked(f"{self._lost}, who took it over; what is live may be of either")

    def _written(self) -> str:
        content = json.dumps(self._note)
        return self._repository.run("hash-object", "-w", "--stdin", stdin=content).strip()

    def _move(self, old: str, new: str) -> None:
        """Have the ref point at ``new``, or go away, if it points at ``old``, or is not there.
        Raises GitError.
        """
        ref, run = self._ref, self._repository.run
        if self._repository.uses_origin:
            lease = f"--force-with-lease={ref}:{old}"
            try:
                run("push", "--no-follow-tags", lease, "origin", f"{new}:{ref}")
            except GitError:
                if not self._is_there(new):
                    raise
        elif new:
            run("update-ref", ref, new, old or "0" * len(new))
        else:
            run("update-ref", "-d", ref, old)

    def _is_there(self, blob: str) -> bool:
        """Return whether the ref at the origin is as a push wanted it that seems to have failed:
        its answer may be lost where the push was not.
        """
        try:
            at_origin = self._repository.run("ls-remote", "origin", self._ref)
        except GitError:
            return False
        return at_origin.partition("\t")[0] == blob

    def _by_hand(self) -> str:
        return breaking(self._repository, self._environment)


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
