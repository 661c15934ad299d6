"""The records of one environment, in the repository that its releases are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..content import manifest as manifests
from ..content.subjects import NO_SUBJECTS
from ..environment import BadEnvironment, Environment
from ..safety import one_line
from . import clocks, clone, gate, records, unpushed
from .git import GitError, Repository
from .live import LiveAnswer
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, Record, RecordKind, at
from .records import Records, Trusted
from .trust import relevant_environments, trusted_records, untrusted

_UNFINISHED: Final = {
    STARTED: "did not end: it may be there, or half of it",
    NOT_DEPLOYED: "ended badly: it may be there, or half of it",
    DEPLOYED: "was not verified: it is there, and may be bad",
}


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
        repository = clone.opened(environment)
        unfetched = {} if offline else clone.fetch(repository)
        clone.refuse_shallow(repository)
        now, names = datetime.now(UTC), relevant_environments(environment)
        return cls(environment, repository, records.read(repository, now, names, unfetched))

    def question(
        self,
        release: str,
        manifest: Path | None,
        live: LiveAnswer | None,
        subjects: Mapping[str, str] = NO_SUBJECTS,
    ) -> gate.GateQuestion:
        """Return the question to the gate: may this release, of the build with this manifest
        and made into these ``subjects``, go to the environment now, where ``live`` is? Raises
        BadEnvironment where the manifest cannot be read.
        """
        try:
            content = manifests.read(manifest).digest if manifest is not None else None
        except manifests.BadManifest as error:
            raise BadEnvironment(f"--manifest {error}") from None
        now = datetime.now(UTC)
        return gate.GateQuestion(
            self.environment, release, now, self.repository, self.records, content, live, subjects
        )

    def last_good(self) -> Record | None:
        """Return the last known good release. Raises GitError where there is none and a tag that
        cannot be read may be the reason.
        """
        good = self.last_good_besides("")
        passed = self.last_passed() if good is None else None
        doubt = self.records.doubted_by(passed) if passed is not None else None
        if doubt is not None:
            raise GitError(f"the record {doubt}")
        return good

    def last_good_besides(self, commit: str | None) -> Record | None:
        """Return the last known good release that is another commit."""
        return self._last_good(lambda record: record.commit != commit)

    def good(self, commit: str) -> Record | None:
        """Return the record by which this very commit is known to be good; None without one."""
        return self._last_good(lambda record: record.commit == commit)

    def _last_good(self, chosen: Trusted) -> Record | None:
        trusted = trusted_records(self.environment, self.repository)

        def counts(record: Record) -> bool:
            return chosen(record) and trusted(record)

        return self.records.last_good(self.environment.name, counts)

    def rejected(self, commit: str) -> Record | None:
        """Return the rejection of this commit that stands; None without one."""
        trusted = trusted_records(self.environment, self.repository)
        return self.records.rejected(self.environment.name, commit, trusted)

    def why_none_is_good(self) -> str:
        """Say why there is no last known good release."""
        name = self.environment.name
        passed = self.last_passed()
        if passed is None:
            return f"nothing has PASSED there; verify one: knowngood verify --env={name} --record"
        revoked = self.records.revoked_by(passed)
        if revoked is not None:
            return f"{passed.release} PASSED, and FAILED later ({at(revoked.when)})"
        rejected = self.rejected(passed.commit)
        if rejected is not None:
            return f"{passed.release} PASSED, and was rejected ({at(rejected.when)})"
        signers = self.environment.gate.signers
        trouble = untrusted(self.repository, passed.ref, signers) if signers is not None else ""
        why = f"nobody in {signers} signed it: {trouble}" if trouble else "its release's tag moved"
        return f"the record {passed.name} does not count: {why}"

    def last_passed(self) -> Record | None:
        """Return the newest PASSED, whether it counts or not."""
        verified = self.records.of(self.environment.name, RecordKind.VERIFIED)
        return next((record for record in verified if record.passed), None)

    def unfinished(self) -> str:
        """Return how far the last push or rollback got, in words; empty if it was verified."""
        record = self.records.unverified(self.environment.name)
        if record is None:
            return ""
        step = "push" if record.kind == RecordKind.PUSHED else "rollback"
        who, how = one_line(record.who, 80), _UNFINISHED[record.verdict]
        return f"the {step} of {record.release} by {who} on {at(record.when)} {how}"

    def log(self, count: int) -> Iterator[str]:
        """Yield a line for each of the last ``count`` records, newest first."""
        for record in self.records.newest(self.environment.name, count):
            reason = f"  {one_line(record.reason, 120)}" if record.reason else ""
            yield (
                f"{at(record.when)}  {record.kind:11}  {record.release:12}  {record.verdict:12}  "
                f"{one_line(record.who, 60)}{reason}"
            )

    def warnings(self) -> list[str]:
        """Return what a person should know about the records beside the answer to a question: which
        of those that were read for it are none, which tags could not be fetched, which records
        are not at the origin, and whose clock is wrong. Raises GitError.
        """
        tags = self.records.unfetched.items()
        mine = relevant_environments(self.environment)
        return [
            *(f"the record {bad}" for bad in self.records.bad if bad.environment in mine),
            *(f"the tag {tag}: {why}; here it is as it was" for tag, why in tags),
            *unpushed.warning(self.repository),
            *clocks.warnings(self.records.seen, datetime.now(UTC)),
        ]
