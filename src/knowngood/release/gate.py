"""The gate: every reason why a release may not go to an environment, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ..environment.model import Environment, GateRules
from ..safety.sanitize import one_line
from .git import GitError, Repository, is_ref_part
from .record import Record, RecordKind, at, is_record
from .record_store import Believed, Records
from .review import ReviewRule, reviewed

LISTED = 50
"""Commits that are listed by author and subject; a push of more is one to split."""


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why not: ``what`` stands in the way, and what is ``to_do``."""

    what: str
    to_do: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that would go out."""

    digest: str
    author: str
    subject: str
    marked: bool

    def __str__(self) -> str:
        mark = "   " if self.marked else " ! "
        return f"{mark}{self.digest[:12]} {self.author}: {self.subject}"


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The ``commit`` that the release is (None where there is none), the commits that would go
    out, and every reason why not.
    """

    commit: str | None
    outgoing: Sequence[Commit]
    reasons: Sequence[GateReason]


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """May ``release`` go to ``environment``, at the time ``now``? Where it is known what was built,
    the ``content`` that passed must be that: the digest of its manifest.
    """

    environment: Environment
    release: str
    now: datetime
    repository: Repository
    records: Records
    content: str | None = None

    @property
    def gate(self) -> GateRules:
        """The environment's rules."""
        return self.environment.gate

    def answer(self) -> GateDecision:
        """What would go out, since what is live by the records (nothing where nothing was pushed
        there yet), and why not. Raises GitError where git cannot tell.
        """
        commit = self._commit()
        if commit is None:
            return GateDecision(None, (), [self._unknown()])
        live = self._live(commit)
        outgoing = self._between(live.commit, commit) if live is not None else []
        found = [*self._tag(commit), *self._branch(commit), *self._dirty(), *self._damaged()]
        found += [*self._verified(commit), *self._backward(commit, live)]
        found += [*self._reviews(outgoing), *self._window()]
        return GateDecision(commit, outgoing, found)

    def _commit(self) -> str | None:
        """The commit that the release is."""
        if not is_ref_part(self.release) or is_record(self.release):
            return None
        return self.repository.commit_of(f"refs/tags/{self.release}")

    def _live(self, but: str) -> Record | None:
        """What is there now, or was before this very release."""
        trusted = believed(self.environment, self.repository)
        return self.records.live(self.environment.name, trusted, but)

    def _between(self, old: str, new: str) -> list[Commit]:
        names = self.repository.run("rev-list", f"{old}..{new}", "--").split()
        rule = self._rule()
        return [
            Commit(each.name, one_line(each.person, 60), one_line(each.subject, 120), passes)
            for each, passes in reviewed(self.repository, names, rule)
        ]

    def _rule(self) -> ReviewRule:
        """Which commits are reviewed: by the environment's own pattern, or the usual one."""
        return ReviewRule.by(self.gate.review) if self.gate.review else ReviewRule.usual()

    def _unknown(self) -> GateReason:
        return GateReason(
            f"there is no release {one_line(self.release, 80)} in {self.repository.path}",
            "name a tag; `git tag --sort=-creatordate` lists those that there are",
        )

    def _tag(self, commit: str) -> Iterator[GateReason]:
        before = self.records.moved(self.release, commit)
        if before is not None:
            yield GateReason(
                f"{self.release} was {before.commit[:12]} on {at(before.when)}, and is now "
                f"{commit[:12]}: its tag was moved",
                "make a release with a name of its own",
            )
        kind = self.repository.run("cat-file", "-t", f"refs/tags/{self.release}").strip()
        if kind != "tag":
            yield GateReason(
                f"{self.release} is a lightweight tag, which says neither who made it nor when",
                "make a release with a name of its own: git tag -a",
            )

    def _branch(self, commit: str) -> Iterator[GateReason]:
        names = (f"refs/remotes/origin/{self.gate.branch}", f"refs/heads/{self.gate.branch}")
        heads = [name for name in names if self.repository.commit_of(name)][:1]  # the server's
        if not heads:
            yield GateReason(
                f"there is no branch {self.gate.branch} in {self.repository.path}",
                "push it, or name another one as gate.branch",
            )
        elif not self.repository.succeeds("merge-base", "--is-ancestor", commit, heads[0]):
            yield GateReason(
                f"{self.release} is not on the branch {self.gate.branch}",
                f"bring it there first; pushed is only what {self.gate.branch} holds",
            )

    def _dirty(self) -> Iterator[GateReason]:
        """A deployment that takes files from this folder would take what is in no release."""
        if self.repository.run("rev-parse", "--is-bare-repository").strip() == "true":
            return
        words = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none")
        changed = self.repository.run(*words).splitlines()
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            yield GateReason(
                f"{self.repository.path} has changes that are in no commit: "
                f"{one_line(changed[0][3:], 200)}{more}",
                "commit them, or put them aside: git stash",
            )

    def _damaged(self) -> Iterator[GateReason]:
        for bad in self.records.bad:
            if bad.environment in concerned(self.environment):
                yield GateReason(
                    f"the record {one_line(bad.name, 200)} is not to be believed: {bad.why}",
                    "find out who wrote it; then delete it, here and on the server",
                )

    def _verified(self, commit: str) -> Iterator[GateReason]:
        for place in concerned(self.environment)[1:]:
            yield from self._good_on(place, commit)

    def _good_on(self, place: str, commit: str) -> Iterator[GateReason]:
        again = f"knowngood verify --env={place} --release={self.release} --record --push"
        mine = [r for r in self.records.of(place, RecordKind.VERIFIED) if r.commit == commit]
        passed = next((r for r in mine if r.passed), None)
        if passed is None:
            last = f"; the last try there was {mine[0].verdict}" if mine else ""
            yield GateReason(f"{self.release} has not PASSED on {place}{last}", again)
            return
        revoked = self.records.revoked_by(passed)
        if revoked is not None:
            why = f"on {at(revoked.when)}: {one_line(revoked.reason, 200)}"
            yield GateReason(
                f"{self.release} has FAILED on {place} since, {why}", "make another one"
            )
        if self.now - passed.when > timedelta(days=self.gate.max_age):
            yield GateReason(
                f"{self.release} PASSED on {place} on {at(passed.when)}, more than "
                f"{self.gate.max_age:g} days ago",
                again,
            )
        yield from self._same_content(passed, place)
        yield from self._signature(passed)

    def _same_content(self, passed: Record, place: str) -> Iterator[GateReason]:
        """Where several verifications of one commit compared contents, all were the same."""
        contents = {
            record.content
            for record in self.records.of(place, RecordKind.VERIFIED)
            if record.commit == passed.commit and record.passed and record.content
        }
        if len(contents) > 1 or (contents and passed.content is None):
            yield GateReason(
                f"{self.release} was served on {place} with different contents",
                "make another release, of one build",
            )
        elif self.content is not None and passed.content != self.content:
            found = "another build" if passed.content else "held against no manifest"
            yield GateReason(
                f"what PASSED on {place} was {found}, and this one is {self.content[:12]}",
                f"knowngood verify --env={place} --release={self.release} --manifest=FILE "
                "--record --push, of the build that goes out",
            )

    def _signature(self, passed: Record) -> Iterator[GateReason]:
        signers = self.gate.signers
        if signers is None:
            return
        trouble = untrusted(self.repository, passed, signers)
        if trouble:
            yield GateReason(
                f"the record {passed.name} is not signed by anyone in {signers}: {trouble}",
                "verify again as somebody who is, with git's user.signingKey set",
            )

    def _backward(self, commit: str, live: Record | None) -> Iterator[GateReason]:
        if live is not None and not self.repository.succeeds(
            "merge-base", "--is-ancestor", live.commit, commit
        ):
            yield GateReason(
                f"{self.release} does not contain {live.release}, which is live",
                f"to go back: knowngood rollback --env={self.environment.name}",
            )

    def _reviews(self, outgoing: Sequence[Commit]) -> Iterator[GateReason]:
        unmarked = [each for each in outgoing if not each.marked]
        for each in unmarked[:LISTED]:
            yield GateReason(
                f"no review: {each.digest[:12]} by {each.author}: {each.subject}",
                f"have it reviewed; its message must hold {self._rule().allowed}",
            )
        if len(unmarked) > LISTED:
            yield GateReason(
                f"and {len(unmarked) - LISTED} more without review", "split the release"
            )

    def _window(self) -> Iterator[GateReason]:
        gate = self.gate
        local = self.now.astimezone(ZoneInfo(gate.timezone))
        day = local.strftime("%A")
        if day in gate.no_change:
            yield GateReason(f"it is {day} in {gate.timezone}: no changes", "push on another day")
        if local.date().isoformat() in gate.holidays:
            yield GateReason(f"{local.date()} is a holiday: no changes", "push on another day")


def concerned(environment: Environment) -> tuple[str, ...]:
    """The environments, and the like, by whose records it is judged: itself, and then those where
    a release must have passed.
    """
    before = (environment.promotes_from,) if environment.promotes_from is not None else ()
    return environment.name, *before, *environment.gate.requires


def believed(environment: Environment, repository: Repository) -> Believed:
    """Which records count: those of releases whose tags still stand for the commit, signed by
    somebody in the environment's signers, where it names some.
    """
    signers = environment.gate.signers

    def counts(found: Record) -> bool:
        now = repository.commit_of(f"refs/tags/{found.release}")
        stands = now == found.commit or (now is None and found.commit.startswith(found.release))
        return stands and (signers is None or not untrusted(repository, found, signers))

    return counts


def untrusted(repository: Repository, found: Record, signers: Path) -> str:
    """Why the signature of a record's tag does not count; empty where one of ``signers``, an ssh
    allowed_signers file, made it.
    """
    try:
        repository.verify_tag(f"refs/tags/{found.name}", signers)
    except GitError as error:
        return one_line(str(error).partition(": ")[2] or str(error), 200)
    return ""
