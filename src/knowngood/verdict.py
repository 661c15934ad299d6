"""Outcomes in, one verdict out. Pure: no clock, no file, no network.

A confirmed FAILED beats INCONCLUSIVE, which beats PASSED; no evidence is never PASSED.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from .outcome import FAILED, SKIPPED, Outcome

FLAKY_FLOOR: Final = 5
"""Retried requests that any group may have whatever its size: a share of a handful says nothing.
At the 4% of trouble that a sound network may have, six retries among ten requests happen once in
three hundred thousand groups."""


class Kind(StrEnum):
    """What a run can end in."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    INTERNAL_ERROR = "INTERNAL ERROR"
    NOTHING_CHECKED = "NOTHING CHECKED"
    INCONCLUSIVE = "INCONCLUSIVE"


EXIT_CODES: Final = {
    Kind.PASSED: 0,
    Kind.FAILED: 1,
    Kind.INTERRUPTED: 2,
    Kind.INTERNAL_ERROR: 3,
    Kind.NOTHING_CHECKED: 5,
    Kind.INCONCLUSIVE: 75,
}
"""pytest's own codes, and sysexits' EX_TEMPFAIL (75): try again later. 4 is pytest's usage error,
which ends a run before there is anything to judge."""

ACTIONS: Final = {Kind.PASSED: "proceed", Kind.FAILED: "roll back"}
_HOLD: Final = "hold"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict rests on.

    ``expected`` counts the items that were to run, ``passed`` those that did and held;
    ``outcomes`` are the others. ``answered_at`` has, for each origin, when it last answered
    (seconds since the epoch). ``asked`` and ``flaky`` count requests, and those that needed a
    retry, by origin and by declaration; ``erratic`` those of them that failed while others were
    answered.
    """

    environment: str
    expected: int = 0
    passed: int = 0
    outcomes: tuple[Outcome, ...] = ()
    deselected: tuple[str, ...] = ()
    narrowed: str = ""
    ran: tuple[str, ...] = ()
    require: tuple[str, ...] = ("*",)
    lost_workers: int = 0
    unreadable: tuple[str, ...] = ()
    interrupted: bool = False
    internal_error: bool = False
    answered_at: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    flaky: Mapping[str, int] = field(default_factory=dict)
    erratic: Mapping[str, int] = field(default_factory=dict)
    tolerance: float = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the run says, and what to do about it.

    ``failures`` are confirmed; ``doubts`` say, a line each, why the run proves less than it
    should; ``unsettled`` are the outcomes behind them. ``unsteady`` names the groups of requests
    that needed more retries than is tolerated.
    """

    kind: Kind
    reason: str
    counts: Mapping[str, int]
    failures: tuple[Outcome, ...] = ()
    unsettled: tuple[Outcome, ...] = ()
    doubts: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return EXIT_CODES[self.kind]

    @property
    def action(self) -> str:
        """``proceed``, ``roll back`` or ``hold``."""
        return ACTIONS.get(self.kind, _HOLD)

    def to_json(self) -> dict[str, Any]:
        """As plain data, by the schema that ships with the package."""
        return {
            "verdict": str(self.kind),
            "action": self.action,
            "exit_code": self.exit_code,
            "reason": self.reason,
            "counts": dict(self.counts),
            "doubts": list(self.doubts),
            "failures": [outcome.to_json() for outcome in self.failures],
            "unsettled": [outcome.to_json() for outcome in self.unsettled],
        }


def fold(evidence: Evidence) -> Verdict:
    """The verdict that ``evidence`` supports."""
    judged = [(each, _confirmed(each, evidence)) for each in evidence.outcomes]
    failures = tuple(each for each, confirmed in judged if confirmed)
    unsettled = tuple(
        each for each, confirmed in judged if not confirmed and each.result != SKIPPED
    )
    doubts = (*_unsettled_doubts(unsettled), *_coverage_doubts(evidence))
    unsteady = _unsteady(evidence)
    troubled = tuple(_unsteady_reason(group, evidence) for group in unsteady)
    kind, reason = _decide(evidence, failures, troubled, doubts)
    return Verdict(
        kind=kind,
        reason=reason,
        counts=_counts(evidence, failures, unsettled),
        failures=failures,
        unsettled=unsettled,
        doubts=(*troubled, *doubts),
        unsteady=unsteady,
    )


