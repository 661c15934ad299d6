"""One push for each environment at a time, across machines: a ref that only one can create."""

from __future__ import annotations

import contextlib
import json
import signal
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from ..safety import RunnerError, one_line
from . import record_store
from .git import GitError, Repository

_NEW = ""


class PushLocked(RunnerError):
    """Somebody else holds the lock; the message says who, for how long, for what, and how to break
    it.
    """


@contextlib.contextmanager
def held(repository: Repository, environment: str, purpose: str) -> Iterator[None]:
    """Hold the lock of ``environment`` while inside. Raises PushLocked, GitError.

    The lock is a ref in the repository's origin, or in itself where it has none. It outlives a
    process that is killed: a person must see then what that did, and remove it.
    """
    ref = f"refs/knowngood/lock/{environment}"
    who, where = record_store.identity(repository)
    note = {
        "id": uuid.uuid4().hex,
        "who": who,
        "where": where,
        "since": datetime.now(UTC).isoformat(),
        "for": purpose,
    }
    blob = repository.run("hash-object", "-w", "--stdin", given=json.dumps(note)).strip()
    remote = repository.has_origin
    try:
        _take(repository, ref, blob, remote)
        yield
    finally:
        with _undisturbed(), contextlib.suppress(GitError):  # the next one is told how to break it
            _give(repository, ref, blob, remote)  # by its note: nobody else's is taken away


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave the lock behind."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _take(repository: Repository, ref: str, blob: str, remote: bool) -> None:
    try:
        if remote:
            lease = f"--force-with-lease={ref}:"
            repository.run("push", "--no-follow-tags", lease, "origin", f"{blob}:{ref}")
        else:
            repository.run("update-ref", ref, blob, _NEW)
    except GitError as error:
        holder = _holder(repository, ref, remote)
        if holder is None:
            raise GitError(f"cannot lock: {error}") from None
        raise PushLocked(f"{holder}\nto break it: {_breaking(repository, ref, remote)}") from None


def _give(repository: Repository, ref: str, blob: str, remote: bool) -> None:
    if remote:
        lease = f"--force-with-lease={ref}:{blob}"
        repository.run("push", "--no-follow-tags", lease, "origin", f":{ref}")
    else:
        repository.run("update-ref", "-d", ref, blob)


def _holder(repository: Repository, ref: str, remote: bool) -> str | None:
    """Return who holds it, by the note that the ref points at; None where nobody does."""
    try:
        if remote:
            repository.run("fetch", "--no-tags", "origin", f"+{ref}:{ref}")
        note = json.loads(repository.run("cat-file", "blob", ref)[:4096])
        since = datetime.fromisoformat(note["since"])
        minutes = (datetime.now(UTC) - since).total_seconds() / 60
        holder = f"{note['who']} on {note['where']}, for {minutes:.0f} minutes: {note['for']}"
        return f"another push is under way, by {one_line(holder, 400)}"
    except GitError:
        return None
    except (ValueError, KeyError, TypeError):
        return "another push is under way, by somebody who left no note"


def _breaking(repository: Repository, ref: str, remote: bool) -> str:
    words = ("push", "origin", f":{ref}") if remote else ("update-ref", "-d", ref)
    return repository.by_hand(*words)
