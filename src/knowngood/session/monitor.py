"""Watches the controls and the release before, during and after the checks.

Only the process that gives the verdict does, through fetchers of its own: the workers' are busy
with the checks. What it sees goes into the results.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

from ..content import manifest as manifests
from ..environment import Environment, Release
from ..fetch import SILENT, Blocked, Guard, NoAnswer, describe, respond
from ..readiness import (
    AGREE,
    Convergence,
    Edge,
    Progress,
    ReleaseState,
    ReleaseWatch,
    look_at_controls,
    watching,
)
from ..safety import one_line
from ..verdict import build_match
from ..verdict.decide import unsteady_groups
from ..verdict.evidence import ALIKE, CONVERGED, plural
from ..verdict.outcome import FAILED, INCONCLUSIVE, Outcome, classify
from ..verdict.run_results import RunResults
from .ticket import RunTicket

LOOKS: Final = 8
"""Looks at the controls while checks run, at most; one more follows at the end."""

APART: Final = 1.0
"""Seconds between two looks at the controls."""

SHOWN: Final = 8  # URLs that differ between edges


class Monitor:
    """Watches controls and release for the run of ``ticket``."""

    def __init__(
        self,
        environment: Environment,
        results: RunResults,
        ticket: RunTicket,
        manifest: manifests.Manifest | None,
    ) -> None:
        self._environment = environment
        self._results = results
        self._ticket = ticket
        self._manifest = manifest

    def before(self, tell: Progress) -> None:
        """Before the first check. Where the controls are in trouble, or the release does not come
        up, ``results.halted`` says why no check should run.
        """
        self._look()
        trouble = self._results.looks[-1].trouble if self._results.looks else ""
        if trouble:
            self._results.halted = (
                f"this machine's network is in trouble, the controls say: {trouble}"
            )
            return
        release = self._environment.release
        if release is None:
            return
        with self._watching(release) as watch:
            expected = self._results.release.expected
            if expected is None:
                self._note(self._results.release.looked_at(watch.look(watch.addresses)))
            else:
                within = self._environment.budget.converge
                self._judge(watch.converge(expected, within, tell))

    def during(self, outcome: Outcome) -> None:
        """A check has ended so: where nobody answered it, see whether anybody answers."""
        looks = self._results.looks
        if outcome.result != FAILED or outcome.kind not in SILENT or len(looks) > LOOKS:
            return
        if not looks or time.time() - looks[-1].began > APART:
            self._look()

    def after(self) -> None:
        """After the last check, while the verdict is still open."""
        release, standing = self._environment.release, self._results.release
        if release is not None and standing.start:
            with self._watching(release) as watch:
                times = AGREE * (1 if standing.expected is None else 2)
                self._note(standing.ended(watch.look(standing.start, times)))
        self._compare_edges()
        self._compare_with_build()
        failed = any(outcome.result == FAILED for outcome in self._results.outcomes)
        if failed or unsteady_groups(self._results.evidence()):
            self._look()

    def _look(self) -> None:
        if self._environment.control:
            self._results.looks.append(look_at_controls(self._environment, self._ticket.run_id))

    def _note(self, standing: ReleaseState) -> None:
        self._results.release = standing

    def _watching(self, release: Release) -> AbstractContextManager[ReleaseWatch]:
        return watching(self._environment, release, self._ticket.run_id, self._ticket.deadline)

    def _judge(self, result: Convergence) -> None:
        self._note(self._results.release.converged(result))
        for edge in result.given_up:
            answer = edge.last.shown if edge.last is not None else "not asked"
            self._results.warnings.append(
                f"{edge.address} gives no answer ({answer}); the name has other addresses, and "
                "they serve the release"
            )
        if result.missing:
            self._look()
            self._results.halted = "the release was not there, so no check ran"
            self._results.add_claim(_not_converged(result))

    def _compare_edges(self) -> None:
        differing = {u: d for u, d in self._results.bodies.items() if len(set(d.values())) > 1}
        if differing:
            self._results.add_claim(_differing(differing))

    def _compare_with_build(self) -> None:
        """What redirects led to on another origin is not of this build."""
        results, release = self._results, self._environment.release
        if self._manifest is None or release is None:
            return
        origin_of = Guard(self._environment.origins).origin_of
        served = (file for file in results.served if origin_of(file.url) == release.origin)
        results.compared = build_match.compare(self._manifest.files, served, release)
        claim = build_match.claim(results.compared)
        if claim is not None:
            results.add_claim(claim)


def _not_converged(result: Convergence) -> Outcome:
    """The claim that every edge serves the release, failed: by what was answered, or, where no
    missing edge has answered at all, by the class of their silence.
    """
    edges = len(result.missing)
    total = len(result.there) + edges
    message = (
        f"after {result.seconds:.0f} s {edges} of {plural(total, 'edge')} "
        f"did not serve {one_line(result.expected, 60)}\n{result.table()}"
    )
    answered = any(edge.last is not None and not edge.last.silent for edge in result.missing)
    claim = Outcome(
        nodeid=CONVERGED,
        check=CONVERGED,
        claim="Every edge serves the release that is to be verified, before anything is checked.",
        result=FAILED,
        kind="release",
        message=message,
    )
    if answered:
        return claim
    silences = [_by_silence(claim, edge) for edge in result.missing]
    return next((silence for silence in silences if silence.result == FAILED), silences[0])


def _by_silence(claim: Outcome, edge: Edge) -> Outcome:
    if edge.last is None:
        return replace(claim, result=INCONCLUSIVE, kind="budget")
    exchange = edge.last.exchange
    fields: dict[str, Any] = {"kind": "status", "exchange": describe(exchange)}
    try:
        respond(exchange)
    except (NoAnswer, Blocked) as error:
        classified = classify(error)
        fields |= {"result": classified.result, "kind": classified.kind}
    last = exchange.attempts[-1]
    return replace(
        claim, began=last.began, phase=last.phase, origin=exchange.probe.origin, **fields
    )


def _differing(bodies: dict[str, dict[str, str]]) -> Outcome:
    """The claim that edges serve the same, failed."""
    lines = [f"{plural(len(bodies), 'URL')} differ between edges"]
    for url, digests in list(bodies.items())[:SHOWN]:
        by_digest: dict[str, list[str]] = {}
        for edge, digest in digests.items():
            by_digest.setdefault(digest, []).append(edge)
        sides = " ≠ ".join(", ".join(sorted(edges)) for edges in by_digest.values())
        lines.append(f"{one_line(url, 300)}: {sides}")
    return Outcome(
        nodeid=ALIKE,
        check=ALIKE,
        claim="Every edge serves the same bytes.",
        result=FAILED,
        kind="content",
        message="\n".join(lines),
    )
