"""Push a release, and go back to the last known good one where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..content.subjects import NO_SUBJECTS
from ..environment import Environment, env_option
from ..safety import Say, hide_secrets
from . import clone, deploy_command, live, push_lock, rejection, rollback_target, unpushed
from .deploy import BAD, DONE, HELD, Deployment, Verification
from .gate_question import GateQuestion
from .ledger import Ledger
from .live import LiveAnswer
from .permission import permitted
from .record import RecordKind, at
from .record_store import RecordNotWritten
from .release_name import resolve_option


@dataclass(frozen=True, slots=True)
class PushResult:
    """How a push ended.

    Attributes:
        code: the exit code.
        rollback: what became of going back, in a sentence; empty if that was not needed.
        restored: whether another release was put back, and verified.
        alike: whether that release FAILED for the same reason as the one that was pushed.
    """

    code: int
    rollback: str = ""
    restored: bool = False
    alike: bool = False


def push(
    environment: Environment,
    release: str,
    manifest: Path | None,
    override: str | None,
    reports: Path | None = None,
    *,
    notify: bool = False,
    subjects: Mapping[str, str] = NO_SUBJECTS,
    say: Say,
) -> PushResult:
    """Ask the gate, deploy and verify ``release``; if it fails, roll back.

    The folder ``reports`` keeps the reports of both verifications; with ``notify`` each of them
    tells others of bad news. ``subjects`` are the artefacts that go out.
    Raises BadEnvironment, GitError, RecordNotWritten, PushLocked.
    """
    purpose = f"knowngood push --release={release}"
    with _ledger(environment, purpose, say=say) as ledger:
        resolve_option(ledger.repository, "--release", release)
        earlier = unpushed.names(ledger.repository)
        answer = live.ask(environment, ledger.repository)
        question = GateQuestion.about(ledger, release, manifest, answer, subjects)
        commit = permitted(question, override, push=True, say=say)
        if commit is None:
            return PushResult(BAD)
        deployment = Deployment(
            ledger, RecordKind.PUSHED, release, commit, say, manifest, reports, notify, subjects
        )
        try:
            trouble = deployment.deploy()
        except RecordNotWritten as error:
            say(f"nothing was deployed: {error}")
            return PushResult(HELD)
        if trouble:
            result = _not_deployed(deployment, answer, trouble)
        else:
            result = _pushed(deployment, answer)
        return replace(result, code=deployment.settled(earlier, result.code))


def _pushed(deployment: Deployment, before: LiveAnswer) -> PushResult:
    """Verify what was deployed, and go back if it is bad. ``before`` is what was live."""
    release, name, say = deployment.release, deployment.environment_name, deployment.say
    verification = deployment.verify()
    if verification.code == BAD:
        if not verification.instead:
            say(f"{release} is bad on {name}")
        return _go_back(deployment, before, verification)
    if verification.code == DONE:
        say(f"{release} is on {name}, and verified")
        if rejection.warn(deployment.ledger, release, deployment.commit, say):
            return PushResult(HELD)
    else:
        again = f"knowngood verify {deployment.ledger.option} --release={release} --record --push"
        say(
            f"the verification could not tell whether {release} is good; nothing more was changed. "
            f"Again: {again}"
        )
    return PushResult(verification.code)


def _not_deployed(deployment: Deployment, before: LiveAnswer, trouble: str) -> PushResult:
    """Return how a push ends whose deployment failed by ``trouble``. What was live ``before``,
    still is and still passes is not bad: it stays. Any other may be there by half: go back.
    """
    ledger, release, say = deployment.ledger, deployment.release, deployment.say
    now = live.ask(ledger.environment, ledger.repository)
    if not before.commit == now.commit == deployment.commit:
        return _go_back(deployment, before, None, trouble)
    say(f"{release} was live before, and still is: it is verified before it is judged")
    verification = deployment.verify()
    if verification.code == BAD:
        return _go_back(deployment, before, verification)
    passed = ", and PASSED" if verification.code == DONE else ""
    say(f"{release} is still live{passed}; nothing was rolled back, but {trouble}: see why")
    return PushResult(HELD)


def roll_back(
    environment: Environment,
    to: str | None,
    override: str | None,
    *,
    offline: bool = False,
    agreed: Callable[[], bool],
    say: Say,
) -> int:
    """Go back to a release, if ``agreed`` says so: to the last known good one that is not live, or
    ``to`` one. Return the exit code. What a rollback has just put there stays if it still passes.

    ``override`` says why it may go back to a release that is not known to be good; it is recorded.
    ``offline`` goes by the records that are here, and locks nobody out elsewhere.
    Raises BadEnvironment, GitError, PushLocked, RecordNotWritten.
    """
    with _ledger(environment, "knowngood rollback", offline=offline, say=say) as ledger:
        earlier = unpushed.names(ledger.repository)
        answer = live.ask(environment, ledger.repository)
        say(rollback_target.what_is_live(ledger, answer))
        if to is None and (back := rollback_target.just_put_back(ledger, answer)):
            stays = Deployment(ledger, back.kind, back.release, back.commit, say)
            if (code := _judge_again(stays)) != BAD:
                return stays.settled(earlier, code)
            ledger = Ledger.open(environment, offline=offline)
            answer = live.ask(environment, ledger.repository)
        target = rollback_target.choose(ledger, answer, to, override, say)
        if target is None:
            return BAD
        say(f"it goes back to {target.name}, {target.commit[:12]}{target.why}")
        if not agreed():
            say("nothing was changed")
            return HELD
        target.record_override(ledger)
        if target.rejects and answer.commit not in {None, target.commit}:
            rejection.taken_away(ledger, str(answer), answer.commit, target.name, say)
        rollback = Deployment(ledger, RecordKind.ROLLED_BACK, target.name, target.commit, say)
        return rollback.settled(earlier, _put_back(rollback).code)


def _judge_again(back: Deployment) -> int:
    """Verify what a rollback has just put there, and say what becomes of it; return the exit code.
    Without this, a command that is repeated would take a good release away, and reject it.
    """
    ledger, name, release = back.ledger, back.environment_name, back.release
    other = ledger.last_good(but=back.commit)
    to = f"--to={other.release}" if other is not None else "--to=RELEASE --override=WHY"
    back.say(
        f"{release} was put there within the last hour: it is verified first, and stays if it "
        f"passes; to go further back in any case: knowngood rollback {ledger.option} {to}"
    )
    code = back.verify().code
    if code == DONE:
        back.say(f"{name} is back on {release} already, and verified; nothing was changed")
    elif code != BAD:
        back.say(f"it is not known whether {release} is good; nothing was changed")
    return code


@contextmanager
def _ledger(
    environment: Environment, purpose: str, *, offline: bool = False, say: Say
) -> Iterator[Ledger]:
    """Hold the environment's lock, read its records and say what an earlier command left
    unfinished. Behind the lock nobody else changes anything.
    """
    deploy_command.refuse_unrunnable(environment)
    hide_secrets(environment.secret_variables)
    repository = replace(clone.opened(environment), offline=offline)
    command = f"{purpose} {env_option(environment.path)}"
    with push_lock.held(repository, environment.name, command, say):
        ledger = Ledger.open(environment, offline=offline)
        if offline:
            say(f"! {_doubt(ledger)}")
        for warning in ledger.warnings():
            say(f"! {warning}")
        if unfinished := ledger.unfinished():
            say(unfinished)
        deploy_command.refuse_running(environment, say)
        yield ledger


def _doubt(ledger: Ledger) -> str:
    """Say what is not known offline."""
    name = ledger.environment.name
    last = ledger.records.last(name)
    newest = f"the newest is of {at(last.when)}" if last is not None else "there is none"
    return (
        f"--offline: the records of {name} are as they were fetched last, {newest}; what others "
        f"have done since is not known, and nothing keeps them from changing {name} now: ask them"
    )


def _go_back(
    pushed: Deployment, before: LiveAnswer, failed: Verification | None, trouble: str = ""
) -> PushResult:
    """Put a good release back in place of the one that was ``pushed``, if there is one: what was
    live ``before``, or else the last known good one. Somebody may have taken that one away by hand.
    Reject the pushed one if its verification ``failed``; else its deployment did, by ``trouble``.

    One that did not arrive is not rejected: nobody saw it. The good one is put back all the same,
    since the other may still be on its way, or come up later.
    """
    ledger, name = pushed.ledger, pushed.environment_name
    was_live = ledger.good(before.commit) if before.commit != pushed.commit else None
    good = was_live or ledger.last_good(but=pushed.commit)
    why = _why_back(pushed, failed, trouble)
    if good is None:
        outcome = f"no release is known to be good on {name}: it stays as it is"
        put_one = f"knowngood rollback {ledger.option} --to=RELEASE --override=WHY"
        pushed.say(f"{why}; {outcome}; to put one there: {put_one}")
        return PushResult(BAD, outcome)
    if failed is not None and not failed.instead:
        reason = f"FAILED: {failed.reason}; rolled back to {good.release}"
        rejection.record(ledger, pushed.release, pushed.commit, reason, pushed.say)
    rollback = replace(
        pushed,
        kind=RecordKind.ROLLED_BACK,
        release=good.release,
        commit=good.commit,
        manifest=None,
        subjects=NO_SUBJECTS,
    )
    ended = _put_back(rollback, f"{why}; ", failed)
    if ended.alike:
        rejection.take_back(ledger, pushed.release, pushed.commit, ended.rollback, pushed.say)
    return replace(ended, code=BAD)


def _why_back(pushed: Deployment, failed: Verification | None, trouble: str) -> str:
    """Return why a push goes back."""
    if failed is None:
        return f"{pushed.release} was not deployed ({trouble})"
    if failed.instead:
        return _not_arrived(pushed, failed.instead)
    return f"{pushed.release} FAILED on {pushed.environment_name}: {failed.reason}"


def _not_arrived(deployment: Deployment, instead: str) -> str:
    if deployment.ledger.repository.commit_of(f"refs/tags/{instead}") == deployment.commit:
        return (
            f"{deployment.environment_name} calls this commit {instead}, and not "
            f"{deployment.release}: push it by that name"
        )
    return (
        f"{deployment.release} did not arrive: {deployment.environment_name} serves "
        f"{instead}, although deploy.command ended well"
    )


def _put_back(
    rollback: Deployment, why: str = "", failed: Verification | None = None
) -> PushResult:
    """Put a release back, verify it, and say how that ended; ``why`` goes before. A rollback is
    never rolled back. ``failed`` is how the verification of the release before it ended.
    """
    name = rollback.environment_name
    again = f"knowngood rollback {rollback.ledger.option}"
    trouble = rollback.deploy()
    ended = Verification(BAD) if trouble else rollback.verify()
    is_bad = ended.code == BAD and not ended.unseen
    alike = failed is not None and is_bad and ended.reason == failed.reason != ""
    if ended.code == DONE:
        outcome, other = f"{name} is back on {rollback.release}, and verified", ""
    elif alike:
        outcome = f"{rollback.release} is back on {name}, and FAILED for the same reason"
        to_see = f"knowngood verify {rollback.ledger.option} --release={rollback.release}"
        other = f": look at what both run on; once that is repaired: {to_see} --record --push"
    elif ended.instead:
        outcome = _not_arrived(rollback, ended.instead)
        other = f"; repair what deploys; then: {again} --to={rollback.release}"
    else:
        outcome = f"the rollback of {name} to {rollback.release} is NOT known to work: look there"
        other = f"; another release: {again} --to=RELEASE"
        if trouble or ended.unseen:
            other = f"; repair what deploys; then: {again}"
        elif ended.code == HELD:
            other = f"; once it can be judged: {again}"
    rollback.say(f"{why}{outcome}{other}")
    return PushResult(ended.code, outcome, restored=ended.code == DONE, alike=alike)
