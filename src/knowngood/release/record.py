"""One record: what happened to a release on an environment, as the message of an annotated tag.

The tag is ``KIND/ENVIRONMENT/RELEASE/TIME`` on the commit, or on the release's own tag. Its message
is a paragraph for people and an in-toto Statement (v1) for machines; a verification's has the
test-result predicate (v0.1). What is not in that vocabulary stands below ``OURS``. One by hand::

    git tag -a -m "PASSED: verified by hand: REASON" verified/prod/v7/20261125T120000.000000Z v7
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from ..content.subjects import CONTENT
from ..run_options import LEVELS
from ..safety import one_line
from ..verdict import ACTIONS, HOLD, VerdictKind
from ..verdict.own_claims import CONVERGED

STATEMENT: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
EVENT: Final = "urn:knowngood:event:v1"
OURS: Final = "urn:knowngood:record:v1"

DEPLOYED: Final = "DEPLOYED"
"""The verdict of a push, or a rollback, whose command ended well: that release is there."""

STARTED, NOT_DEPLOYED = "STARTED", "NOT DEPLOYED"
"""How far a push or a rollback got before the command ended well: begun, or ended badly."""

OVERRIDDEN: Final = "OVERRIDDEN"

ADOPTED: Final = "ADOPTED"
"""The verdict of an adoption: the deployment itself said that this release was there."""

REJECTED, APPROVED, WITHDRAWN = "REJECTED", "APPROVED", "WITHDRAWN"
"""What somebody said of a release: that it must not go out, or may; and, later, that this no longer
holds."""

TIME: Final = "%Y%m%dT%H%M%S.%fZ"
_LISTED: Final = 200  # checks of one kind that are listed by name


class RecordKind(StrEnum):
    """What is recorded. Each is the first part of its tags' names."""

    VERIFIED = "verified"
    PUSHED = "pushed"
    ROLLED_BACK = "rolled-back"
    OVERRIDDEN = "overridden"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    APPROVED = "approved"


_STEPS: Final = frozenset({STARTED, DEPLOYED, NOT_DEPLOYED})
VERDICTS: Final[Mapping[RecordKind, frozenset[str]]] = {
    RecordKind.VERIFIED: frozenset(VerdictKind),
    RecordKind.PUSHED: _STEPS,
    RecordKind.ROLLED_BACK: _STEPS,
    RecordKind.OVERRIDDEN: frozenset({OVERRIDDEN}),
    RecordKind.ADOPTED: frozenset({ADOPTED}),
    RecordKind.REJECTED: frozenset({REJECTED, WITHDRAWN}),
    RecordKind.APPROVED: frozenset({APPROVED, WITHDRAWN}),
}


def is_record(name: str) -> bool:
    """Return whether a tag of this name is a record, or bars the way to a folder of them."""
    return name.partition("/")[0] in set(RecordKind)


