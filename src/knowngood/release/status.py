"""Where every environment stands: what is live, pushed, verified and known good; and trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, Final

from ..environment import BadEnvironment, Environment
from ..safety import columns, listed, one_line, plural
from . import clone, live, lock_holder, records, trouble
from .git import GitError, Repository
from .ledger import Ledger, relevant_environments
from .record import DEPLOYED, Record, RecordKind, at
from .records import Records
from .release_approval import ApprovalQuestion

Row = dict[str, Any]
_Read = Callable[[Repository], tuple[Records, str]]
_LiveNames = Mapping[str, live.NamedReleases | None]  # by environment; None: not asked

_RECENT: Final = 20  # rejections that are looked at
_LISTED: Final = 3  # of these that have a line each: a table of five environments fits a screen
_HEADS: Final = ("environment", "live now", "last pushed", "last verified", "last good", "behind")


@dataclass(slots=True)
class _Asked:
    """What git and the deployment answered about an environment.

    Attributes:
        environment: the environment.
        named: the names of what is live; None if that was not asked.
        ledger: its records; None if they cannot be read.
        unasked: why it was not asked what is live; empty otherwise.
        outdated: why its records are not there, or not up to date; empty otherwise.
    """

    environment: Environment
    named: live.NamedReleases | None = None
    ledger: Ledger | None = None
    unasked: str = ""
    outdated: str = ""

    def ask_live(self) -> None:
        """Ask the deployment what is live."""
        try:
            self.named = live.ask_names(self.environment)
        except BadEnvironment as error:
            self.unasked = f"what is live on {self.environment.name} was not asked: {error}"

    def read_records(self, read: _Read) -> None:
        """Read its records by ``read``."""
        try:
            repository = clone.opened(self.environment)
            records, self.outdated = read(repository)
            if self.outdated:  # a server that does not answer is not asked who holds the lock
                repository = replace(repository, offline=True)
            self.ledger = Ledger(self.environment, repository, records)
        except (GitError, BadEnvironment) as error:
            self.outdated = str(error)


def rows(environments: Sequence[Environment], *, offline: bool) -> list[Row]:
    """Return what is known of each of them, as plain data; ``offline`` asks neither them nor git's
    origin.
    """
    names = {name for e in environments for name in relevant_environments(e)}

    @cache
    def read(repository: Repository) -> tuple[Records, str]:
        """Return its records, and why they may not be up to date. Most share one repository."""
        outdated, unfetched = ("", {}) if offline else _fetched(repository)
        clone.refuse_shallow(repository)
        return records.read(repository, datetime.now(UTC), names, unfetched), outdated

    asked = [_Asked(environment) for environment in environments]
    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        answers = [] if offline else [pool.submit(one.ask_live) for one in asked]
        for one in asked:
            one.read_records(read)
        for answer in answers:
            answer.result()
    live_names = {one.environment.name: one.named for one in asked}
    return [_row(one, live_names) for one in asked]


def unread_row(name: str, why: str) -> Row:
    """Return the row of an environment whose file cannot be read."""
    return {**_blank(name), "trouble": [why]}


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table for a person; below it who is at work, what was rejected, and
    what somebody has to look at.
    """
    lines = columns([_HEADS, *(_cells(row) for row in rows)])
    notes = [note for row in rows for note in _notes(row)]
    trouble = dict.fromkeys(f"! {line}" for row in rows for line in row["trouble"])
    return "\n".join([*lines, *notes, *trouble])


def _notes(row: Row) -> Iterator[str]:
    """Yield what is good to know, and no trouble."""
    name = row["environment"]
    if row["lock"]:
        yield f"{name} is locked by {row['lock']}"
    if row["left_lock"]:
        left = f"the lock of {name} was left behind by {row['left_lock']}"
        yield f"{left}: the next push or rollback takes it over"
    for rejected in row["rejected"][:_LISTED]:
        reason = f": {one_line(rejected['reason'], 120)}" if rejected["reason"] else ""
        yield f"rejected on {name}: {rejected['release']}, {_when(rejected)}{reason}"
    if more := row["rejected"][_LISTED:]:
        yield f"rejected on {name} before that: {', '.join(other['release'] for other in more)}"
    if row["approvals"]:
        yield from _approval_notes(name, **row["approvals"])


def _approval_notes(
    name: str, approve: str, approved: Row, missing: str | None, command: str
) -> Iterator[str]:
    if approved:
        by = [f"{release} by {who}" for release, who in approved.items()]
        yield f"approved for {name}: {listed(by)}"
    if missing is not None:
        yield (
            f"not approved for {name}: {missing}, which comes next; one of {approve!r} may say "
            f"yes: {command} --release={missing}"
        )


def _fetched(repository: Repository) -> tuple[str, Mapping[str, str]]:
    """Fetch; return why that failed, and the tags that alone could not be fetched, with why."""
    try:
        unfetched = clone.fetch(repository)
    except GitError as error:
        without = "; to go back without it: knowngood rollback --env=NAME --offline"
        return f"not up to date: {error}{without if error.of_origin else ''}", {}
    return "", unfetched


def _row(asked: _Asked, live_names: _LiveNames) -> Row:
    """Return what is known of one environment, as plain data."""
    row = _blank(asked.environment.name)
    row["trouble"] += filter(None, (asked.unasked, asked.outdated))
    if asked.ledger is not None:
        try:
            _fill(row, asked.ledger, live_names)
        except GitError as error:
            row["trouble"].append(str(error))
    return row


