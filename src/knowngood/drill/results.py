"""What a drill of faults runs, how each run should end, and whether it did."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..environment import BadEnvironment
from ..report import json_file
from ..safety import write_atomically
from ..supervisor import Conclusion
from ..verdict import EXIT_CODES, VerdictKind

AS_EXPECTED, MISSED = 0, 1
"""The exit codes of a drill."""

Say = Callable[[str], None]
"""Prints a line."""

WORST_LAST: Final[tuple[str, ...]] = (
    VerdictKind.PASSED,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.FAILED,
)
"""What a run against a fault may be expected to end in."""

_OUTPUT: Final = 2000  # characters of a run's output that stand for a missing reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a deployment.

    Attributes:
        name: as the command that starts the deployment takes it.
        verdict: what a run against it should end in.
    """

    name: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DrillRun:
    """A run to make.

    Attributes:
        faults: the names of the faults that the deployment is started with.
        expected: the verdicts that are right.
        claimed: the checks that claim to catch the fault.
    """

    faults: tuple[str, ...]
    expected: tuple[str, ...]
    claimed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return its name for people."""
        return " + ".join(self.faults) or "(sound)"


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
    """

    name: str
    expected: tuple[str, ...]
    got: str
    caught_by: tuple[str, ...]
    quiet: tuple[str, ...]
    seconds: float
    reason: str = ""

    @property
    def right(self) -> bool:
        """Whether it ended as it should, by the checks that claim so."""
        return self.got in self.expected and not self.quiet


def alone(fault: Fault, checks: Mapping[str, Any]) -> DrillRun:
    """Return the run with one fault; ``checks`` are those of a verdict document."""
    claimed = (name for name, check in checks.items() if fault.name in check["catches"])
    return DrillRun((fault.name,), (fault.verdict,), frozenset(claimed))


def pairs_of(faults: Sequence[Fault], count: int, chance: random.Random) -> list[DrillRun]:
    """Return ``count`` runs with two faults each, drawn at random."""
    runs = []
    for _ in range(count if len(faults) > 1 else 0):
        pair = sorted(chance.sample(list(faults), 2), key=lambda fault: fault.name)
        names = tuple(fault.name for fault in pair)
        runs.append(DrillRun(names, _expected({fault.verdict for fault in pair})))
    return runs


def _expected(verdicts: set[str]) -> tuple[str, ...]:
    """Return the verdicts that a pair may end in: the worse one hides the other.

    INCONCLUSIVE says that somebody turned the run away: then it may not see what would be FAILED.
    """
    if verdicts == {VerdictKind.FAILED, VerdictKind.INCONCLUSIVE}:
        return VerdictKind.FAILED, VerdictKind.INCONCLUSIVE
    return (max(verdicts, key=WORST_LAST.index),)


def judge(run: DrillRun, ended: Conclusion, seconds: float, output: bytes) -> DrillResult:
    """Return what the end of a run says of it.

    Where the release never came up no check ran: then the engine's own claim has caught the fault.
    """
    got = next((str(k) for k, code in EXIT_CODES.items() if code == ended.code), "usage error")
    document = ended.document or {"failures": [], "checks": {}, "reason": ended.reason}
    failed = {failure["check"] for failure in document["failures"]}
    failed |= {name for name, check in document["checks"].items() if check["unsteady"]}
    engine = {name for name in failed if name.startswith("knowngood::")}
    must_fail = VerdictKind.FAILED in run.expected and not engine
    return DrillResult(
        name=run.name,
        expected=run.expected,
        got=got,
        caught_by=tuple(sorted((run.claimed & failed) or engine or failed)),
        quiet=tuple(sorted(run.claimed - failed)) if must_fail else (),
        seconds=round(seconds, 1),
        reason=str(document["reason"]) or output.decode("utf-8", "replace")[-_OUTPUT:],
    )


def refuse_missing_folder(path: Path | None) -> None:
    """Raise BadEnvironment if the results cannot be written to ``path`` for want of a folder."""
    if path is not None and not path.absolute().parent.is_dir():
        raise BadEnvironment(f"--json {path}: there is no folder {path.parent}")


def write(path: Path | None, content: dict[str, Any], say: Say) -> None:
    """Write the results to ``path``, if there is one. Trouble with it changes no exit code."""
    if path is None:
        return
    try:
        write_atomically(path.absolute(), json_file.text({"schema": 1, **content}))
    except OSError as error:
        say(f"--json {path}: not written: {error.strerror or error}")
