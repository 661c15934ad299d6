"""What the running item has read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ..browser import OpenedPage
from ..fetch import Client, Exchange, Plan, PlannedProbe, resource_group
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
        began: when it began, in seconds of the monotonic clock.
        looks: how often it was asked for what it reads.
    """

    plan: Plan
    anew: Plan | None = None
    compared: Comparison | None = None
    walks: list[Client] = field(default_factory=list)
    page: OpenedPage | None = None
    failed: bool = False
    began: float = field(default_factory=time.monotonic)
    looks: int = 1

    @property
    def planned(self) -> tuple[PlannedProbe, ...]:
        """The probes whose answers it reads now."""
        return (self.anew or self.plan).planned

    @property
    def sent(self) -> list[Exchange]:
        """What its clients sent, in order."""
        return [exchange for walk in self.walks for exchange in walk.exchanges]

    def templates(self) -> tuple[str, ...]:
        """Return the groups that its requests are counted in."""
        planned = self.plan.planned
        groups = [probe.probe.template for probe in planned]
        groups += [resource_group(probe.probe.template) for probe in planned if probe.resources]
        groups += [exchange.probe.template for exchange in self.sent]
        return tuple(dict.fromkeys(groups))

    @property
    def right_by(self) -> float:
        """When what it reads must have come right, by the monotonic clock; 0 if at once."""
        within = max((probe.within for probe in self.planned), default=0.0)
        return self.began + within if within else 0.0