def _blank(name: str) -> Row:
    """Return the row of an environment of which nothing is known."""
    known = ("live", "pushed", "verified", "good", "behind", "promotes_from")
    empty = dict.fromkeys((*known, "lock", "left_lock", "approvals"))
    return {"environment": name, **empty, "rejected": [], "trouble": []}


def _fill(row: Row, ledger: Ledger, live_names: _LiveNames) -> None:
    repository, records, name = ledger.repository, ledger.records, ledger.environment.name
    named = live_names[name]
    answer = named.resolved(repository) if named is not None else None
    holder = lock_holder.holder(repository, name) if named is not None else None
    row["live"] = str(answer) if answer is not None and answer.releases else None
    row["pushed"] = _json(records.pushed(name))
    row["verified"] = _json(records.newest(name, RecordKind.VERIFIED))
    row["good"] = _json(ledger.last_good())
    row["behind"] = _behind(ledger, live_names)
    row["promotes_from"] = ledger.environment.promotes_from
    if holder is not None and holder.is_at_work:
        row["lock"] = holder.words
    elif holder is not None and holder.over:  # whoever it was, nothing waits for a person
        row["left_lock"] = f"{holder.words}; {holder.over}"
    row["rejected"] = _rejected(ledger)
    row["approvals"] = _approvals(ledger) if ledger.rules.approve else None
    row["trouble"] += trouble.lines(ledger, answer, holder)


def _rejected(ledger: Ledger) -> list[Row]:
    """Return the rejections of late that still hold, one a release, newest first."""
    recent = islice(ledger.records.of(ledger.environment.name, RecordKind.REJECTED), _RECENT)
    standing = (ledger.rejected(commit) for commit in dict.fromkeys(r.commit for r in recent))
    return [row for record in standing if (row := _json(record))]


def _approvals(ledger: Ledger) -> Row:
    """Return whose approvals gate.approve asks for, who has approved which releases of late, newest
    first, and the release that comes next, if it lacks that.
    """
    environment, records = ledger.environment, ledger.records

    def approver(record: Record) -> str:
        return ApprovalQuestion(ledger, record.release, record.commit).approver()

    recent = list(islice(records.of(environment.name, RecordKind.APPROVED), _RECENT))
    approved = {record.release: who for record in recent if (who := approver(record))}
    here = records.presumed_live(environment.name)
    coming = records.presumed_live(environment.promotes_from or "")
    is_new = coming is not None and (here is None or here.commit != coming.commit)
    missing = coming.release if coming and is_new and not approver(coming) else None
    return {
        "approve": environment.gate.approve,
        "approved": approved,
        "missing": missing,
        "command": f"knowngood approve {ledger.option}",
    }


def _behind(ledger: Ledger, live_names: _LiveNames) -> int | None:
    """Return how many commits the environment lacks of the one that it promotes from."""
    environment = ledger.environment
    here = _commit_on(environment.name, ledger, live_names)
    before = _commit_on(environment.promotes_from or "", ledger, live_names)
    if here is None or before is None:
        return None
    return int(ledger.repository.run("rev-list", "--count", f"{here}..{before}", "--"))


def _commit_on(name: str, ledger: Ledger, live_names: _LiveNames) -> str | None:
    """Return the commit that is live on an environment: by its own answer, or else the records.
    None where the last push or rollback did not end well: half of a release may be there.
    """
    step = ledger.records.unverified(name)
    if step is not None and step.verdict != DEPLOYED:
        return None
    named = live_names.get(name)
    answer = named.resolved(ledger.repository) if named is not None else None
    if answer is not None and answer.releases:
        return answer.commit
    recorded = ledger.records.presumed_live(name)
    return recorded.commit if recorded is not None else None


def _json(record: Record | None) -> Row | None:
    if record is None:
        return None
    return {
        "release": record.release,
        "commit": record.commit,
        "when": record.when.isoformat(),
        "verdict": record.verdict,
        "reason": record.reason,
        "who": record.who,
        "record": record.name,
        "kind": str(record.kind),
    }


def _cells(row: Row) -> tuple[str, ...]:
    pushed, verified, good, behind = (row[k] for k in ("pushed", "verified", "good", "behind"))
    return (
        row["environment"],
        row["live"] or "-",
        _pushed(pushed) if pushed else "-",
        f"{verified['release']} {verified['verdict']} {_when(verified)}" if verified else "-",
        good["release"] if good else "-",
        "-" if behind is None else f"{row['promotes_from']} by {plural(behind, 'commit')}",
    )


def _pushed(row: Row) -> str:
    by = " by rollback" if row["kind"] == RecordKind.ROLLED_BACK else ""
    how = "" if row["verdict"] == DEPLOYED else f" {row['verdict']}"
    return f"{row['release']}{by}{how} {_when(row)} {one_line(_name(row['who']), 40)}"


def _name(who: str) -> str:
    """Return the name of ``Name <address>``, which fits a table; without one, the address."""
    name, _, address = who.partition("<")
    return name.strip() or address.rstrip(">")


def _when(row: Row) -> str:
    return at(datetime.fromisoformat(row["when"]))
