"""The records of one environment, in the repository that its releases are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..content import manifest as manifests
from ..environment import BadEnvironment, Environment
from ..safety import one_line
from . import clone, gate, record_store
from .git import GitError, Repository
from .record import Record, RecordKind, at
from .record_store import BadRecord, Records
from .trust import relevant_environments, trusted_records


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
        if not offline:
            clone.fetch(repository)
        clone.refuse_shallow(repository)
        records = record_store.read(
            repository, datetime.now(UTC), relevant_environments(environment)
        )
        return cls(environment, repository, records)

    def question(self, release: str, manifest: Path | None) -> gate.GateQuestion:
        """Return the question to the gate: may this release, of the build with this manifest, go
        to the environment now? Raises BadEnvironment where the manifest cannot be read.
        """
        try:
            content = manifests.read(manifest).digest if manifest is not None else None
        except manifests.BadManifest as error:
            raise BadEnvironment(f"--manifest {error}") from None
        now = datetime.now(UTC)
        return gate.GateQuestion(
            self.environment, release, now, self.repository, self.records, content
        )

    def last_good(self) -> Record | None:
        """Return the last known good release. Raises GitError where a record of the environment
        is damaged: it may be the one that revokes.
        """
        for bad in self.bad_records():
            raise GitError(f"the record {bad}")
        trusted = trusted_records(self.environment, self.repository)
        return self.records.last_good(self.environment.name, trusted)

    def last_good_besides(self, commit: str) -> Record | None:
        """Return the last known good release that is another commit, and none of whose records is
        damaged.
        """
        trusted = trusted_records(self.environment, self.repository)
        damaged = {bad.name.split("/")[2] for bad in self.records.bad if bad.name.count("/") > 2}

        def counts(record: Record) -> bool:
            return record.commit != commit and record.release not in damaged and trusted(record)

        return self.records.last_good(self.environment.name, counts)

    def why_none_is_good(self) -> str:
        """Say why there is no last known good release."""
        name = self.environment.name
        passed = [r for r in self.records.of(name, RecordKind.VERIFIED) if r.passed]
        if not passed:
            return f"nothing has PASSED there; verify one: knowngood verify --env={name} --record"
        revoked = self.records.revoked_by(passed[0])
        if revoked is not None:
            return f"{passed[0].release} PASSED, and FAILED later ({at(revoked.when)})"
        return (
            f"the record {passed[0].name} does not count: its release's tag was moved, or nobody "
            "in gate.signers signed it"
        )

    def log(self, count: int) -> Iterator[str]:
        """Yield a line for each of the last ``count`` records, newest first."""
        for record in self.records.of(self.environment.name)[:count]:
            reason = f"  {one_line(record.reason, 120)}" if record.reason else ""
            yield (
                f"{at(record.when)}  {record.kind:11}  {record.release:12}  {record.verdict:12}  "
                f"{one_line(record.who, 60)}{reason}"
            )

    def bad_records(self) -> list[BadRecord]:
        """Return the environment's tags that look like records and cannot be read."""
        return [bad for bad in self.records.bad if bad.environment == self.environment.name]
