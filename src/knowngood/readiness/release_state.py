"""Keep which release was live at the start of a run and at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .convergence import Convergence
from .version_document import ReleaseSighting


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """The live release.

    Attributes:
        expected: the release of ``--release``, if any.
        start: the release that each edge served at the start, by address.
        changed: how the release at the end differs from that at the start; empty if it does not.
        wavering: why it is not certain which release is live; empty if it is.
        mixed: whether that is because answers name two releases in turn.
        lasts: whether each edge that named a release at the start names one at the end as well.
    """

    expected: str | None = None
    start: Mapping[str, str] = field(default_factory=dict)
    changed: str = ""
    wavering: str = ""
    mixed: bool = False
    lasts: bool = False

    @property
    def seen(self) -> str | None:
        """The release that was live when the run began; several if edges differ."""
        return ", ".join(sorted(set(self.start.values()))) or None

    def converged(self, convergence: Convergence) -> ReleaseState:
        """Return the state after waiting for the release at the start."""
        edges = (*convergence.there, *convergence.missing)
        labels = {edge.address: edge.last.label for edge in edges if edge.last is not None}
        return replace(self, start=labels)

    def looked_at(self, sightings: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """Return the state after a look at the start, without waiting."""
        latest = {address: of_edge[-1] for address, of_edge in sightings.items()}
        labels = {address: last.label for address, last in latest.items() if last.names}
        return replace(self, start=labels)

    def ended(self, sightings: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """Return the state after the look at the end."""
        named = {address for address, of_edge in sightings.items() if of_edge[-1].names}
        state = replace(self, lasts=named.issuperset(self.start) and bool(self.start))
        for address, of_edge in sightings.items():
            if address in self.start:
                state = state._compared(address, [s for s in of_edge if s.names])
        return state

    def _compared(self, address: str, sightings: Sequence[ReleaseSighting]) -> ReleaseState:
        """Return the state after comparing what one edge serves at the end with the start."""
        at = f" at {address}" if address else ""
        before = self.expected or self.start[address]
        others = {sighting.label for sighting in sightings if not _is(sighting, before)}
        if not sightings and self.expected is not None:
            return self._doubtful(f"whether {before} is still live{at} could not be seen")
        if not others:
            return self
        now = ", ".join(sorted(others))
        if any(_is(sighting, before) for sighting in sightings):
            reason = f"answers come from two releases in turn{at}: {before}, and {now}"
            return replace(self._doubtful(reason), mixed=True)
        change = f"the release changed during the run{at}: {before}, then {now}"
        return replace(self, changed=self.changed or change)

    def _doubtful(self, reason: str) -> ReleaseState:
        return replace(self, wavering=self.wavering or reason)


def _is(sighting: ReleaseSighting, release: str) -> bool:
    """Return whether an edge serves ``release``, by one of its names or by its label."""
    return sighting.matches(release) or sighting.label == release
