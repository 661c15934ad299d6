"""The evidence for a verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..environment import LEVELS, Advisory
from ..fetch import WriteKind
from .outcome import Outcome
from .unreachable import SilenceEvidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict rests on.

    Attributes:
        environment: the environment's name.
        expected: how many items were to run.
        passed: how many ran and held.
        outcomes: how the other items ended.
        deselected: the checks that a selection left out.
        narrowed: the arguments that selected only a part of the suite.
        ran: the checks that ran in at least one case.
        require: patterns of the checks that must run.
        level: how much of the suite ran, one of ``LEVELS``.
        least_level: the level that PASSED needs.
        lost_workers: how many workers died.
        unreadable: the files of checks that could not be read.
        interrupted: whether somebody stopped the run.
        internal_error: whether pytest or a plugin broke.
        silence: what tells a deployment that gives no answer from a runner that is cut off.
        unwanted: the kinds of writes that an origin refuses each time, while it takes others.
        halted: why no check ran.
        overdue: whether time ran out.
        changed: that another release is live than when the run began.
        wavering: why the release is not certain.
        mixed: whether it is not since answers come from several in turn.
        unproven: why the manifest proves nothing about what is served.
        optimized: whether Python ran without assertions.
        baseline: the keys (:func:`~.symptom.keys`) of failures that an earlier verdict has,
            and those of its unsteady groups (:func:`~.unsteady.unsteady_key`).
        advisories: what is accepted, by the environment and by checks.
        today: the day of the run, by which they end.
        asked: how many requests each group (an origin or a URL template) made.
        asked_by: the checks that made them, by group.
        flaky: how many of them needed a retry.
        erratic: the same, with all requests that one outage hit counted as one.
        params: how many values each param has, and each origin edges.
        origins: the URL of each origin.
        retried: the exchanges that needed a retry, as plain data.
        tolerance: the share of ``asked`` that may need a retry.
    """

    environment: str
    expected: int = 0
    passed: int = 0
    outcomes: tuple[Outcome, ...] = ()
    deselected: tuple[str, ...] = ()
    narrowed: str = ""
    ran: tuple[str, ...] = ()
    require: tuple[str, ...] = ("*",)
    level: str = LEVELS[0]
    least_level: str = LEVELS[0]
    lost_workers: int = 0
    unreadable: tuple[str, ...] = ()
    interrupted: bool = False
    internal_error: bool = False
    silence: SilenceEvidence = field(default_factory=SilenceEvidence)
    unwanted: Collection[WriteKind] = ()
    halted: str = ""
    overdue: bool = False
    changed: str = ""
    wavering: str = ""
    mixed: bool = False
    unproven: str = ""
    optimized: bool = False
    baseline: frozenset[str] | None = None
    advisories: tuple[Advisory, ...] = ()
    today: date = date.max
    asked: Mapping[str, int] = field(default_factory=dict)
    asked_by: Mapping[str, Collection[str]] = field(default_factory=dict)
    flaky: Mapping[str, int] = field(default_factory=dict)
    erratic: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    retried: Sequence[Mapping[str, Any]] = ()
    tolerance: float = 0.2