def _decide(
    evidence: Evidence,
    failures: tuple[Outcome, ...],
    unsteady: tuple[str, ...],
    doubts: tuple[str, ...],
) -> tuple[Kind, str]:
    if evidence.internal_error:
        return Kind.INTERNAL_ERROR, "the run itself broke; its output says where"
    if evidence.interrupted:
        return Kind.INTERRUPTED, "stopped from outside before it was done"
    if failures:
        checks = len({each.check for each in failures})
        return Kind.FAILED, f"{plural(checks, 'check')} failed in {plural(len(failures), 'case')}"
    if unsteady:
        return Kind.FAILED, unsteady[0]
    if evidence.unreadable:
        count = plural(len(evidence.unreadable), "file")
        return Kind.INTERRUPTED, f"{count} could not be read: {_first(list(evidence.unreadable))}"
    if not evidence.expected:
        return Kind.NOTHING_CHECKED, "no check was selected"
    if doubts:
        return Kind.INCONCLUSIVE, doubts[0]
    return Kind.PASSED, "every required check ran and held"


def _confirmed(outcome: Outcome, evidence: Evidence) -> bool:
    """A failure counts when the deployment answered wrong, or when it kept silent here while it
    answered others: silence all round may be the runner's own network.
    """
    if outcome.result != FAILED:
        return False
    if outcome.kind != "unreachable":
        return True
    return evidence.answered_at.get(outcome.origin, 0.0) > outcome.began


def _unsettled_doubts(unsettled: tuple[Outcome, ...]) -> list[str]:
    silent = [each for each in unsettled if each.kind == "unreachable"]
    doubts = []
    if silent:
        origins = ", ".join(sorted({each.origin for each in silent}))
        doubts.append(
            f"{origins} gave no answer at all ({plural(len(silent), 'case')}); whether that is "
            "the deployment or this machine's network cannot be told"
        )
    for kind in sorted({each.kind for each in unsettled} - {"unreachable"}):
        those = [each for each in unsettled if each.kind == kind]
        doubts.append(f"{kind}: {those[0].message or 'unknown'} ({plural(len(those), 'case')})")
    return doubts


def _coverage_doubts(evidence: Evidence) -> list[str]:
    """What should have run and did not."""
    doubts = []
    if evidence.lost_workers:
        doubts.append(f"{plural(evidence.lost_workers, 'worker')} died during the run")
    skipped = {each.check for each in evidence.outcomes if each.result == SKIPPED}
    for pattern in evidence.require:
        doubts += _requirement_doubts(pattern, skipped, evidence)
    if not evidence.passed:
        doubts.append("no case ran and held, so nothing is proved")
    done = evidence.passed + len(evidence.outcomes)
    if done < evidence.expected:
        doubts.append(f"only {done} of {evidence.expected} cases ran")
    return doubts


def _requirement_doubts(pattern: str, skipped: set[str], evidence: Evidence) -> list[str]:
    def matching(checks: Any) -> list[str]:
        return sorted({each for each in checks if fnmatchcase(each, pattern)})

    doubts = []
    for what, checks in (("skipped", skipped), ("deselected", evidence.deselected)):
        missing = matching(checks)
        if missing:
            doubts.append(f"{plural(len(missing), 'required check')} {what}: {_first(missing)}")
    if pattern == "*" and evidence.narrowed:
        doubts.append(f"only a part of the required checks was selected: {evidence.narrowed}")
    elif pattern != "*" and not doubts and not matching(evidence.ran):
        doubts.append(f"no check matches {pattern!r} of [require]")
    return doubts


def _unsteady(evidence: Evidence) -> tuple[str, ...]:
    """Groups of requests that needed more retries than the environment tolerates."""
    return tuple(
        group
        for group, erratic in evidence.erratic.items()
        if erratic > FLAKY_FLOOR and erratic > evidence.tolerance * evidence.asked.get(group, 0)
    )


def _unsteady_reason(group: str, evidence: Evidence) -> str:
    return (
        f"unsteady: {evidence.erratic[group]} of {evidence.asked.get(group, 0)} requests to "
        f"{group} needed a retry; tolerated: {evidence.tolerance:.0%}"
    )


def _counts(
    evidence: Evidence, failures: tuple[Outcome, ...], unsettled: tuple[Outcome, ...]
) -> dict[str, int]:
    skipped = sum(each.result == SKIPPED for each in evidence.outcomes)
    return {
        "expected": evidence.expected,
        "ran": evidence.passed + len(failures) + len(unsettled),
        "passed": evidence.passed,
        "failed": len(failures),
        "inconclusive": len(unsettled),
        "skipped": skipped,
        "deselected": len(evidence.deselected),
        "flaky": sum(evidence.flaky.get(group, 0) for group in evidence.answered_at),
    }


def plural(count: int, word: str) -> str:
    """``1 case``, ``2 cases``."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _first(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
