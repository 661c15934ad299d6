"""Where a rollback goes: the last known good release that is not live, or the one that is named."""

from __future__ import annotations

from dataclasses import dataclass

from ..safety import Say, one_line
from . import record_store
from .ledger import Ledger
from .live import LiveAnswer
from .record import OVERRIDDEN, Record, RecordKind, at
from .release_name import resolve_option


@dataclass(frozen=True, slots=True)
class RollbackTarget:
    """A release that a rollback goes to.

    Attributes:
        name: the release's tag.
        commit: its commit, in full.
        good: the record by which it is known to be good; None where that is overridden.
        override: why it may go there all the same.
    """

    name: str
    commit: str
    good: Record | None
    override: str = ""

    @property
    def why(self) -> str:
        """Why it goes there, as the end of a sentence."""
        if self.good is not None:
            return f", which PASSED on {at(self.good.when)}"
        return f", which is not known to be good there: {self.override}"

    def record_override(self, ledger: Ledger) -> None:
        """Record that somebody overrode, if so. Raises GitError, RecordNotWritten."""
        if self.good is not None:
            return
        repository, name = ledger.repository, ledger.environment.name
        why = f"rollback: {self.override}"
        override = record_store.record_now(
            repository, RecordKind.OVERRIDDEN, name, self.name, self.commit, OVERRIDDEN, reason=why
        )
        record_store.enter(repository, override, push_it=repository.has_origin)


def choose(
    ledger: Ledger, live: LiveAnswer, to: str | None, override: str | None, say: Say
) -> RollbackTarget | None:
    """Return the release to go back to; say why there is none and return None. Raises
    BadEnvironment where ``to`` is no release.
    """
    return _last_good(ledger, live, say) if to is None else _named(ledger, to, override, say)


def _last_good(ledger: Ledger, live: LiveAnswer, say: Say) -> RollbackTarget | None:
    """Return the last known good release that is not the one to leave."""
    name = ledger.environment.name
    good = ledger.last_good(but=_left(ledger, live))
    if good is not None:
        return RollbackTarget(good.release, good.commit, good)
    say(
        f"{name} has no known good release other than the one that is there; to put one there all "
        f"the same, or the same one again: knowngood rollback --env={name} --to=RELEASE "
        "(--override=WHY, if it is not known to be good)"
    )
    return None


def _left(ledger: Ledger, live: LiveAnswer) -> str | None:
    """Return the commit that a rollback leaves, and so does not go to; None if there is no such
    one, as where edges differ. It is that of a push that did not end, which may have put half of
    its release there; else what the deployment names as live; else what the records say is there.
    """
    name = ledger.environment.name
    unfinished = ledger.records.unverified(name)
    if unfinished is not None and unfinished.kind == RecordKind.PUSHED:
        return unfinished.commit
    there = ledger.records.presumed_live(name)
    by_records = there.commit if there is not None else None
    return live.commit if live.releases else by_records


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
