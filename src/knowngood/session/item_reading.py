"""What the running item has read."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..browser import OpenedPage
from ..fetch import Client, Plan, PlannedProbe
from .failure import Comparison


@dataclass(slots=True)
class ItemReading:
    """What the running item has read.

    Attributes:
        plan: what it declares to read.
        anew: what was asked anew in its place, if anything was.
        compared: the last comparison of it that failed.
        walks: the clients that it uses.
        page: the page that the browser has open for it.
        failed: whether it has failed.
    """

    plan: Plan
    anew: Plan | None = None
    compared: Comparison | None = None
    walks: list[Client] = field(default_factory=list)
    page: OpenedPage | None = None
    failed: bool = False

    @property
    def planned(self) -> tuple[PlannedProbe, ...]:
        """The probes whose answers it reads now."""
        return (self.anew or self.plan).planned
