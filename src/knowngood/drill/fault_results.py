"""What a drill of faults runs, how each run should end, and whether it did."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..supervisor import Conclusion
from ..verdict import KINDS, VerdictKind, own_claims
from .fault_naming import judge_naming
from .faults import VERDICTS, Fault

AS_EXPECTED, MISSED = 0, 1
"""The exit codes of a drill."""

_OUTPUT: Final = 2000  # characters of a run's output that stand for a missing reason
_NO_DOCUMENT: Final = {"verdict": "", "failures": [], "checks": {}, "causes": [], "origins": {}}


@dataclass(frozen=True, slots=True)
class DrillRun:
    """A run to make.

    Attributes:
        faults: the faults that the deployment is started with.
        claimed: the checks that claim to catch the fault.
    """

    faults: tuple[Fault, ...] = ()
    claimed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return its name for people."""
        return " + ".join(self.names) or "(sound)"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its faults."""
        return tuple(fault.name for fault in self.faults)

    @property
    def expected(self) -> tuple[str, ...]:
        """Return the verdicts that are right: of two faults the worse one hides the other.

        INCONCLUSIVE says that somebody turned the run away: then it may not see what would be
        FAILED.
        """
        verdicts = {fault.verdict for fault in self.faults}
        if verdicts == {VerdictKind.FAILED, VerdictKind.INCONCLUSIVE}:
            return VerdictKind.FAILED, VerdictKind.INCONCLUSIVE
        return (max(verdicts, key=VERDICTS.index, default=VerdictKind.PASSED),)


@dataclass(frozen=True, slots=True)
class DrillResult:
    """How a run of a drill ended.

    Attributes:
        name: the name of the run.
        expected: the verdicts that are right.
        got: its verdict, or "usage error".
        caught_by: the checks that failed and claim to catch the fault; or else all that failed.
        quiet: the checks that claim to catch the fault and did not fail.
        seconds: how long it took.
        reason: the reason of its verdict; without one, the end of its output.
        causes: the sentences of its causes, in order.
        named: the path that the first cause names; empty if that is not judged.
        misnamed: what is wrong with the causes, as the end of a sentence; empty for nothing.
    """

    name: str
    expected: tuple[str, ...]
    got: str
    caught_by: tuple[str, ...]
    quiet: tuple[str, ...]
    seconds: float
    reason: str = ""
    causes: tuple[str, ...] = ()
    named: str = ""
    misnamed: str = ""

    @property
    def right(self) -> bool:
        """Whether it ended as it should, by the checks that claim so, and names the fault."""
        return self.got in self.expected and not self.quiet and not self.misnamed

    @property
    def is_clear(self) -> bool:
        """Whether it says something of the deployment: it is right, PASSED or FAILED."""
        return self.right or self.got in (VerdictKind.PASSED, VerdictKind.FAILED)


def alone(fault: Fault, checks: Mapping[str, Any]) -> DrillRun:
    """Return the run with one fault; ``checks`` are those of a verdict document."""
    claimed = (name for name, check in checks.items() if fault.name in check["catches"])
    return DrillRun((fault,), frozenset(claimed))


def pairs_of(faults: Sequence[Fault], count: int, chance: random.Random) -> list[DrillRun]:
    """Return ``count`` runs with two faults each, drawn at random."""
    runs = []
    for _ in range(count if len(faults) > 1 else 0):
        pair = sorted(chance.sample(list(faults), 2), key=lambda fault: fault.name)
        runs.append(DrillRun(tuple(pair)))
    return runs


def judge(run: DrillRun, ended: Conclusion, seconds: float, output: bytes) -> DrillResult:
    """Return what the end of a run says of it.

    Where the release never came up no check ran: then the engine's own claim has caught the fault.
    """
    got = str(KINDS.get(ended.code, "usage error"))
    document = ended.document or {**_NO_DOCUMENT, "reason": ended.reason}
    failed = {failure["check"] for failure in document["failures"]}
    failed |= {name for name, check in document["checks"].items() if check["unsteady"]}
    engine = set(filter(own_claims.is_own, failed))
    must_fail = VerdictKind.FAILED in run.expected and not engine
    naming = judge_naming(run.faults, document)
    return DrillResult(
        name=run.name,
        expected=run.expected,
        got=got,
        caught_by=tuple(sorted((run.claimed & failed) or engine or failed)),
        quiet=tuple(sorted(run.claimed - failed)) if must_fail else (),
        seconds=round(seconds, 1),
        reason=str(document["reason"]) or output.decode("utf-8", "replace")[-_OUTPUT:],
        causes=tuple(cause["sentence"] for cause in document["causes"]),
        named=naming.named,
        misnamed=naming.misnamed,
    )
