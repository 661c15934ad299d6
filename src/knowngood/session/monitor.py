"""Watch the controls and the release before, during and after the checks.

Only the controller does, with fetchers of its own: those of workers are busy with the checks.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Final

from ..content import manifest as manifests
from ..environment import Environment, Release
from ..fetch import SILENT, Guard
from ..readiness import (
    AGREE,
    Convergence,
    ReleaseWatch,
    look_at_controls,
    missing_field,
    proxy_hint,
    varying,
    watching,
)
from ..safety import Say
from ..verdict import build_match, edge_claims
from ..verdict.outcome import FAILED, Outcome
from ..verdict.run_results import RunResults
from ..verdict.unsteady import unsteady_groups
from .ticket import RunTicket

LOOKS: Final = 8
"""Looks at the controls while checks run, at most; one more follows at the end."""

CONNECTIONS: Final = 16
"""Connections to each control before a failure counts. A network that loses three of ten fails none
of them once in 300 times."""

APART: Final = 1.0
"""Seconds between two looks at the controls."""


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
        self._commit_of = cache(partial(_commit_of, environment))

    def before(self, say: Say) -> None:
        """Look at the controls and wait for the release, before the first check.

        If no control answers, or the release does not come up, ``results.halted`` says why no check
        should run. Raises BadEnvironment if there is no such release.
        """
        hint = proxy_hint(self._environment)
        self._results.warnings += [hint] if hint else []
        self._look()
        look = self._results.looks[-1] if self._results.looks else None
        if look is not None and not look.reached:
            self._results.halted = (
                f"this machine's network is in trouble, the controls say: {look.trouble}"
            )
            return
        release = self._environment.release
        if release is None:
            return
        with self._watching(release) as watch:
            expected = self._results.release.expected
            if expected is None:
                sightings = watch.look(watch.addresses)
                seen = [sighting for edge in sightings.values() for sighting in edge]
                hint = missing_field(release, self._environment.path, seen)
                self._results.warnings += [hint] if hint else []
                self._results.release = self._results.release.looked_at(sightings)
            else:
                within = self._environment.budget.converge
                self._judge(watch.converge(within, say))

    def during(self, outcome: Outcome) -> None:
        """Look at the controls after a check that got no answer."""
        looks = self._results.looks
        if outcome.result != FAILED or outcome.kind not in SILENT or len(looks) > LOOKS:
            return
        if not looks or time.time() - looks[-1].began > APART:
            self._look()

    def after(self) -> None:
        """Look at the release once more, compare what was served, look at the controls."""
        release, state = self._environment.release, self._results.release
        if release is not None and state.start:
            with self._watching(release) as watch:
                times = AGREE * (1 if state.expected is None else 2)
                self._results.release = state.ended(watch.look(state.start, times))
        self._compare_edges()
        lacking = self._results.requests.lacking
        if lacking:
            self._results.add_claim(edge_claims.lacking(lacking))
        self._compare_with_build()
        failed = any(outcome.result == FAILED for outcome in self._results.outcomes)
        if failed or unsteady_groups(self._results):
            self._look(CONNECTIONS)

    def _look(self, connections: int = 1) -> None:
        if self._environment.control:
            look = look_at_controls(
                self._environment, self._ticket.run_id, self._ticket.recording, connections
            )
            self._results.looks.append(look)

    def _watching(self, release: Release) -> AbstractContextManager[ReleaseWatch]:
        ticket = self._ticket
        return watching(
            self._environment,
            release,
            ticket.run_id,
            ticket.deadline,
            ticket.recording,
            expected=self._results.release.expected or "",
            commit_of=self._commit_of,
        )

    def _judge(self, result: Convergence) -> None:
        self._results.release = self._results.release.converged(result)
        for edge in result.given_up:
            self._results.warnings.append(
                f"{edge.address} gives no answer ({edge.answer}); the name has other addresses, "
                "and they serve the release"
            )
        if result.missing:
            if result.instead:
                from ..release import release_name

                release_name.refuse_slip(self._environment, result.expected, result.instead)
            self._look()
            self._results.halted = "the release was not there, so no check ran"
            claim = edge_claims.not_converged(result, self._environment)
            self._results.add_claim(claim)

    def _compare_edges(self) -> None:
        differing, ticket = self._results.requests.differing, self._ticket
        if not differing:
            return
        edges = {url: list(at) for url, at in differing.items()}
        sound = varying(self._environment, ticket.run_id, ticket.deadline, edges, ticket.recording)
        if sound:
            self._results.warnings.append(edge_claims.varying(sorted(sound)))
        unsound = {url: at for url, at in differing.items() if url not in sound}
        if unsound:
            self._results.add_claim(edge_claims.differing(unsound, self._environment.params))

    def _compare_with_build(self) -> None:
        """Compare what the build's own origin served; a redirect may lead to another origin."""
        results, release = self._results, self._environment.release
        if self._manifest is None or release is None:
            return
        origin_of = Guard(self._environment.origins).origin_of
        build = release.origin
        served = (file for file in results.served if origin_of(file.url, build) == build)
        results.compared = build_match.compare(self._manifest.files, served, release)
        claim = build_match.claim(results.compared)
        if claim is not None:
            results.add_claim(claim)


def _commit_of(environment: Environment, release: str) -> str:
    from ..release import release_name

    return release_name.commit_of(environment, release)
