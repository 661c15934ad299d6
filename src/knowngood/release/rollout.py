"""Push a release, and go back to the last known good one where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import hide_secrets, one_line
from . import clone, push_lock
from .deploy import BAD, DONE, HELD, Deployment
from .git import is_ref_part
from .ledger import Ledger
from .permission import permitted
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, Record, RecordKind, at

_UNFINISHED: Final = {
    STARTED: "did not end: it may be there, or half of it",
    NOT_DEPLOYED: "ended badly: it may be there, or half of it",
    DEPLOYED: "was not verified: it is there, and may be bad",
}


@dataclass(frozen=True, slots=True)
class PushResult:
    """How a push ended.

    Attributes:
        code: the exit code.
        rollback: what became of going back, in a sentence; empty where that was not needed.
        restored: whether another release was put back, and verified.
    """

    code: int
    rollback: str = ""
    restored: bool = False


def push(
    environment: Environment,
    release: str,
    manifest: Path | None,
    override: str | None,
    reports: Path | None = None,
    *,
    notify: bool = False,
    say: Callable[[str], None],
) -> PushResult:
    """Ask the gate, deploy and verify ``release``; if it fails, roll back.

    The folder ``reports`` keeps the reports of both verifications; with ``notify`` each of them
    tells others of bad news.
    Raises BadEnvironment, GitError, RecordNotWritten, PushLocked.
    """
    if not is_ref_part(release):
        raise BadEnvironment(f"--release {one_line(release, 80)!r}: no release has such a name")
    with _ledger(environment, f"knowngood push --release={release}", say) as ledger:
        question = ledger.question(release, manifest)
        commit = permitted(question, override, push=ledger.repository.has_origin, say=say)
        if commit is None:
            return PushResult(BAD)
        deployment = Deployment(
            ledger, RecordKind.PUSHED, release, commit, say, manifest, reports, notify
        )
        code = deployment.run()
        if code == DONE:
            say(f"{release} is on {environment.name}, and verified")
        elif code == BAD:
            say(f"{release} is bad on {environment.name}")
            return _go_back(deployment)
        else:
            say(
                f"the verification could not tell whether {release} is good; nothing more was "
                f"changed. Again: knowngood verify --env={environment.name} --release={release} "
                "--record"
            )
        return PushResult(code)


def roll_back(
    environment: Environment, *, agreed: Callable[[], bool], say: Callable[[str], None]
) -> int:
    """Go back to the last known good release, if ``agreed`` says so. Return the exit code.

    Raises BadEnvironment, GitError, PushLocked.
    """
    with _ledger(environment, "knowngood rollback", say) as ledger:
        live = ledger.records.there(environment.name)
        good = ledger.last_good_besides(live.commit if live else "")
        if good is None:
            say(f"{environment.name} has no known good release other than the one that is there")
            return BAD
        is_now = f"{live.release} ({live.verdict}, {at(live.when)})" if live else "not known"
        say(f"on {environment.name} is, by the records: {is_now}")
        say(f"it goes back to {good.release}, {good.commit[:12]}, which PASSED on {at(good.when)}")
        if not agreed():
            say("nothing was changed")
            return HELD
        rollback = Deployment(ledger, RecordKind.ROLLED_BACK, good.release, good.commit, say)
        return _put_back(rollback).code


@contextmanager
def _ledger(environment: Environment, purpose: str, say: Callable[[str], None]) -> Iterator[Ledger]:
    """Hold the environment's lock, read its records and say what an earlier command left
    unfinished. Behind the lock nobody else changes anything.
    """
    if environment.deploy is None:
        raise BadEnvironment(
            f"{environment.path}: needs [deploy] with command, which puts a release there"
        )
    hide_secrets(environment.secret_variables)
    repository = clone.opened(environment)
    with push_lock.held(repository, environment.name, f"{purpose} --env={environment.name}"):
        ledger = Ledger.open(environment)
        _tell_unfinished(ledger.records.unverified(environment.name), say)
        yield ledger


def _tell_unfinished(record: Record | None, say: Callable[[str], None]) -> None:
    if record is not None:
        say(
            f"the {'push' if record.kind == RecordKind.PUSHED else 'rollback'} of {record.release} "
            f"by {one_line(record.who, 80)} on {at(record.when)} {_UNFINISHED[record.verdict]}"
        )


def _go_back(bad: Deployment) -> PushResult:
    """Put the last known good release back in place of a bad one, if there is one."""
    name = bad.ledger.environment.name
    good = bad.ledger.last_good_besides(bad.commit)
    if good is None:
        outcome = f"no release is known to be good on {name}: it stays as it is"
        bad.say(outcome)
        return PushResult(BAD, outcome)
    rollback = replace(
        bad, kind=RecordKind.ROLLED_BACK, release=good.release, commit=good.commit, manifest=None
    )
    return replace(_put_back(rollback), code=BAD)


def _put_back(rollback: Deployment) -> PushResult:
    """Put a release back and verify it. A rollback is never rolled back."""
    code, name = rollback.run(), rollback.ledger.environment.name
    if code == DONE:
        outcome = f"{name} is back on {rollback.release}, and verified"
    else:
        outcome = (
            f"the rollback of {name} to {rollback.release} is NOT known to work: look at {name}"
        )
    rollback.say(outcome)
    return PushResult(code, outcome, restored=code == DONE)
