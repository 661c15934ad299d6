"""Ask a deployment once which release is live."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import listed, new_run_id
from .convergence import ReleaseWatch, watching
from .version_document import ReleaseSighting

SECONDS: Final = 10.0
"""Seconds that the look may take: a person waits for it."""

_COUNT: Final = 3  # answers of each edge, to meet a backend that differs


@dataclass(frozen=True, slots=True)
class LiveLook:
    """What the edges answered when they were asked which release is live.

    Attributes:
        names: for each release that they name, all names of it, the usual one first.
        trouble: why no edge names one, or which edges do not while others do; empty otherwise.
        silent: whether none does, and one gave no answer at all.
    """

    names: Sequence[Sequence[str]]
    trouble: str
    silent: bool


def look_at_release(environment: Environment) -> LiveLook:
    """Return which releases the edges name.

    Raises BadEnvironment if the deployment names no release, or exists only during a run.
    """
    release = environment.release
    if release is None or environment.serve is not None:
        raise BadEnvironment(
            f"{environment.path}: needs [release], which says where the deployment names its "
            "release, and no [serve], whose deployment is there during a run alone"
        )
    with watching(environment, release, new_run_id(), time.time() + SECONDS) as watch:
        edges = watch.look(watch.addresses, _COUNT)
        nameless = [address for address, sights in edges.items() if not _any_named(sights)]
        if 0 < len(nameless) < len(edges):  # what passes is no trouble
            edges |= watch.look(nameless, _COUNT)
    sights = [sight for edge in edges.values() for sight in edge]
    names = sorted({sight.names for sight in sights if sight.names})
    if names:
        return LiveLook(names, _nameless(watch, edges), silent=False)
    answers = ", ".join(sorted({sight.label for sight in sights}))
    silent = any(sight.exchange.answer is None for sight in sights)
    return LiveLook((), f"no edge names a release: {answers}", silent)


def _any_named(sights: Sequence[ReleaseSighting]) -> bool:
    return any(sight.names for sight in sights)


def _nameless(watch: ReleaseWatch, edges: Mapping[str, Sequence[ReleaseSighting]]) -> str:
    """Return which edges name no release while others do; empty if all do. A silent address counts
    only where the environment names it: to one that a name resolves to, such as an IPv6 address,
    this machine may have no way, and no verification waits for it.
    """
    is_listed = watch.release.origin in watch.environment.edges
    answers = [
        f"{address} ({sights[0].label})"
        for address, sights in edges.items()
        if not _any_named(sights) and (is_listed or not all(sight.silent for sight in sights))
    ]
    if not answers:
        return ""
    verb = "names" if len(answers) == 1 else "name"
    return f"{len(answers)} of {len(edges)} edges {verb} no release: {listed(answers)}"
