"""What the gate asks of the environments before: has the release PASSED there, well enough, and
does that still count?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, takewhile

from ..content.subjects import to_arguments
from ..safety import one_line
from . import signature
from .clocks import is_past
from .gate_question import GateQuestion, GateReason, doubt
from .ledger import Ledger, relevant_environments
from .record import Record, RecordKind, at
from .release_name import releases_on


def reasons(question: GateQuestion, commit: str) -> Iterator[GateReason]:
    """Yield each reason why the release, which is ``commit``, has not PASSED before. Raises
    GitError.
    """
    for before in _before(question, commit):
        yield from before.reasons()


def deciding(question: GateQuestion, commit: str) -> list[Record]:
    """Return the verifications of a commit, on the environments before, that decide. Raises
    GitError.
    """
    passed = (before.passed() for before in _before(question, commit))
    return [record for record in passed if record is not None]


def _before(question: GateQuestion, commit: str) -> Iterator[_VerifiedBefore]:
    for name in relevant_environments(question.ledger.environment)[1:]:
        yield _VerifiedBefore(question, commit, name)


@dataclass(frozen=True, slots=True)
class _VerifiedBefore:
    """Has a release PASSED on an environment where it must have passed before?

    Attributes:
        question: the release, and the environment that it is to go to.
        commit: the commit that it is.
        environment: the name of the environment before.
    """

    question: GateQuestion
    commit: str
    environment: str

    @property
    def promotes(self) -> bool:
        """Whether the release comes from there: ``level`` and ``wait`` hold there alone, and not
        for other names in ``requires``.
        """
        return self.environment == self.ledger.environment.promotes_from

    @property
    def release(self) -> str:
        """The release's tag."""
        return self.question.release

    @property
    def ledger(self) -> Ledger:
        """The environment that the release is to go to, its repository and its records."""
        return self.question.ledger

    def passed(self) -> Record | None:
        """Return the verification that decides; None if it has not PASSED. Raises GitError."""
        return self._best(self._verifications())

    def reasons(self) -> Iterator[GateReason]:
        """Yield each reason why it has not, or why that does not count. Raises GitError."""
        mine = self._verifications()
        passed = self._best(mine)
        if passed is None:
            last = f"; the last try there was {mine[0].verdict}" if mine else ""
            distrust = self.ledger.distrust
            bad = self.ledger.records.rejected(self.environment, self.commit, distrust)
            yield GateReason(
                f"{self.release} has not PASSED on {self.environment}{last}",
                "make another release" if bad is not None else self._again(),
            )
            return
        yield from self._time(passed)
        yield from self._revoked(passed)
        if self.promotes:
            yield from self._level(passed)
            yield from self._wait(mine)
        yield from self._same_content(passed, mine)
        yield from self._same_subjects(passed)
        yield from self._signature(passed)

    def _again(self, *options: str) -> str:
        """Return the command that verifies the release there; before it the one that puts it there
        if by the records it is not: what is not there does not pass.
        """
        option = self.ledger.option_of(self.environment)
        names = f"{option} --release={self.release}"
        verify = " ".join(["knowngood verify", names, *options, "--record --push"])
        live = self.ledger.records.presumed_live(self.environment)
        if live is not None and live.commit == self.commit:
            return verify
        return f"knowngood push {names}; where it is live already: {verify}"

    def _verifications(self) -> list[Record]:
        """Return the verifications of the commit there, newest first: by any name that it has. It
        may have had no tag then.
        """
        names = {*releases_on(self.ledger.repository, self.commit), self.commit[:12]}
        verified = self.ledger.records.of_releases(self.environment, names, RecordKind.VERIFIED)
        return [record for record in verified if record.commit == self.commit]

    def _best(self, mine: Sequence[Record]) -> Record | None:
        """Return the newest PASSED that is enough; else the newest, so that the reasons say what it
        lacks. One from the future comes last.
        """
        passed = [record for record in mine if record.passed]
        past = [record for record in passed if is_past(record, self.question.now)]
        return next(chain(filter(self._is_enough, past), past, passed), None)

    def _is_enough(self, passed: Record) -> bool:
        """Return whether it lacks nothing. A signature is read last: each takes a process."""
        of_it_all = self._has_level(passed) and not self._missing(passed)
        return of_it_all and not self._distrust(passed)

    def _has_level(self, record: Record) -> bool:
        return not self.promotes or record.reaches(self.ledger.rules.level)

    def _time(self, passed: Record) -> Iterator[GateReason]:
        """Yield that it is from the future, or too old."""
        when = f"{self.release} PASSED on {self.environment} on {at(passed.when)}"
        if not is_past(passed, self.question.now):
            yield GateReason(
                f"{when}, which is in the future: the clock of "
                f"{one_line(passed.where or passed.who, 80)} is ahead, or this one behind",
                f"set the clock; then {self._again()}",
            )
        if self.question.now - passed.when > timedelta(days=self.ledger.rules.max_age):
            yield GateReason(
                f"{when}, more than {self.ledger.rules.max_age:g} days ago", self._again()
            )

    def _revoked(self, passed: Record) -> Iterator[GateReason]:
        """Yield that it has FAILED later, or may have."""
        failure = f"{self.release} has FAILED on {self.environment} since"
        revoked = self.ledger.records.revoked_by(passed)
        if revoked is not None:
            why = f"on {at(revoked.when)}: {one_line(revoked.reason, 200)}"
            yield GateReason(f"{failure}, {why}", "make another one")
        bad = self.ledger.records.doubted_by(passed)
        yield from doubt(bad, failure, f"a newer PASSED decides: {self._again()}")

    def _level(self, passed: Record) -> Iterator[GateReason]:
        """Yield that too little of the suite ran."""
        if not self._has_level(passed):
            ran = (
                f"with --level={one_line(passed.level, 40)}"
                if passed.level
                else "with no level on record"
            )
            yield GateReason(
                f"{self.release} PASSED on {self.environment} {ran}; gate.level asks for "
                f"{self.ledger.rules.level}",
                self._again(f"--level={self.ledger.rules.level}"),
            )

    def _wait(self, mine: Sequence[Record]) -> Iterator[GateReason]:
        """Yield that the release has not been good for as long as ``gate.wait`` asks: no PASSED
        since its last FAILED is that old.
        """
        now, wait = self.question.now, self.ledger.rules.wait
        unrevoked = takewhile(lambda record: not self.ledger.records.is_against(record), mine)
        held = [record for record in unrevoked if record.passed]
        old = (record for record in held if record.when <= now - wait)
        if not wait or not held or any(not self._distrust(record) for record in old):
            return
        first = held[-1].when
        yield GateReason(
            f"{self.release} PASSED on {self.environment} on {at(first)}, less than "
            f"{wait.total_seconds() / 60:g} minutes ago",
            f"watch it there, and ask again after {at(max(first, now - wait) + wait)}",
        )

    def _same_content(self, passed: Record, mine: Sequence[Record]) -> Iterator[GateReason]:
        """Yield that contents differ: between verifications of the commit, or between what PASSED
        and the build that goes out.
        """
        content = self.question.content
        contents = {record.content for record in mine if record.passed and record.content}
        if len(contents) > 1 or (contents and passed.content is None):
            yield GateReason(
                f"{self.release} was served on {self.environment} with different contents",
                "make another release, of one build",
            )
        elif content is not None and passed.content != content:
            compared = "another build" if passed.content else "compared with no manifest"
            yield GateReason(
                f"what PASSED on {self.environment} was {compared}, and this one is {content[:12]}",
                f"{self._again('--manifest=FILE')}, of the build that goes out",
            )

    def _missing(self, passed: Record) -> list[str]:
        """Return the artefacts that go out and are none of those that PASSED. As in-toto has it,
        they are compared by digest: an image may have another name there.
        """
        digests = set(passed.subjects.values())
        return [name for name, digest in self.question.subjects.items() if digest not in digests]

    def _same_subjects(self, passed: Record) -> Iterator[GateReason]:
        subjects = self.question.subjects
        for name in self._missing(passed):
            digest = passed.subjects.get(name)
            other = f"another, {digest[:12]}, has" if digest else "no artefact of that name has"
            yield GateReason(
                f"{name} {subjects[name][:12]} has not PASSED on {self.environment} as "
                f"{self.release}; {other}",
                self._again(*to_arguments(subjects)),
            )

    def _signature(self, passed: Record) -> Iterator[GateReason]:
        if trouble := self._distrust(passed):
            yield GateReason(
                f"the record {passed.name} is not signed by anyone in {self.ledger.rules.signers}: "
                f"{trouble}",
                "let somebody who is listed there verify again, with git's gpg.format ssh and "
                "user.signingKey set",
            )

    def _distrust(self, record: Record) -> str:
        """Return why a record's signature does not count; empty if it does, or need not."""
        repository = self.ledger.repository
        return signature.read(repository, record.ref, self.ledger.rules.signers).trouble
