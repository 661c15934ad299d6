"""Fold the results of a run into one verdict.

A confirmed FAILED beats INCONCLUSIVE, which beats PASSED; no evidence is never PASSED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from ..environment import is_of
from ..fetch import AttemptError
from ..run_options import LEVELS
from ..safety import listed, plural
from .advisories import accepting
from .causes import Cause, find_causes
from .exit_codes import ACTIONS, EXIT_CODES, HOLD, VerdictKind, advice
from .judged import Judged
from .outcome import FAILED, SKIPPED
from .run_results import RunResults
from .unsteady import unsteady_causes, with_unsteady

_VERSION_DOCUMENT: Final = "{release}"
"""The group of the requests that checks make for the version document."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of a run, and what to do.

    Attributes:
        kind: what the run ended in.
        reason: why, in one line.
        counts: how many cases passed, failed and so on.
        causes: the faults, in the order to read them; those that count come first.
        judged: what went wrong, by how far it counts.
        doubts: why the run proves less than it should, one line each.
        is_first_look: whether it FAILED before anything was pushed.
        nothing_new: whether only failures of the baseline keep it from PASSED.
    """

    kind: VerdictKind
    reason: str
    counts: Mapping[str, int]
    causes: tuple[Cause, ...] = ()
    judged: Judged = field(default_factory=Judged)
    doubts: tuple[str, ...] = ()
    is_first_look: bool = False
    nothing_new: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code of the process."""
        return EXIT_CODES[self.kind]

    @property
    def action(self) -> str:
        """``proceed``, ``roll back`` or ``hold``."""
        return HOLD if self.is_first_look else ACTIONS.get(self.kind, HOLD)

    @property
    def advice(self) -> str:
        """The action in words for people."""
        if self.is_first_look:
            return (
                "it is so today, before any push: fix it, take it out of the suite, or name its "
                "URL in an [[advisory]]"
            )
        kinds = {cause.kind for cause in self.causes if cause.state == "failed"}
        tls = self.kind is VerdictKind.FAILED and kinds == {AttemptError.TLS}
        return advice(self.kind, nothing_new=self.nothing_new, tls=tls)

    def advisory_cases(self, check: str) -> int:
        """Return in how many cases an advisory accepts what a check ended in."""
        return sum(outcome.check == check for outcome in self.judged.advisory)

    def to_json(self) -> dict[str, Any]:
        """Return plain data, by the schema that ships with the package."""
        return {
            "verdict": str(self.kind),
            "action": self.action,
            "advice": self.advice,
            "exit_code": self.exit_code,
            "reason": self.reason,
            "counts": dict(self.counts),
            "doubts": list(self.doubts),
            "causes": [cause.to_json() for cause in self.causes],
            "failures": [outcome.to_json() for outcome in self.judged.failed],
            "known": [outcome.to_json() for outcome in self.judged.known],
            "advisory": [outcome.to_json() for outcome in self.judged.advisory],
            "unsettled": [outcome.to_json() for outcome in self.judged.unsettled],
            "unsteady": self.judged.all_unsteady,
        }


def fold(results: RunResults, *, in_part: bool = False) -> Verdict:
    """Return the verdict that ``results`` support.

    ``in_part`` says that only some cases of a check ran, so that no cause counts them.
    """
    judged = Judged.of(results)
    doubts = (
        *_run_doubts(results, judged),
        *_unsettled_doubts(judged),
        *([results.halted] if results.halted else ()),
        *_coverage_doubts(results),
        *([results.unproven] if results.unproven else ()),
    )
    known_doubts = _known_doubts(judged)
    causes = _causes(judged, results, {} if in_part else results.params)
    kind, reason = _decide(results, judged, causes, (*doubts, *known_doubts))
    return Verdict(
        kind=kind,
        reason=reason,
        causes=causes,
        counts=_counts(results, judged),
        judged=judged,
        doubts=(*doubts, *known_doubts),
        is_first_look=results.is_first_look and kind is VerdictKind.FAILED,
        nothing_new=kind is VerdictKind.INCONCLUSIVE and not doubts,
    )


def _causes(judged: Judged, results: RunResults, params: Mapping[str, int]) -> tuple[Cause, ...]:
    """Return the causes of all that went wrong, those that decide first."""
    find = partial(find_causes, answered=results.requests.answered_at, params=params)
    united = find((*judged.failed, *judged.advisory), accepted=judged.accepted)
    groups = judged.unsteady_accepted
    deciding = [cause for cause in united if cause.state != "advisory"]
    failed = _with_mixture_first(deciding, results) if deciding else ()
    return (
        *with_unsteady(failed, judged.unsteady, results),
        *find(judged.known, state="known"),
        *unsteady_causes(judged.unsteady_before, results, state="known"),
        *find(judged.unsettled, state="unsettled"),
        *(cause for cause in united if cause.state == "advisory"),
        *unsteady_causes(groups, results, state="advisory", accepted=groups),
    )


def _with_mixture_first(causes: Sequence[Cause], results: RunResults) -> Sequence[Cause]:
    """Put first that answers come from two releases, if they do: it explains each file that only
    one of them has. Use the cause of the check of the version document, which says the same.
    """
    if not results.release.mixed:
        return causes
    asking = {o.check for o in results.outcomes if _VERSION_DOCUMENT in o.asked}
    same = next((c for c in causes if c.claims and c.claims[0].check in asking), None)
    mixed = same or Cause("failed", "", "release", "mixed")
    first = replace(mixed, sentence=results.release.wavering)
    return [first, *(cause for cause in causes if cause is not same)]


