"""Collect what all processes of a run report: all that its verdict rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Final

from ..environment import Advisory, Environment
from ..fetch import RequestTotals
from ..readiness import ControlLook, ReleaseState
from ..run_options import LEVELS
from .build_match import BuildComparison, ServedFile
from .outcome import EDGE_OF, PASSED, SKIPPED, Outcome
from .own_claims import CLAIMS

_CONTAINER: Final = (list, dict, set)


@dataclass(slots=True)
class ClaimResult:
    """One check over all its cases, for the report.

    Attributes:
        title: what the check claims.
        ran: how many of its cases ran.
        bad: how many failed or were inconclusive.
        skipped: how many were skipped.
        asked: the groups in which its requests are counted.
    """

    title: str
    ran: int = 0
    bad: int = 0
    skipped: int = 0
    asked: set[str] = field(default_factory=set)


@dataclass(slots=True)
class CollectedChecks:
    """What is known of the checks that one process, or all of a run, collected, each by its name.

    Attributes:
        deselected: those that a selection left out.
        inapplicable: why a check does not apply to the environment or the level.
        catches: the faults that a check is known to catch.
        advisories: the advisory of a check's own mark.
        idle: why a check holds whatever is answered.
        drawn: the cases that were drawn of a check that asks for a sample.
        header_tables_read: the tables of [headers] that checks held an answer against.
    """

    deselected: set[str] = field(default_factory=set)
    inapplicable: dict[str, str] = field(default_factory=dict)
    catches: dict[str, list[str]] = field(default_factory=dict)
    advisories: dict[str, Advisory] = field(default_factory=dict)
    idle: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, list[str]] = field(default_factory=dict)
    header_tables_read: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            **asdict(self),
            "deselected": sorted(self.deselected),
            "advisories": {
                check: (advisory.reason, advisory.until.isoformat())
                for check, advisory in self.advisories.items()
            },
            "header_tables_read": sorted(self.header_tables_read),
        }

    def add_json(self, data: Mapping[str, Any]) -> None:
        """Add what :meth:`to_json` returned in a process of the run."""
        self.deselected.update(data["deselected"])
        self.inapplicable.update(data["inapplicable"])
        self.catches.update(data["catches"])
        for check, (reason, until) in data["advisories"].items():
            self.advisories[check] = Advisory(check, reason, date.fromisoformat(until))
        self.idle.update(data["idle"])
        self.drawn.update(data["drawn"])
        self.header_tables_read.update(data["header_tables_read"])


@dataclass(slots=True)
class RunResults:
    """What all processes of a run report: filled in while it goes on, judged at its end.

    Attributes:
        environment: what was asked.
        level: how much of the suite ran, one of ``LEVELS``.
        is_first_look: whether nothing was pushed before, so that nothing can be rolled back.
        expected: how many items were to run.
        passed: how many ran and held.
        outcomes: how the other items ended.
        order: the place of each item in the run, by node id, where workers report in any order.
        claims: each check that ran in at least one case, over all of them, by name.
        collected: the checks of the suite, as far as it was collected.
        narrowed: the arguments that selected only a part of the suite.
        accepting: whether advisories count: in a drill they do not.
        today: the day of the run, by which they end.
        lost_workers: how many workers died.
        unreadable: the files of checks that could not be read, and why.
        interrupted: whether somebody stopped the run.
        internal_error: whether pytest or a plugin broke.
        halted: why no check ran.
        overdue: whether time ran out.
        optimized: whether Python ran without assertions.
        requests: what was asked for, and how it went.
        served: what is to be compared with the manifest.
        manifest_digest: the digest of the manifest of ``--manifest``; None without one.
        compared: the comparison with it.
        subjects: the SHA-256 of each artefact of ``--subject``, by its name.
        looks: what the controls answered.
        release: the release at the start and at the end.
        baseline: the keys of failures that an earlier verdict has (:mod:`.fault_keys`), and those
            of its unsteady groups (:func:`~.unsteady.unsteady_key`).
        warnings: what reports warn of.
    """

    environment: Environment
    level: str = LEVELS[0]
    is_first_look: bool = False
    expected: int = 0
    passed: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    order: Mapping[str, int] = field(default_factory=dict)
    claims: dict[str, ClaimResult] = field(default_factory=dict)
    collected: CollectedChecks = field(default_factory=CollectedChecks)
    accepting: bool = True
    today: date = date.max
    narrowed: str = ""
    lost_workers: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    interrupted: bool = False
    internal_error: bool = False
    requests: RequestTotals = field(default_factory=RequestTotals)
    served: set[ServedFile] = field(default_factory=set)
    manifest_digest: str | None = None
    compared: BuildComparison = field(default_factory=lambda: BuildComparison(0, (), ()))
    subjects: Mapping[str, str] = field(default_factory=dict)
    looks: list[ControlLook] = field(default_factory=list)
    halted: str = ""
    overdue: bool = False
    optimized: bool = False
    release: ReleaseState = field(default_factory=ReleaseState)
    baseline: frozenset[str] | None = None
    warnings: list[str] = field(default_factory=list)

    def record(self, outcome: Outcome) -> None:
        """Add the outcome of one item."""
        claim = self.claims.setdefault(outcome.check, ClaimResult(outcome.claim))
        claim.asked.update(outcome.asked)
        claim.ran += 1
        if outcome.again:
            self._take_back(claim, outcome.nodeid)
        if outcome.result == PASSED:
            self.passed += 1
            return
        claim.skipped += outcome.result == SKIPPED
        claim.bad += outcome.result != SKIPPED
        self.outcomes.append(outcome)

    def _take_back(self, claim: ClaimResult, nodeid: str) -> None:
        """Remove the earlier outcome of an item whose teardown failed."""
        claim.ran -= 1
        before = [outcome for outcome in self.outcomes if outcome.nodeid == nodeid]
        if before:
            claim.skipped -= before[0].result == SKIPPED
            claim.bad -= before[0].result != SKIPPED
            self.outcomes.remove(before[0])
        else:
            self.passed -= 1

    def without(self, nodeids: Collection[str]) -> RunResults:
        """Return a copy without the outcomes of these items, so that they can run again."""
        containers = (f.name for f in fields(self) if isinstance(getattr(self, f.name), _CONTAINER))
        copies = {name: copy(getattr(self, name)) for name in containers}
        bad = [outcome for outcome in self.outcomes if outcome.nodeid not in nodeids]
        held = len(nodeids) - (len(self.outcomes) - len(bad))
        claims = {n: replace(claim, asked=set(claim.asked)) for n, claim in self.claims.items()}
        changed = {
            "outcomes": bad,
            "passed": self.passed - held,
            "claims": claims,
            "requests": self.requests.copy(),
        }
        return replace(self, **copies | changed)

    def add_result(self, result: Mapping[str, Any]) -> None:
        """Add what one process left out at collection and what it asked for."""
        self.collected.add_json(result["collected"])
        self._warn(f"{check}: {why}" for check, why in self.collected.idle.items())
        if "report" in result:  # nothing ran in the controller of workers
            self.served.update(ServedFile(*answer) for answer in result["served"])
            self.add_report(result["report"])

    def idle_headers(self) -> Iterator[str]:
        """Yield a warning for each table of [headers] that no check of a whole run used."""
        left_out = self.narrowed or self.collected.deselected or self.collected.inapplicable
        if left_out or self.outcomes or self.passed < self.expected:
            return
        for kind in dict.fromkeys(rule.kind for rule in self.environment.headers):
            if kind not in self.collected.header_tables_read:
                yield (
                    f"{self.environment.path}: [headers.{kind}] checks nothing: no check held an "
                    "answer against it whose path it matches; write in one: assert "
                    "environment.header_problems(response.path, response.headers) == []"
                )

    def add_report(self, report: Mapping[str, Any]) -> None:
        """Add what one process asked for, and its warnings."""
        self.requests.add(report)
        self._warn(report["warnings"])

    def _warn(self, warnings: Iterable[str]) -> None:
        """Add warnings, each once: several processes may have the same."""
        self.warnings += [warning for warning in warnings if warning not in self.warnings]

    def add_claim(self, outcome: Outcome) -> None:
        """Add a failed claim of the engine's own; it counts as one more case."""
        self.expected += 1
        self.record(outcome)

    @property
    def checks(self) -> set[str]:
        """The checks of the suite, as far as it was collected, and the engine's own claims."""
        collected = self.collected
        return {*collected.catches, *collected.inapplicable, *collected.deselected, *CLAIMS}

    @property
    def in_order(self) -> list[Outcome]:
        """The outcomes in the order of items, so that two runs report alike; last what is no
        item's.
        """
        return sorted(
            self.outcomes, key=lambda outcome: self.order.get(outcome.nodeid, len(self.order))
        )

    @property
    def network_trouble(self) -> str:
        """The first trouble of this machine's network, by the controls; empty if they had none."""
        return next((look.trouble for look in self.looks if look.trouble), "")

    @property
    def unproven(self) -> str:
        """Why the manifest proves nothing about what is served; empty if it does, or without."""
        return self.compared.doubt if self.manifest_digest and not self.halted else ""

    @property
    def accepted(self) -> tuple[Advisory, ...]:
        """What is accepted, by the environment and by checks."""
        if not self.accepting:
            return ()
        return (*self.environment.advisory, *self.collected.advisories.values())

    @property
    def asked_by(self) -> Mapping[str, list[str]]:
        """The checks whose requests are counted in each group."""
        checks: defaultdict[str, list[str]] = defaultdict(list)
        for check, claim in self.claims.items():
            for group in claim.asked:
                checks[group].append(check)
        return checks

    @property
    def params(self) -> dict[str, int]:
        """How many values each field of a case may have, and each origin edges."""
        environment = self.environment
        aliases = dict.fromkeys(("alias", "target"), len(environment.aliases))
        edges = {f"{EDGE_OF}{name}": len(edges) for name, edges in environment.edges.items()}
        return {**aliases, **edges, **{n: len(v) for n, v in environment.params.items()}}
