"""Who holds the lock of an environment: the note that its ref points at."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ..safety import duration, one_line, process_identity
from .git import GitError, Repository

EXPIRES: Final = 600.0
"""Seconds without a sign of life after which a lock no longer counts."""

BY_HAND: Final = 3600.0
"""Seconds for which a lock counts that a person took by hand, which nobody renews."""


def ref_of(environment: str) -> str:
    """Return the name of an environment's lock."""
    return f"refs/knowngood/lock/{environment}"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock.

    Attributes:
        blob: the git object that holds the note of who it is.
        words: who, for how long and for what.
        over: why the lock no longer counts, so that the next push takes it over; empty if it
            does count.
        id: what tells this note from others; empty if nobody left one.
        beats: whether it is renewed again and again, and its process is not known to have ended.
        readable: whether the note could be read; else such a lock never ends by itself.
    """

    blob: str
    words: str
    over: str
    id: str = ""
    beats: bool = False
    readable: bool = True

    @property
    def is_at_work(self) -> bool:
        """Whether somebody is known to be changing the environment now."""
        return self.readable and not self.over


def holder(repository: Repository, environment: str) -> LockHolder | None:
    """Return who holds the lock of ``environment``; None if nobody does."""
    ref = ref_of(environment)
    try:
        blob = _fetched(repository, ref) if repository.uses_origin else _blob(repository, ref)
    except GitError:
        return None
    try:
        note = json.loads(repository.run("cat-file", "blob", blob)[:4096])
        beats = "beat" in note and not _has_ended(note)
        return LockHolder(blob, _words(note), _over(note), str(note.get("id", "")), beats)
    except (GitError, ValueError, KeyError, TypeError):
        return LockHolder(blob, "somebody who left no note that can be read", "", readable=False)


def breaking(repository: Repository, environment: str) -> str:
    """Return the command that takes the lock of ``environment`` from whoever holds it."""
    ref = ref_of(environment)
    if repository.uses_origin:
        return repository.by_hand("push", "origin", f":{ref}")
    return repository.by_hand("update-ref", "-d", ref)


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
    age = _age(note["since"])
    time = f"for {duration(max(0.0, age))}"
    if age < -60:
        time = f"dated {duration(-age)} from now, so one of the two clocks is wrong"
    return one_line(f"{note['who']} on {note['where']}, {time}: {note['for']}", 400)


def _over(note: Mapping[str, Any]) -> str:
    """Return why a lock no longer counts, by its note; empty if it does."""
    if _has_ended(note):
        return "that process has ended"
    try:
        silent = _age(note.get("beat", note["since"]))
    except (ValueError, TypeError):
        return ""
    if silent > (EXPIRES if "beat" in note else BY_HAND):
        return f"its last sign of life was {duration(silent)} ago"
    if "beat" in note and silent < -EXPIRES:  # who takes it over sees whether it is renewed
        return f"its last sign of life is dated {duration(-silent)} from now"
    return ""


def _has_ended(note: Mapping[str, Any]) -> bool:
    """Return whether a holder's process was on this machine, and has ended."""
    return process_identity.has_ended(str(note.get("process", "")))


def _age(moment: str) -> float:
    """Return the seconds since a time in ISO format."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
