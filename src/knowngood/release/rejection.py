"""Mark a release as bad on some environments, or take that mark away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ..environment import Environment
from ..safety import Say
from . import clone, record_store
from .git import GitError
from .ledger import Ledger
from .record import REJECTED, WITHDRAWN, RecordKind
from .record_store import RecordNotPushed, RecordNotWritten
from .release_name import resolve_option


def reject(
    environments: Sequence[Environment], release: str, why: str, *, undo: bool, say: Say
) -> None:
    """Record on each of these environments that ``release`` is bad, or, with ``undo``, that it no
    longer counts as bad. Raises BadEnvironment if there is no such release, GitError,
    RecordNotWritten.
    """
    verdict = WITHDRAWN if undo else REJECTED
    for environment in environments:
        repository = clone.opened(environment)
        clone.fetch(repository)
        tag, commit = resolve_option(repository, "--release", release)
        record = record_store.record_now(
            repository, RecordKind.REJECTED, environment.name, tag, commit, verdict, reason=why
        )
        say(f"recorded: {record_store.enter(repository, record)}")


def record(ledger: Ledger, release: str, commit: str, why: str, say: Say) -> None:
    """Record that a release is bad; a rollback goes on where that cannot be written."""
    if _entered(ledger, release, commit, REJECTED, why, say):
        everywhere = f"knowngood reject --release={release} --why=WHY"
        undo = undo_command(ledger, release)
        say(
            f"{release} is rejected on {ledger.environment.name}; on every environment: "
            f"{everywhere}; to take that back: {undo}"
        )


def taken_away(ledger: Ledger, release: str, commit: str, back_to: str, say: Say) -> None:
    """Record that a release is bad, which a rollback takes away, unless another one FAILED for the
    same reason.
    """
    if (other := ledger.failed_alike(commit)) is not None:
        say(f"{release} is not rejected: {other.release} FAILED for the same reason")
        return
    failed = ledger.failure(commit)
    why = f"FAILED: {failed.reason}; " if failed is not None else ""
    record(ledger, release, commit, f"{why}rolled back to {back_to}", say)


def take_back(ledger: Ledger, release: str, commit: str, why: str, say: Say) -> None:
    """Record that a release does not count as bad after all."""
    if _entered(ledger, release, commit, WITHDRAWN, why, say):
        say(f"{release} is not rejected any more: {why}")


def _entered(ledger: Ledger, release: str, commit: str, verdict: str, why: str, say: Say) -> bool:
    """Record it and return whether that was written; say why it was not."""
    try:
        with suppress(RecordNotPushed):  # that is told at the end
            ledger.enter(RecordKind.REJECTED, release, commit, verdict, why)
    except (RecordNotWritten, GitError) as error:
        say(str(error))
        return False
    return True


def warn(before: Ledger, release: str, commit: str, say: Say) -> bool:
    """Say that a release which went out does not count as good: an override let it through although
    it was rejected, or somebody has rejected it since ``before`` was read. Return whether it is so.
    """
    name, now = before.environment.name, before
    with suppress(GitError):  # what was known before is better than nothing
        now = Ledger.open(before.environment)
    if now.rejected(commit) is None:
        return False
    is_new = before.rejected(commit) is None
    back = f"; to go back: knowngood rollback {before.option}" if is_new else ""
    say(
        f"{release} is rejected on {name}, and no rollback goes back to it until: "
        f"{undo_command(before, release)}{back}"
    )
    return is_new


def undo_command(ledger: Ledger, release: str) -> str:
    """Return the command that takes a rejection back."""
    return f"knowngood reject {ledger.option} --release={release} --undo --why=WHY"
