"""What the gate needs to know of what is live: from where the commits that go out are counted, and
whether the release leads forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .gate_question import GateQuestion, GateReason
from .live import LiveRelease
from .record import Record


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is live where a release is to go, by the environment's own answer and by the records.

    Attributes:
        question: the release, and where it is to go.
        commit: the commit that it is.
        recorded: the last record that counts of a release that was there; None without one.
        before: the same of another commit than ``commit``.
    """

    question: GateQuestion
    commit: str
    recorded: Record | None
    before: Record | None

    @classmethod
    def of(cls, question: GateQuestion, commit: str) -> LiveState:
        """Return it for a release that is ``commit``. Raises GitError."""
        ledger = question.ledger
        name, distrust = ledger.environment.name, ledger.distrust
        recorded = ledger.records.live(name, distrust)
        return cls(question, commit, recorded, ledger.records.live(name, distrust, but=commit))

    @property
    def bases(self) -> list[str]:
        """The commits from which those that go out are counted: what the environment names, and
        what was there before by the records. If somebody has changed the environment by hand,
        nobody has reviewed what stands between those two.
        """
        answer = self.question.live
        named = {live.commit for live in answer.releases} if answer is not None else set()
        recorded = {self.before.commit} if self.before is not None else set()
        return sorted(base for base in named | recorded if base not in {None, self.commit})

    @property
    def difference(self) -> str:
        """How the environment's answer differs from the records; empty if it does not."""
        answer, ledger = self.question.live, self.question.ledger
        name = ledger.environment.name
        if answer is None:
            return ""
        return answer.difference(name, ledger.records.presumed_live(name))

    def reasons(self) -> Iterator[GateReason]:
        """Yield each reason why the release may not follow what is live."""
        release, ledger = self.question.release, self.question.ledger
        back = f"to go back: knowngood rollback {ledger.option} --to={release}"
        may_return = ledger.good(self.commit) is not None  # else no rollback goes to it
        if self.recorded is None:
            yield self._unrecorded()
        else:
            yield from self._unclear()
        for live in self._live():
            if live.commit is None:
                yield self._unknown(live)
            elif not ledger.repository.contains(self.commit, live.commit):
                yield GateReason(
                    f"{release} does not contain {live.name}, which is live",
                    back if may_return else f"make a release that contains {live.name}",
                )

    def _live(self) -> tuple[LiveRelease, ...]:
        """Return what the environment names, or else what the records do."""
        answer, recorded = self.question.live, self.recorded
        if answer is not None and answer.releases:
            return answer.releases
        return (LiveRelease(recorded.release, recorded.commit),) if recorded is not None else ()

    def _unrecorded(self) -> GateReason:
        """Return the reason that no record says what is live: anything could be."""
        answer, ledger = self.question.live, self.question.ledger
        name = ledger.environment.name
        known = answer is not None and answer.commit is not None
        says = f"; it says itself: {answer}" if known else ""
        return GateReason(
            f"no record that counts says what is live on {name}{says}",
            f"record it: knowngood adopt {ledger.option} "
            f"--release={answer if known else 'RELEASE'}; where nothing is there yet: "
            "--override 'first push'",
        )

    def _unclear(self) -> Iterator[GateReason]:
        """Yield that what answers is no one release: a push is verified at every edge, and would
        fail as this does, whatever it brings; and so would the rollback after it.
        """
        answer, ledger = self.question.live, self.question.ledger
        name = ledger.environment.name
        if answer is None or answer.silent:
            return  # this machine may not reach it, and need not, to ask the gate
        is_one = len(answer.releases) == 1 or answer.commit is not None
        if is_one and not answer.trouble:
            return
        trouble = answer.trouble
        if not answer.releases:
            trouble = f"{name} does not say which release is live ({answer.trouble})"
        elif not is_one:
            trouble = f"the edges of {name} serve different releases: {answer}"
        to_repair = "repair that, or the way from this machine to it"
        if not is_one:
            everywhere = f"put one release everywhere: knowngood rollback {ledger.option}"
            to_repair = f"repair that, or {everywhere}"
        yield GateReason(
            f"{trouble}; what is pushed would be verified there, and not pass",
            f"{to_repair}; if {self.question.release} is the repair: --override WHY",
        )

    def _unknown(self, live: LiveRelease) -> GateReason:
        release, ledger = self.question.release, self.question.ledger
        return GateReason(
            f"{live.name} is live, which is no release in {ledger.repository.path}: whether "
            f"{release} contains it is not known",
            f"push the tag {live.name}, or go back: knowngood rollback {ledger.option}",
        )
