"""Sort what went wrong in a run by how far it counts."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import Final

from ..fetch import WriteKind
from .advisories import accepting
from .fault_keys import failure_keys
from .outcome import FAILED, SKIPPED, Outcome
from .run_results import RunResults
from .unreachable import unconfirmed
from .unsteady import accepted_groups, is_known, unsteady_groups

_TURNED_AWAY: Final = ("turned away", "; let this machine pass, or ask from another one")
_UNSETTLED: Final = {
    "check": ("the check's own code", "; fix the check"),
    "blocked": _TURNED_AWAY,
    "forbidden": _TURNED_AWAY,
    "runner": ("this machine", ""),
    "guard": ("not allowed", ""),
    "budget": ("out of time or memory", ""),
    "unsettled": ("not certain", ""),
}
"""Kinds of outcomes that decide nothing: their names, and what settles them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What went wrong in a run, by how far it counts: each thing in one place.

    Attributes:
        failed: the confirmed failures that decide.
        known: the confirmed failures that the baseline has, too.
        unsettled: the outcomes that could not be confirmed or refuted.
        doubts: why not, in the same order.
        advisory: outcomes that an advisory accepts.
        accepted: why, and until when, by node id.
        unsteady: the groups of requests that need too many retries and decide.
        unsteady_before: those that did in the baseline, too.
        unsteady_accepted: those that only checks with an advisory make.
    """

    failed: list[Outcome] = field(default_factory=list)
    known: list[Outcome] = field(default_factory=list)
    unsettled: list[Outcome] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    advisory: list[Outcome] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    unsteady: list[str] = field(default_factory=list)
    unsteady_before: list[str] = field(default_factory=list)
    unsteady_accepted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, results: RunResults) -> Judged:
        """Sort the outcomes and the unsteady groups of ``results``."""
        judged = cls()
        for outcome in results.in_order:
            if outcome.result != SKIPPED:
                judged._add(_with_refusal_judged(outcome, results), results)
        accepted = accepted_groups(results)
        for group in unsteady_groups(results):
            if group in accepted:
                judged.unsteady_accepted[group] = accepted[group]
            elif is_known(group, results.baseline or ()):
                judged.unsteady_before.append(group)
            else:
                judged.unsteady.append(group)
        return judged

    def has_unsteady(self, groups: Set[str]) -> bool:
        """Return whether one of these groups of requests needs too many retries."""
        return not groups.isdisjoint(self.all_unsteady)

    @property
    def all_unsteady(self) -> list[str]:
        """The groups of requests that need too many retries, whether they decide or not; without
        those that only checks with an advisory make.
        """
        return [*self.unsteady, *self.unsteady_before]

    def _add(self, outcome: Outcome, results: RunResults) -> None:
        why = accepting(outcome, results)
        doubt = _why_unsettled(outcome, results)
        if why:
            self.advisory.append(outcome)
            self.accepted[outcome.nodeid] = why
        elif doubt:
            self.unsettled.append(outcome)
            self.doubts.append(doubt)
        elif failure_keys(outcome) <= (results.baseline or frozenset()):
            self.known.append(outcome)
        else:
            self.failed.append(outcome)


def _with_refusal_judged(outcome: Outcome, results: RunResults) -> Outcome:
    """Return ``outcome`` as a failure if the deployment itself refused its write: one of a kind
    that is refused each time, while others are taken.
    """
    if outcome.kind != "forbidden" or not outcome.exchanges:
        return outcome
    exchange = outcome.exchange
    kind = WriteKind.of(outcome.origin, exchange["method"], exchange["request_headers"])
    if kind not in results.requests.unwanted:
        return outcome
    message = f"{exchange['status']}, each time, while other writes are taken"
    return replace(outcome, result=FAILED, kind="status", message=message)


def _why_unsettled(outcome: Outcome, results: RunResults) -> str:
    """Return why an outcome proves nothing; empty for a confirmed failure."""
    if outcome.result != FAILED:
        words, remedy = _UNSETTLED.get(outcome.kind, (outcome.kind, ""))
        return f"{words}: {outcome.first_line or 'unknown'}{remedy}"  # the cause has all lines
    return results.release.changed or unconfirmed(outcome, results)