def subjects_of(
    release: str, commit: str, content: str | None, artefacts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the subjects of an in-toto statement about a release: its commit, the manifest of the
    ``content`` that was served, if there is one, and each artefact by its SHA-256.
    """
    digests = {**({CONTENT: content} if content else {}), **artefacts}
    return [
        {"name": release, "digest": {"gitCommit": commit}},
        *({"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()),
    ]


def at(when: datetime) -> str:
    """Return a time as people read it."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@dataclass(frozen=True, slots=True)
class Record:
    """What happened to a release on an environment.

    Attributes:
        kind: a verification, a push, a rollback, an override of the gate, an adoption, a
            rejection or an approval.
        environment: the environment's name.
        release: the release's tag.
        commit: the commit that the release was then, in full.
        when: when it happened.
        verdict: how a verification ended, how far a push or a rollback got, or what was said.
        reason: the verdict's own reason, or why somebody overrode the gate or rejected a release;
            as one line, and cut, where it is written.
        who: who did it, ``Name <address>``.
        where: the machine it was done from; empty for a record made by hand.
        run: the id of the run.
        level: how much of the suite ran, one of ``LEVELS``; empty for a record made by hand.
        content: the digest of the manifest that the served files were compared with.
        subjects: the SHA-256 of each artefact that the deployment was made of, by its name.
        attempts: how many requests the run sent.
        tests: names of the checks that passed, warned and failed.
        inputs: digests of what the run was made of.
        suite: where the suite is that was run.
        instead: the release that every edge served, where a verification FAILED since none served
            the one that it was to verify; empty otherwise.
        after: the name of the environment's newest record when this one was made.
        clock: what the machine's clock said then, where that record is dated later than that.
    """

    kind: RecordKind
    environment: str
    release: str
    commit: str
    when: datetime
    verdict: str
    reason: str = ""
    who: str = ""
    where: str = ""
    run: str = ""
    level: str = ""
    content: str | None = None
    subjects: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    suite: str = ""
    instead: str = ""
    after: str = ""
    clock: datetime | None = None

    @property
    def name(self) -> str:
        """The name of its tag."""
        return f"{self.kind}/{self.environment}/{self.release}/{self.when.strftime(TIME)}"

    @property
    def ref(self) -> str:
        """The full name of its tag."""
        return f"refs/tags/{self.name}"

    @property
    def passed(self) -> bool:
        """Whether this says that the release is good."""
        return self.kind == RecordKind.VERIFIED and self.verdict == VerdictKind.PASSED

    @property
    def failed(self) -> bool:
        """Whether this says that the release is bad."""
        return self.kind == RecordKind.VERIFIED and self.verdict == VerdictKind.FAILED

    @property
    def counts_unsigned(self) -> bool:
        """Whether it says nothing in favour of a release: nobody needs to answer for it."""
        against = self.failed or self.verdict == REJECTED
        return against or self.kind == RecordKind.ROLLED_BACK

    @property
    def begins_push(self) -> bool:
        """Whether a push begins with it, and does not begin without it."""
        return self.kind == RecordKind.PUSHED and self.verdict == STARTED

    @property
    def was_nowhere(self) -> bool:
        """Whether a verification FAILED since every edge served another release. It says nothing of
        this one: it was not seen.
        """
        return self.failed and bool(self.instead)

    @property
    def was_unseen(self) -> bool:
        """Whether a verification FAILED since not every edge served its release: no check ran."""
        return self.failed and self.tests.get("failed") == (CONVERGED,)

    @property
    def made(self) -> datetime:
        """When it was made, by the clock of its machine. One that follows a record from a clock
        that was ahead is dated after that, although it was made now.
        """
        return self.clock or self.when

    def reaches(self, level: str) -> bool:
        """Return whether the run was of this level or a higher one. Every run reaches the least."""
        return level == LEVELS[0] or self.level in LEVELS[LEVELS.index(level) :]

    def message(self) -> str:
        """Return the message of its tag."""
        statement = json.dumps(self.statement(), indent=1, ensure_ascii=True)
        return f"{self.sentence()}\n\n{statement}\n"

    def sentence(self) -> str:
        """Say for people what happened. It is a record by itself, as one by hand."""
        event = {
            RecordKind.VERIFIED: f"{self.release} was verified on {self.environment}",
            RecordKind.PUSHED: f"{self.release} was pushed to {self.environment}",
            RecordKind.ROLLED_BACK: f"{self.environment} was rolled back to {self.release}",
            RecordKind.OVERRIDDEN: (
                f"the gate of {self.environment} was overridden for {self.release}"
            ),
            RecordKind.ADOPTED: f"{self.release} was live on {self.environment}",
            RecordKind.REJECTED: f"{self.release} as a release for {self.environment}",
            RecordKind.APPROVED: f"{self.release} as a release for {self.environment}",
        }[self.kind]
        when = self.when.strftime("%Y-%m-%d %H:%M:%S UTC")
        by = f" by {one_line(self.who, 120)}" if self.who else ""
        why = f": {one_line(self.reason, 400)}" if self.reason else ""
        return f"{self.verdict}: {event} on {when}{by}{why}"

    def statement(self) -> dict[str, Any]:
        """Return the in-toto statement that its tag holds."""
        verification = self.kind == RecordKind.VERIFIED
        return {
            "_type": STATEMENT,
            "subject": subjects_of(self.release, self.commit, self.content, self.subjects),
            "predicateType": TEST_RESULT if verification else EVENT,
            "predicate": {**(self._test_result() if verification else {}), OURS: self._ours()},
        }

    def _test_result(self) -> dict[str, Any]:
        """Return the fields of the test-result predicate. It knows no INCONCLUSIVE: to a reader of
        this vocabulary alone, what has not passed has failed.
        """
        return {
            "result": "PASSED" if self.passed else "FAILED",
            "configuration": [
                {"name": name, "digest": {"gitCommit" if name == "suite" else "sha256": digest}}
                for name, digest in self.inputs.items()
            ],
            **{f"{how}Tests": list(names[:_LISTED]) for how, names in self.tests.items()},
        }

    def _ours(self) -> dict[str, Any]:
        verification = self.kind == RecordKind.VERIFIED
        optional = {
            "level": one_line(self.level, 40),
            "suite": one_line(self.suite, 300),
            "instead": one_line(self.instead, 200),
            "after": self.after,
            "clock": self.clock.isoformat() if self.clock is not None else "",
        }
        return {
            "kind": str(self.kind),
            "environment": self.environment,
            "verdict": self.verdict,
            **({"action": ACTIONS.get(VerdictKind(self.verdict), HOLD)} if verification else {}),
            "reason": one_line(self.reason, 1000),
            "when": self.when.isoformat(),
            "who": one_line(self.who, 200),
            "where": one_line(self.where, 200),
            "run": self.run,
            "attempts": self.attempts,
            **{key: value for key, value in optional.items() if value},
        }
