"""Choose the release that a rollback goes to.

It is the one that is named. Without a name it is the one that the last rollback was to put there,
if that did not arrive, or else the last known good release that is not live.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..safety import Say, one_line
from .ledger import Ledger
from .live import LiveAnswer
from .record import DEPLOYED, OVERRIDDEN, Record, RecordKind, at
from .record_store import RecordNotPushed
from .release_name import resolve_option

_REPEATED: Final = timedelta(hours=1)
"""For how long after a rollback the next one may be meant for what that one took away."""


@dataclass(frozen=True, slots=True)
class RollbackTarget:
    """A release that a rollback goes to.

    Attributes:
        name: the release's tag.
        commit: its commit, in full.
        good: the record by which it is known to be good; None if that is overridden.
        override: why it may go there all the same.
        rejects: whether what is live now counts as bad from then on.
    """

    name: str
    commit: str
    good: Record | None
    override: str = ""
    rejects: bool = True

    @property
    def why(self) -> str:
        """Why it goes there, as the end of a sentence."""
        if self.good is not None:
            return f", which PASSED on {at(self.good.when)}"
        return f", which is not known to be good there: {self.override}"

    def record_override(self, ledger: Ledger) -> None:
        """Record that somebody overrode, if so. Raises GitError, RecordNotWritten; not where it
        is only not pushed, which is told at the end.
        """
        if self.good is not None:
            return
        why = f"rollback: {self.override}"
        with suppress(RecordNotPushed):
            ledger.enter(RecordKind.OVERRIDDEN, self.name, self.commit, OVERRIDDEN, why)


def choose(
    ledger: Ledger, live: LiveAnswer, to: str | None, override: str | None, say: Say
) -> RollbackTarget | None:
    """Return the release to go back to; say why there is none and return None. Raises
    BadEnvironment if ``to`` is no release.
    """
    broken_off = ledger.broken_off_rollback()
    if to is None:
        target = _last_good(ledger, live, broken_off, say)
    else:
        target = _named(ledger, to, override, say)
    if target is None:
        return None
    is_half = broken_off is not None or _is_half(ledger, live)  # of a release: nobody saw it fail
    goes_forward = to is not None and target.good is not None and _is_older(ledger, live, target)
    return replace(target, rejects=not is_half and not goes_forward)


def _is_older(ledger: Ledger, live: LiveAnswer, target: RollbackTarget) -> bool:
    """Return whether a release is live that came before the target, and has not FAILED: somebody
    went further back than was meant.
    """
    commit = live.commit
    if commit is None or ledger.failure(commit) is not None:
        return False
    return ledger.repository.contains(target.commit, commit)


def _is_half(ledger: Ledger, live: LiveAnswer) -> bool:
    """Return whether the release that is live may be there by half: its push did not end well."""
    step = ledger.records.unverified(ledger.environment.name)
    if step is None or step.kind != RecordKind.PUSHED or step.verdict == DEPLOYED:
        return False
    return step.commit == live.commit


def what_is_live(ledger: Ledger, live: LiveAnswer) -> str:
    """Say what is live, and what would be a pity to take away: a good release that is not on record
    there, or what somebody else's rollback has just put there.
    """
    name = ledger.environment.name
    if difference := live.difference(name, ledger.records.presumed_live(name)):
        is_good = ledger.good(live.commit) is not None
        return f"{difference}; {live} is known to be good, too" if is_good else difference
    step = ledger.records.pushed(name)
    by = ""
    if step is not None and step.kind == RecordKind.ROLLED_BACK and step.commit == live.commit:
        by = f"; {one_line(step.who, 80)} has rolled back to it on {at(step.when)}"
    return f"live on {name} is {live}{by}"


def just_put_back(ledger: Ledger, live: LiveAnswer) -> Record | None:
    """Return the record of the rollback that put the live release there within the last hour, if
    that is known to be good. Whoever rolls back now may not mean this release: two people see the
    same trouble, a script runs its command again, or a push has gone back by itself meanwhile.
    """
    records, name = ledger.records, ledger.environment.name
    step = records.pushed(name)
    if step is None or step.kind != RecordKind.ROLLED_BACK or step.commit != live.commit:
        return None
    if records.unverified(name) is not None or ledger.good(step.commit) is None:
        return None
    return step if abs(datetime.now(UTC) - step.made) < _REPEATED else None


def last_good(ledger: Ledger, live: LiveAnswer | None, broken_off: Record | None) -> Record | None:
    """Return the record of the last known good release that is not the one to leave.

    ``broken_off`` is the record of the release that the last rollback was to put there and did not.
    That one is taken first: half of it may be there, and nobody saw it fail. ``live`` is None if
    the deployment was not asked.
    """
    return broken_off or ledger.last_good(but=_bad_one(ledger, live))


def _last_good(
    ledger: Ledger, live: LiveAnswer, broken_off: Record | None, say: Say
) -> RollbackTarget | None:
    """Return the last known good release that is not the one to leave."""
    name = ledger.environment.name
    good = last_good(ledger, live, broken_off)
    if good is None:
        say(_why_none(ledger))
        return None
    passed = ledger.last_passed()
    is_other = passed is not None and passed.commit not in {good.commit, _bad_one(ledger, live)}
    if passed is not None and is_other and ledger.good(passed.commit) is None:
        say(f"passed over: {ledger.why_not_good(passed)}")
    recorded = ledger.records.presumed_live(name)
    if broken_off is not None:
        say(
            f"so {good.release} is put there again; to go to another one: "
            f"knowngood rollback {ledger.option} --to=RELEASE"
        )
    elif not live.releases and recorded is not None and recorded.commit == good.commit:
        say(
            f"what is live is not known; it may be {good.release}, which is put there again; to go "
            f"to another one: knowngood rollback {ledger.option} --to=RELEASE"
        )
    return RollbackTarget(good.release, good.commit, good)


def _bad_one(ledger: Ledger, live: LiveAnswer | None) -> str | None:
    """Return the commit to roll back from: that of a push that did not end, which may have put half
    of its release there, or else the live one. None if that is not known, as where edges differ
    or none answers.
    """
    unfinished = ledger.records.unverified(ledger.environment.name)
    if unfinished is not None and unfinished.kind == RecordKind.PUSHED:
        return unfinished.commit
    return live.commit if live is not None else None


def _why_none(ledger: Ledger) -> str:
    """Say why there is no release to go back to, and what a person can do."""
    name, only = ledger.environment.name, ledger.last_good()
    to = f"knowngood rollback {ledger.option} --to="
    if only is None:
        why = ledger.why_none_is_good()
        return (
            f"{name} has no known good release: {why}; to put one there: {to}RELEASE --override=WHY"
        )
    unfinished = ledger.unfinished()
    it = f": {unfinished}" if unfinished else ", and is the one that is there"
    return (
        f"{only.release} is the only release that is known to be good on {name}{it}; to put it "
        f"there again: {to}{only.release}; to put another one there: {to}RELEASE --override=WHY"
    )


def _named(ledger: Ledger, to: str, override: str | None, say: Say) -> RollbackTarget | None:
    """Return the release that is called ``to``, if it is known to be good or overridden."""
    release, commit = resolve_option(ledger.repository, "--to", to)
    good = ledger.good(commit)
    if good is None and not override:
        name = ledger.environment.name
        say(
            f"{release} is not known to be good on {name} (it has not PASSED there, or has FAILED "
            "or been rejected since); to go back to it all the same: --override=WHY"
        )
        return None
    return RollbackTarget(release, commit, good, one_line(override or "", 600))