def _decide(
    results: RunResults, judged: Judged, causes: tuple[Cause, ...], doubts: tuple[str, ...]
) -> tuple[VerdictKind, str]:
    if results.internal_error:
        return VerdictKind.INTERNAL_ERROR, "the run itself broke; its output says where"
    if results.interrupted:
        return VerdictKind.INTERRUPTED, "stopped from outside before it was done"
    if judged.failed:
        return VerdictKind.FAILED, causes[0].sentence
    if judged.unsteady and not results.release.changed and not results.network_trouble:
        return VerdictKind.FAILED, causes[0].sentence
    if results.unreadable:
        count = plural(len(results.unreadable), "file")
        return (
            VerdictKind.INTERRUPTED,
            f"{count} could not be read: {listed([name for name, _ in results.unreadable])}",
        )
    if not (results.expected or results.halted or results.overdue):
        return VerdictKind.NOTHING_CHECKED, f"no check was selected{_by_what(results)}"
    if doubts:
        return VerdictKind.INCONCLUSIVE, doubts[0]
    but = f", but for {plural(len(judged.advisory), 'advisory case')}" if judged.advisory else ""
    return VerdictKind.PASSED, f"every required check ran and held{but}"


def _by_what(results: RunResults) -> str:
    """Return what selected so that nothing is left, after a colon; empty if nobody knows."""
    if results.narrowed:
        return f": {results.narrowed}"
    if not results.collected.deselected:
        return ""
    count = plural(len(results.collected.deselected), "check")
    return f": {count} deselected: {listed(sorted(results.collected.deselected))}"


def _run_doubts(results: RunResults, judged: Judged) -> list[str]:
    """Return what makes the whole run prove less."""
    doubts = [doubt for doubt in (results.release.changed, results.release.wavering) if doubt]
    if judged.all_unsteady and results.network_trouble:
        doubts.append(
            "requests needed retries, and this machine's network is in trouble, the controls say: "
            f"{results.network_trouble}"
        )
    if results.overdue:
        doubts.append("time ran out before the run was done; see run in [budget]")
    if results.optimized:
        doubts.append(
            "Python ran without assertions (-O or PYTHONOPTIMIZE), so checks may have passed that "
            "should fail; run again without that option"
        )
    return doubts


def _known_doubts(judged: Judged) -> list[str]:
    """Return what failed, and failed in the baseline, too."""
    doubts = []
    if judged.known:
        doubts.append(
            f"{plural(len(judged.known), 'case')} failed, and failed in the baseline as well: this "
            "push is not the cause"
        )
    if judged.unsteady_before:
        doubts.append(
            f"requests to {listed(judged.unsteady_before)} needed too many retries, and did in the "
            "baseline as well: this push is not the cause"
        )
    return doubts


def _unsettled_doubts(judged: Judged) -> list[str]:
    """Return why outcomes are unsettled, each reason once with its number of cases.

    Failures that may be the network's come first. For other kinds the first message stands.
    """
    reasons: dict[tuple[bool, str], list[str]] = {}
    for outcome, why in zip(judged.unsettled, judged.doubts, strict=True):
        failed = outcome.result == FAILED
        reasons.setdefault((not failed, why if failed else outcome.kind), []).append(why)
    return [f"{whys[0]} ({plural(len(whys), 'case')})" for _, whys in sorted(reasons.items())]


def _coverage_doubts(results: RunResults) -> list[str]:
    """Return what should have run and did not."""
    doubts = []
    if results.lost_workers:
        doubts.append(f"{plural(results.lost_workers, 'worker')} died during the run")
    skipped = {
        outcome.check
        for outcome in results.outcomes
        if outcome.result == SKIPPED and not accepting(outcome, results)
    }
    if LEVELS.index(results.level) < LEVELS.index(results.environment.level):
        doubts.append(
            f"the run has the level {results.level}, and {results.environment.name} needs "
            f"{results.environment.level}: run with --level={results.environment.level}"
        )
    for pattern in results.environment.require:
        doubts += _requirement_doubts(pattern, skipped, results)
    if not results.passed and not results.halted:
        doubts.append("no case ran and held, so nothing is proved")
    done = results.passed + len(results.outcomes)
    if done < results.expected and not results.halted:
        doubts.append(f"only {done} of {results.expected} cases ran")
    return doubts


def _requirement_doubts(pattern: str, skipped: set[str], results: RunResults) -> list[str]:
    def matching(checks: Any) -> list[str]:
        return sorted({check for check in checks if is_of(check, pattern)})

    doubts = []
    for ending, checks in (("skipped", skipped), ("deselected", results.collected.deselected)):
        missing = matching(checks)
        if missing:
            doubts.append(f"{plural(len(missing), 'required check')} {ending}: {listed(missing)}")
    if pattern == "*" and results.narrowed:
        doubts.append(f"only a part of the required checks was selected: {results.narrowed}")
    elif pattern != "*" and not doubts and not results.halted and not matching(results.claims):
        doubts.append(f"no check matches {pattern!r} of [require]")
    return doubts


def _counts(results: RunResults, judged: Judged) -> dict[str, int]:
    skipped = sum(outcome.result == SKIPPED for outcome in results.outcomes)
    return {
        "expected": results.expected,
        "ran": results.passed + len(results.outcomes) - skipped,
        "passed": results.passed,
        "failed": len(judged.failed) + len(judged.known),
        "advisory": len(judged.advisory),
        "inconclusive": len(judged.unsettled),
        "skipped": skipped,
        "deselected": len(results.collected.deselected),
        "flaky": sum(results.requests.flaky[origin] for origin in results.requests.answered_at),
    }
