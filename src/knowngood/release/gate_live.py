"""What the gate needs to know of what is live: from where the commits that go out are counted, and
whether the release leads forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .gate_reason import GateReason
from .git import Repository
from .live import LiveAnswer, LiveRelease
from .record import Record


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is live on an environment, by its own answer and by the records that count.

    Attributes:
        environment: the environment's name.
        answer: what it answered to the question which release is live; None if it was not asked.
        recorded: the last record that counts of a release that was there; None without one.
        before: the same of another commit than the one that is to go out.
    """

    environment: str
    answer: LiveAnswer | None
    recorded: Record | None
    before: Record | None

    def bases(self, commit: str) -> list[str]:
        """Return the commits from which those that go out with ``commit`` are counted: what the
        environment names, and what was there before by the records. If somebody has changed the
        environment by hand, nobody has reviewed what stands between those two.
        """
        asked = [live.commit for live in self.answer.releases] if self.answer else []
        known = [live for live in asked if live is not None]
        recorded = [self.before.commit] if self.before is not None else []
        return sorted({*known, *recorded} - {commit})

    def reasons(
        self, repository: Repository, release: str, commit: str, *, may_return: bool
    ) -> Iterator[GateReason]:
        """Yield each reason why ``release``, which is ``commit``, may not follow what is live.
        ``may_return`` says whether a rollback may go to it: it may not where it is rejected.
        """
        back = f"to go back: knowngood rollback --env={self.environment} --to={release}"
        if self.recorded is None:
            yield self._unrecorded()
        for live in self._live():
            if live.commit is None:
                yield self._unknown(repository, live, release)
            elif not repository.contains(commit, live.commit):
                yield GateReason(
                    f"{release} does not contain {live.name}, which is live",
                    back if may_return else f"make a release that contains {live.name}",
                )

    def _live(self) -> tuple[LiveRelease, ...]:
        """Return what the environment names, or else what the records do."""
        if self.answer is not None and self.answer.releases:
            return self.answer.releases
        recorded = self.recorded
        return (LiveRelease(recorded.release, recorded.commit),) if recorded is not None else ()

    def _unrecorded(self) -> GateReason:
        """Without such a record anybody could have put anything there."""
        commit = self.answer.commit if self.answer is not None else None
        says = f"; it says itself: {self.answer}" if commit is not None else ""
        release = str(self.answer) if commit is not None else "RELEASE"
        return GateReason(
            f"no record that counts says what is live on {self.environment}{says}",
            f"record it: knowngood adopt --env={self.environment} --release={release}; where "
            "nothing is there yet: --override 'first push'",
        )

    def _unknown(self, repository: Repository, live: LiveRelease, release: str) -> GateReason:
        return GateReason(
            f"{live.name} is live, which is no release in {repository.path}: whether {release} "
            "contains it is not known",
            f"push the tag {live.name}, or go back: knowngood rollback --env={self.environment}",
        )
