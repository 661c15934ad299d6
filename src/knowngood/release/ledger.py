"""The records of one environment, in the repository that its releases are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from ..environment import (
    FOLDER,
    BadEnvironment,
    Environment,
    GateRules,
    env_option,
    in_promotion_order,
    load_here,
    root_above,
)
from ..safety import one_line
from . import clocks, clone, namesake, record_store, records, signature, unpushed
from .git import GitError, Repository
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, Record, RecordKind, at, is_record
from .record_name import BadRecord
from .records import Records

_UNFINISHED: Final = {
    STARTED: "did not end: it may be there, or half of it",
    NOT_DEPLOYED: "ended badly{why}: it may be there, or half of it",
    DEPLOYED: "was not verified: it may be bad",
}


def relevant_environments(environment: Environment) -> tuple[str, ...]:
    """Return the environments whose records decide about a release: this one first, and then those
    where the release must have passed.
    """
    before = (environment.promotes_from,) if environment.promotes_from is not None else ()
    return environment.name, *before, *environment.gate.requires


def recorded_environments(names: Sequence[str]) -> tuple[list[Environment], dict[str, str]]:
    """Return the environments of these names; without names, all that have release.repository, as a
    release goes through them, and the names of those whose files cannot be read, each with why.

    Raises BadEnvironment, also if there is none: an empty table would look like an answer; and
    for a name whose file cannot be read.
    """
    folder = root_above(Path.cwd()) / FOLDER
    chosen = names or sorted(path.stem for path in folder.glob("*.toml"))
    loaded, unread = [], {}
    for name in chosen:
        try:
            loaded.append(load_here(name, secrets=False))
        except BadEnvironment as error:
            if names:
                raise
            unread[name] = str(error)
    recorded = [e for e in loaded if names or (e.release and e.release.repository)]
    if unread and not recorded:
        raise BadEnvironment("\n".join(unread.values()))
    if not recorded:
        raise BadEnvironment(
            f"{folder} has no environment with release.repository, where records are kept; add it "
            "to one, or run this in the suite's folder"
        )
    return recorded if names else in_promotion_order(recorded), unread


@dataclass(frozen=True, slots=True)
class Ledger:
    """An environment, its repository and its records.

    Attributes:
        environment: the environment that is asked about.
        repository: the git repository that its releases and records are in.
        records: those of the environment, and of the environments that its gate asks for.
    """

    environment: Environment
    repository: Repository
    records: Records

    @classmethod
    def open(cls, environment: Environment, *, offline: bool = False) -> Ledger:
        """Fetch, unless ``offline``, and read. Raises BadEnvironment, GitError."""
        repository = replace(clone.opened(environment), offline=offline)
        unfetched = clone.fetch(repository)
        clone.refuse_shallow(repository)
        now, names = datetime.now(UTC), relevant_environments(environment)
        return cls(environment, repository, records.read(repository, now, names, unfetched))

    @property
    def rules(self) -> GateRules:
        """The rules of the environment's gate."""
        return self.environment.gate

    @property
    def option(self) -> str:
        """The ``--env`` that names the environment, for a command that is printed."""
        return self.option_of(self.environment.name)

    def option_of(self, name: str) -> str:
        """Return the same for another environment of this suite."""
        return env_option(self.environment.path.with_name(f"{name}.toml"))

    def distrust(self, record: Record) -> str:
        """Say why a record does not count; nothing if it does: its release's tag is still on its
        commit, here and at the origin, and one of the environment's signers signed it, where it
        names some. Raises GitError.
        """
        release, signers = record.release, self.rules.signers
        if why := self.records.unfetched.get(release):
            return f"the tag {release}: {why}"
        now = self.repository.commit_of(f"refs/tags/{release}")
        if now is None and not record.commit.startswith(release):
            return "its release's tag was deleted, or never pushed"
        if now not in {None, record.commit}:
            return "its release's tag moved"
        trouble = signature.read(self.repository, record.ref, signers).trouble
        return f"nobody in {signers} signed it: {trouble}" if trouble else ""

    def has_lost_tag(self, record: Record) -> bool:
        """Return whether a record's release was a tag, and is none any more. Raises GitError."""
        by_commit = record.commit.startswith(record.release)
        return not by_commit and self.repository.commit_of(f"refs/tags/{record.release}") is None

    def last_good(self, but: str | None = None) -> Record | None:
        """Return the last known good release, those at the commit ``but`` passed over."""
        return self.records.last_good(self.environment.name, self.distrust, but=but)

    def good(self, commit: str | None) -> Record | None:
        """Return the record by which this very commit is known to be good; None without one, and
        where nobody knows the commit.
        """
        if commit is None:
            return None
        return self.records.last_good(self.environment.name, self.distrust, of=commit)

    def refuse_doubt(self) -> None:
        """Raise GitError where a tag that cannot be read may be why no release is known to be
        good.
        """
        passed = self.last_passed()
        doubt = self.records.doubted_by(passed) if passed is not None else None
        if doubt is not None:
            raise GitError(f"the record {doubt}")

    def rejected(self, commit: str) -> Record | None:
        """Return the rejection of this commit that stands; None without one."""
        return self.records.rejected(self.environment.name, commit, self.distrust)

    def why_none_is_good(self) -> str:
        """Say why there is no last known good release."""
        passed = self.last_passed()
        if passed is None:
            verify = f"knowngood verify {self.option} --record --push"
            return f"nothing has PASSED there; verify one: {verify}"
        return self.why_not_good(passed)

    def why_not_good(self, passed: Record) -> str:
        """Say why a PASSED does not make its release good; nothing if it does."""
        return self.records.why_not_good(passed, self.distrust)

    def last_passed(self, commit: str | None = None) -> Record | None:
        """Return the newest PASSED, of any commit or of this one, whether it counts or not."""
        verified = self.records.of(self.environment.name, RecordKind.VERIFIED)
        passed = (record for record in verified if record.passed)
        return next((r for r in passed if commit in {None, r.commit}), None)

    def failure(self, commit: str) -> Record | None:
        """Return the last verification of this commit if it FAILED."""
        last = next((record for record in self._seen() if record.commit == commit), None)
        return last if last is not None and last.failed else None

    def failed_alike(self, commit: str) -> Record | None:
        """Return the last verification of another release if it FAILED for the same reason as that
        of ``commit``: the fault may lie in what both run on, and in neither of them.
        """
        here = self.failure(commit)
        other = next((record for record in self._seen() if record.commit != commit), None)
        if here is None or other is None or here.was_unseen or not other.failed:
            return None
        return other if here.reason == other.reason != "" else None

    def _seen(self) -> Iterator[Record]:
        """Yield the verifications, newest first, but for those that saw another release."""
        verified = self.records.of(self.environment.name, RecordKind.VERIFIED)
        return (record for record in verified if not record.was_nowhere)

    def unfinished(self) -> str:
        """Return how far the last push or rollback got, in words; empty if it was verified."""
        record = self.records.unverified(self.environment.name)
        if record is None:
            return ""
        step = "push of" if record.kind == RecordKind.PUSHED else "rollback to"
        why = f" ({one_line(record.reason, 120)})" if record.reason else ""
        who, how = one_line(record.who, 80), _UNFINISHED[record.verdict].format(why=why)
        return f"the {step} {record.release} by {who} on {at(record.when)} {how}"

    def broken_off_rollback(self) -> Record | None:
        """Return the record of the good release that the last rollback was to put there, if nobody
        has seen since that it arrived. None if the last step is no such rollback.
        """
        step = self.records.unverified(self.environment.name)
        is_rollback = step is not None and step.kind == RecordKind.ROLLED_BACK
        return self.good(step.commit) if step is not None and is_rollback else None

    def enter(
        self,
        kind: RecordKind,
        release: str,
        commit: str,
        verdict: str,
        why: str,
        *,
        push_it: bool = True,
    ) -> str:
        """Record what is done with a release here now, and push that where there is an origin and
        ``push_it`` says so; return the record's name. Raises GitError, RecordNotWritten.
        """
        repository, name = self.repository, self.environment.name
        record = record_store.record_now(
            repository, kind, name, release, commit, verdict, reason=why
        )
        return record_store.enter(repository, record, push_it=push_it)

    def log(self, count: int) -> Iterator[str]:
        """Yield a line for each of the last ``count`` records, newest first."""
        for record in islice(self.records.of(self.environment.name), count):
            reason = f"  {one_line(record.reason, 120)}" if record.reason else ""
            yield (
                f"{at(record.when)}  {record.kind:11}  {record.release:12}  {record.verdict:12}  "
                f"{one_line(record.who, 60)}{reason}"
            )

    def warnings(self) -> list[str]:
        """Return what a person should know about the records beside the answer to a question.

        That is: that nobody else sees them, or another suite shares them; tags that were read and
        hold no record, or could not be fetched; records that are not at the origin; clocks that
        are wrong. Raises GitError.
        """
        mine = relevant_environments(self.environment)
        return [
            *self.unshared(),
            *namesake.warning(self.environment),
            *(self._bad_record_line(bad) for bad in self.records.bad if bad.environment in mine),
            *(self._unfetched_line(tag) for tag in self.records.unfetched),
            *unpushed.warning(self.repository, unpushed.names(self.repository)),
            *clocks.warnings(self.records.seen, datetime.now(UTC)),
        ]

    def unshared(self) -> Iterator[str]:
        """Yield why nobody else may see records and lock: no remote is called origin, or origin may
        be a fork of the repository that has them. Raises GitError.
        """
        path, run = self.repository.path, self.repository.by_hand
        if remote := self.repository.followed_instead:
            yield (
                f"{one_line(str(path), 300)} has a remote {one_line(remote, 80)}, and none called "
                "origin: nobody else sees its records and its lock; next: "
                f"{run('remote', 'rename', remote, 'origin')}"
            )
        others = self.repository.other_remotes if self.repository.origin else []
        if others and self.records.last(self.environment.name) is None:
            yield (
                f"nothing of {self.environment.name} is on record at {self.repository.origin}; if "
                f"that is a fork of {one_line(others[0], 80)}, whose records count: "
                f"{run('remote', 'rename', 'origin', 'fork')} && "
                f"{run('remote', 'rename', others[0], 'origin')}"
            )

    def _unfetched_line(self, tag: str) -> str:
        """Return why a tag could not be fetched. Where the origin has another one, say also what to
        do: the tag of a release that is on record must stay, any other may have moved on.
        """
        why = self.records.unfetched[tag]
        line = f"the tag {tag}: {why}; the one here stays as it was"
        run, ref = self.repository.by_hand, f"refs/tags/{tag}"
        if why != clone.ANOTHER or is_record(tag):
            return line
        if self.records.names(tag):
            return f"{line}; to put that there again: {run('push', '--force', 'origin', ref)}"
        return f"{line}; to take theirs: {run('fetch', 'origin', f'+{ref}:{ref}')}"

    def _bad_record_line(self, bad: BadRecord) -> str:
        """Return what is wrong with a tag, and how to remove it, if it is here. It was never a
        record if its name alone says so; else it may hold.
        """
        if not (bad.is_misnamed or bad.commit):
            return f"the record {bad}"
        first = "to remove it"
        if not bad.is_misnamed:
            first = "if it holds, record it again by hand (docs/releases.md); then remove it"
        run, ref = self.repository.by_hand, f"refs/tags/{bad.name}"
        at_origin = f"{run('push', 'origin', f':{ref}')} && " if self.repository.origin else ""
        return f"the record {bad}; {first}: {at_origin}{run('update-ref', '-d', ref)}"
