"""The gate: every reason why a release may not go to an environment, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ..environment import Environment, GateRules
from ..safety import one_line
from .gate_live import LiveState
from .gate_reason import GateReason, doubt
from .gate_verified import VerifiedBefore
from .git import Repository, is_ref_part
from .live import LiveAnswer
from .record import Record, at, is_record
from .records import Records, Trusted
from .release_approval import ApprovalQuestion
from .review import ReviewedCommit, ReviewRule, outgoing
from .trust import relevant_environments, trusted_records

LISTED = 50
"""Commits that are listed by author and subject; a push of more is one to split."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer.

    Attributes:
        commit: the commit that the release is; None where there is no such release.
        outgoing: the commits that would go out, each with whether it passes the review rule.
        reasons: every reason why it may not go; empty where it may.
        difference: how what is live differs from the records; empty where it does not.
    """

    commit: str | None
    outgoing: Sequence[ReviewedCommit]
    reasons: Sequence[GateReason]
    difference: str = ""


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """May a release go to an environment?

    Attributes:
        environment: where it would go.
        release: the release's tag.
        now: the present time.
        repository: the repository that has both, releases and records.
        records: the records of the environment and of those before it.
        content: the digest of the build's manifest, if there is one; what PASSED must be that.
        subjects: the SHA-256 of each artefact that goes out, by its name; these must have PASSED.
        live: what the environment answered to the question which release is live; None where it
            was not asked.
    """

    environment: Environment
    release: str
    now: datetime
    repository: Repository
    records: Records
    content: str | None = None
    live: LiveAnswer | None = None
    subjects: Mapping[str, str] = field(default_factory=dict)

    @property
    def gate(self) -> GateRules:
        """The environment's rules."""
        return self.environment.gate

    def answer(self) -> GateDecision:
        """Return what would go out, and every reason why not. Raises GitError where git cannot
        tell.
        """
        commit = self._commit()
        if commit is None:
            return GateDecision(None, (), [self._unknown()])
        trusted = trusted_records(self.environment, self.repository)
        live = self._live_state(commit, trusted)
        rule = ReviewRule.of_gate(self.gate)
        judged = self._outgoing(commit, live, rule)
        rejected = list(self._rejected(commit, trusted))
        reasons = [
            *self._tag(commit),
            *self._branch(commit),
            *self._uncommitted(),
            *self._unread_step(live.recorded),
            *rejected,
            *self._verified(commit),
            *self._approved(commit),
            *live.reasons(self.repository, self.release, commit, may_return=not rejected),
            *self._reviews(judged, rule),
            *self._window(),
        ]
        return GateDecision(commit, judged, reasons, self._difference())

    def _live_state(self, commit: str, trusted: Trusted) -> LiveState:
        name = self.environment.name
        recorded = self.records.live(name, trusted)
        before = self.records.live(name, trusted, but=commit)
        return LiveState(name, self.live, recorded, before)

    def _difference(self) -> str:
        if self.live is None:
            return ""
        name = self.environment.name
        return self.live.difference(name, self.records.there(name))

    def _commit(self) -> str | None:
        """Return the commit that the release is; None where there is no such release."""
        if not is_ref_part(self.release) or is_record(self.release):
            return None
        return self.repository.commit_of(f"refs/tags/{self.release}")

    def _outgoing(self, commit: str, live: LiveState, rule: ReviewRule) -> list[ReviewedCommit]:
        judged: dict[str, ReviewedCommit] = {}
        for base in live.bases(commit):
            commits = outgoing(self.repository, commit, [base], rule)
            judged |= {reviewed[0].name: reviewed for reviewed in commits}
        return list(judged.values())

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
        if self.release in self.records.unfetched:
            yield GateReason(
                f"the tag {self.release}: {self.records.unfetched[self.release]}",
                "find out who moved it; then make a release with a name of its own",
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
        if self._is_next(commit, heads):
            return
        if not heads:
            yield GateReason(
                f"there is no branch {self.gate.branch} in {self.repository.path}",
                "push it, or name another one as gate.branch",
            )
        elif not self.repository.succeeds("merge-base", "--is-ancestor", commit, heads[0]):
            yield GateReason(
                f"{self.release} is not on the branch {self.gate.branch}",
                f"merge it into `{self.gate.branch}` first; only that branch is deployed",
            )

    def _is_next(self, commit: str, heads: Sequence[str]) -> bool:
        """Return whether the branch can move forward to ``commit``, or begin with it, and this is
        the first environment: a server's hook lets it move only to what has PASSED somewhere.
        """
        first = len(relevant_environments(self.environment)) == 1
        return first and all(
            self.repository.succeeds("merge-base", "--is-ancestor", head, commit) for head in heads
        )

    def _uncommitted(self) -> Iterator[GateReason]:
        """A deployment that copies files from this folder would copy what is in no release."""
        if self.repository.run("rev-parse", "--is-bare-repository").strip() == "true":
            return
        words = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none")
        changed = self.repository.run(*self.repository.without_programs(), *words).splitlines()
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            yield GateReason(
                f"{self.repository.path} has changes that are in no commit: "
                f"{one_line(changed[0][3:], 200)}{more}",
                "commit them, or put them aside: git stash",
            )

    def _unread_step(self, live: Record | None) -> Iterator[GateReason]:
        if self.live is not None and self.live.releases:
            return  # the environment itself says what is live
        name = self.environment.name
        newer = f"a newer record decides: knowngood adopt --env={name} --release=RELEASE"
        bad = self.records.unread_step(name, since=live)
        yield from doubt(bad, "another release is live", newer)

    def verified(self, commit: str) -> list[Record]:
        """Return the verifications of a commit, on the environments before, that decide. Raises
        GitError.
        """
        passed = (before.passed() for before in self._before(commit))
        return [record for record in passed if record is not None]

    def _verified(self, commit: str) -> Iterator[GateReason]:
        for before in self._before(commit):
            yield from before.reasons()

    def _before(self, commit: str) -> Iterator[VerifiedBefore]:
        for name in relevant_environments(self.environment)[1:]:
            yield VerifiedBefore(
                name,
                self.release,
                commit,
                self.repository,
                self.records,
                self.gate,
                self.now,
                self.content,
                self.subjects,
                promotes=name == self.environment.promotes_from,
            )

    def _approved(self, commit: str) -> Iterator[GateReason]:
        question = ApprovalQuestion(
            self.environment, self.release, commit, self.repository, self.records
        )
        return question.reasons()

    def _rejected(self, commit: str, trusted: Trusted) -> Iterator[GateReason]:
        for name in relevant_environments(self.environment):
            record = self.records.rejected(name, commit, trusted)
            if record is not None:
                yield GateReason(
                    f"{self.release} was rejected on {name} by {one_line(record.who, 80)} on "
                    f"{at(record.when)}: {one_line(record.reason, 200)}",
                    f"make another release; if it is good: knowngood reject --env={name} "
                    f"--release={self.release} --undo --why=WHY",
                )

    def _reviews(self, judged: Sequence[ReviewedCommit], rule: ReviewRule) -> Iterator[GateReason]:
        unmarked = [commit for commit, passes in judged if not passes]
        for commit in unmarked[:LISTED]:
            yield GateReason(f"no review: {commit}", f"have it reviewed; needed: {rule.allowed}")
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
