"""Which release is on the air, at the start of a run and at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .convergence import Convergence, ReleaseSighting


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """What is known of the release: the one ``expected``, if one was named, and what each edge
    said at the ``start``. ``changed`` says how the end differs from that, so that the results
    span two releases; ``wavering`` why the release is not certain.
    """

    expected: str | None = None
    start: Mapping[str, str] = field(default_factory=dict)
    changed: str = ""
    wavering: str = ""

    @property
    def seen(self) -> str | None:
        """The release that was on the air when the run began; several where edges differ."""
        return ", ".join(sorted(set(self.start.values()))) or None

    def converged(self, convergence: Convergence) -> ReleaseState:
        """After waiting for the release."""
        edges = (*convergence.there, *convergence.missing)
        return replace(self, start={e.address: e.last.shown for e in edges if e.last is not None})

    def looked_at(self, sights: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """After a look, at the start, without waiting."""
        said = {address: seen[-1] for address, seen in sights.items()}
        return replace(self, start={a: s.shown for a, s in said.items() if s.names})

    def ended(self, sights: Mapping[str, Sequence[ReleaseSighting]]) -> ReleaseState:
        """After the look at the end."""
        standing = self
        for address, seen in sights.items():
            if address in self.start:
                standing = standing._compared(address, [each for each in seen if each.names])
        return standing

    def _compared(self, address: str, seen: Sequence[ReleaseSighting]) -> ReleaseState:
        where = f" at {address}" if address else ""
        then = self.expected or self.start[address]
        others = {each.shown for each in seen if not _is(each, then)}
        if not seen and self.expected is not None:
            why = f"whether {then} is still on the air{where} could not be seen"
            return replace(self, wavering=self.wavering or why)
        if not others:
            return self
        now = ", ".join(sorted(others))
        if any(_is(each, then) for each in seen):
            why = f"the release wavers{where}: {then}, and {now}"
            return replace(self, wavering=self.wavering or why)
        why = f"the release changed under the run{where}: {then}, then {now}"
        return replace(self, changed=self.changed or why)


def _is(sight: ReleaseSighting, then: str) -> bool:
    """Whether this is the release that was named, or the one that was shown at the start."""
    return sight.is_(then) or sight.shown == then
