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
        changed: how the end differs from the start, so that the results span two releases; empty
            if it does not.
        wavering: why it is not certain which release is live; empty if it is.
        mixed: whether that is because answers name two releases in turn.
    """

    expected: str | None = None
    start: Mapping[str, str] = field(default_factory=dict)
    changed: str = ""
    wavering: str = ""
    mixed: bool = False

    @property
    def seen(self) -> str | None:
        """The release that was live when the run began; several if edges differ."""
        return ", ".join(sorted(set(self.start.values()))) or None

    def converged(self, convergence: Convergence) -> ReleaseState:
        """Return the state after waiting for the release at the start."""
        edges = (*convergence.there, *convergence.missing)
        return replace(self, start={e.address: e.last.label for e in edges if e.last is not None})

    def looked_at(self, sightings: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """Return the state after a look at the start, without waiting."""
        latest = {address: of_edge[-1] for address, of_edge in sightings.items()}
        return replace(self, start={a: last.label for a, last in latest.items() if last.names})

    def ended(self, sightings: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """Return the state after the look at the end."""
        state = self
        for address, of_edge in sightings.items():
            if address in self.start:
                named = [sighting for sighting in of_edge if sighting.names]
                state = state._compared(address, named)
        return state

    def _compared(self, address: str, sightings: Sequence[ReleaseSighting]) -> ReleaseState:
        """Compare what one edge serves at the end with the start."""
        at = f" at {address}" if address else ""
        before = self.expected or self.start[address]
        others = {sighting.label for sighting in sightings if not _is(sighting, before)}
        if not sightings and self.expected is not None:
            return self._doubtful(f"whether {before} is still live{at} could not be seen")
        if not others:
            return self
        now = ", ".join(sorted(others))
        if any(_is(sighting, before) for sighting in sightings):
            why = f"answers come from two releases in turn{at}: {before}, and {now}"
            return replace(self._doubtful(why), mixed=True)
        change = f"the release changed during the run{at}: {before}, then {now}"
        return replace(self, changed=self.changed or change)

    def _doubtful(self, why: str) -> ReleaseState:
        return replace(self, wavering=self.wavering or why)


def _is(sighting: ReleaseSighting, release: str) -> bool:
    """Whether an edge serves ``release``: as it was named, or as it was shown at the start."""
    return sighting.matches(release) or sighting.label == release
