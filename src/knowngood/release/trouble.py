"""What somebody has to look at on an environment, each with the command that comes next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from ..safety import one_line, shell_word
from . import lock_holder, records, rejection, rollback_target
from .ledger import Ledger
from .live import LiveAnswer
from .lock_holder import LockHolder
from .record import DEPLOYED, Record, at
from .record_name import environment_of


def lines(ledger: Ledger, live: LiveAnswer | None, holder: LockHolder | None) -> Iterator[str]:
    """Yield a line for each trouble of an environment, and none if all is as it should be.

    ``live`` is None if the deployment was not asked. While ``holder``, who holds the lock, is
    at work, what is live is about to change and is not judged. Raises GitError.
    """
    unshared = list(ledger.unshared())  # first: whatever else is missing may be elsewhere
    yield from unshared
    if holder is not None and not holder.readable:
        yield _of_lock(ledger, holder)
    if holder is None or not holder.is_at_work:
        yield from _of_live(ledger, live)
        if live is not None and live.releases and live.trouble:
            repair = "until it does, the gate lets no push through: it is verified at every edge"
            see = f"to see: knowngood live {ledger.option}"
            yield f"{ledger.environment.name}: {live.trouble}; {repair}; {see}"
    yield from ledger.warnings()[len(unshared) :]


def _of_lock(ledger: Ledger, holder: LockHolder) -> str:
    name = ledger.environment.name
    free = lock_holder.breaking(ledger.repository, name)
    ends = f"it does not end by itself; if nobody is at work: {free}"
    return f"{name} is locked by {holder.words}; {ends}"


def _of_live(ledger: Ledger, live: LiveAnswer | None) -> Iterator[str]:
    """Yield why what is live is not what was last known to be good."""
    name, unfinished = ledger.environment.name, ledger.unfinished()
    if unfinished:
        says = f"; live on {name} is {live}" if live is not None else ""
        step = ledger.records.unverified(name)
        keep = _to_keep(ledger, live, but=step.commit if step is not None else "")
        see = _to_see_unverified(ledger, live)
        to_do = f"{_back(ledger, live)}{keep}" or _another(ledger)
        yield f"{unfinished}{says}{see}{to_do}"
        return
    if live is None:
        return
    recorded = ledger.records.presumed_live(name)
    if recorded is not None and live.is_of(recorded) and ledger.has_lost_tag(recorded):
        yield f"{recorded.release} is live on {name}, and is no tag here{_to_tag(ledger, recorded)}"
    elif difference := live.difference(name, recorded):
        renamed = _renamed(ledger, live) if recorded is None else ""
        yield f"{difference}{renamed}{_back_or_keep(ledger, live)}"
    elif live.commit is not None and ledger.good(live.commit) is None:
        yield _of_doubtful(ledger, live, live.commit)


def _back_or_keep(ledger: Ledger, live: LiveAnswer) -> str:
    """Return the commands that settle what is live and is not on record. One that is known to be
    good is to be kept first: somebody may have gone back to it by hand, from what is on record.
    """
    back, keep = _back(ledger, live), _to_keep(ledger, live)
    if ledger.good(live.commit) is not None:
        return f", and {live} is known to be good{keep}{back}"
    return f"{back}{keep}" or _another(ledger)


def _renamed(ledger: Ledger, live: LiveAnswer) -> str:
    """Return which environment of another name has what is live on record, and no file any more:
    this one may be it, and records count by the name.
    """
    path, repository = ledger.environment.path, ledger.repository
    on_record = set(map(environment_of, repository.tags("refs/tags/verified/")))
    lost = sorted(on_record - {file.stem for file in path.parent.glob("*.toml")})
    known = records.read(repository, datetime.now(UTC), lost)
    for name in lost:
        there = known.presumed_live(name)
        if there is not None and live.is_of(there):
            words = (os.fsencode(file) for file in (path, path.with_name(f"{name}.toml")))
            back = " ".join(map(shell_word, words))
            return f"; {name} has that on record, and no file: if it was renamed, undo: mv {back}"
    return ""


def _of_doubtful(ledger: Ledger, live: LiveAnswer, commit: str) -> str:
    """Return why the release that is live is not known to be good, and what comes next."""
    name = ledger.environment.name
    rejected = ledger.rejected(commit)
    if rejected is not None:
        return (
            f"{live} is live on {name}, and was rejected by {one_line(rejected.who, 80)} on "
            f"{at(rejected.when)}: {one_line(rejected.reason, 120)}{_back(ledger, live)}; to take "
            f"the rejection back: {rejection.undo_command(ledger, str(live))}"
        )
    passed = ledger.last_passed(commit)
    why = f": {ledger.why_not_good(passed)}" if passed is not None else ""
    line = f"{live} is live on {name}, and not known to be good{why}"
    is_good_here = passed is not None and ledger.records.revoked_by(passed) is None
    if is_good_here and str(live) in ledger.records.unfetched:  # what to do is told of the tag
        return line
    if (other := ledger.failed_alike(commit)) is not None:
        alike = f"; {other.release} FAILED for the same reason: look at what both run on"
        return f"{line}{alike}{_to_see(ledger, str(live))}{_back(ledger, live)}"
    return f"{line}{_back(ledger, live)}{_to_see(ledger, str(live))}"


def _to_tag(ledger: Ledger, recorded: Record) -> str:
    """Return the commands that give a release its tag again, whose commit is on record."""
    repository, tag = ledger.repository, recorded.release
    again = repository.by_hand("tag", "-a", "-m", tag, tag, recorded.commit)
    if not repository.uses_origin:
        return f": it was deleted; to make it again: {again}"
    return (
        f": it was deleted, or never pushed; whoever has it: git push origin {tag}; to make it "
        f"again: {again} && {repository.by_hand('push', 'origin', tag)}"
    )


def _to_keep(ledger: Ledger, live: LiveAnswer | None, but: str = "") -> str:
    """Return the command that records what is live; empty if that is not known, rejected, or the
    commit ``but``.
    """
    commit = live.commit if live is not None else None
    if commit is None or commit == but or ledger.rejected(commit) is not None:
        return ""
    return f"; to keep {live}: knowngood adopt {ledger.option} --release={live}"


def _to_see_unverified(ledger: Ledger, live: LiveAnswer | None) -> str:
    """Return the command that verifies what was deployed and not verified: a rollback would reject
    a release that nobody found bad. Empty if another one may be there, or half of it alone: what
    did not end is there if the deployment says so.
    """
    name = ledger.environment.name
    record = ledger.records.unverified(name)
    if record is None:
        return ""
    is_unknown = live is None or not live.releases
    is_there = live is not None and live.commit == record.commit
    is_there = is_there or (is_unknown and record.verdict == DEPLOYED)
    return _to_see(ledger, record.release) if is_there else ""


def _to_see(ledger: Ledger, release: str) -> str:
    """Return the command that tells whether a release is good."""
    command = f"knowngood verify {ledger.option} --release={release} --record --push"
    return f"; to see: {command}"


def _another(ledger: Ledger) -> str:
    """Return the command that puts any release there, where none is known to be good."""
    return (
        f"; no release is known to be good; to put one there: knowngood rollback {ledger.option} "
        "--to=RELEASE --override=WHY"
    )


def _back(ledger: Ledger, live: LiveAnswer | None) -> str:
    """Return the command that puts a known good release there, or the first one."""
    broken_off = ledger.broken_off_rollback()
    if rollback_target.last_good(ledger, live, broken_off) is not None:
        aim = "to go back" if broken_off is None else "to end it"
        return f"; {aim}: knowngood rollback {ledger.option}"
    if live is not None and live.releases:
        return ""
    override = ""  # where the gate asks for one
    if ledger.records.live(ledger.environment.name, ledger.distrust) is None:
        override = " --override='first push'"
    elif live is not None and not live.silent:
        override = " --override=WHY"
    return f"; to put one there: knowngood push {ledger.option} --release=RELEASE{override}"
