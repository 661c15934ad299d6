"""Keep what the running item has read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..fetch import Client, Exchange, PageLoad, Plan, PlannedProbe, resource_group

if TYPE_CHECKING:
    from ..browser import OpenedPage
    from .failure import Comparison


@dataclass(slots=True)
class ItemReading:
    """What the running item has read.

    Attributes:
        plan: what it declares to read.
        repeated: the plan that was asked for again in its place; None if nothing was.
        loads: what the probes that it reads now brought, once they were waited for.
        compared: the last comparison of it that failed.
        clients: the clients that it uses.
        page: the page that is open in the browser for it, if one is.
        failed: whether it has failed.
        began: when it began, in seconds of the monotonic clock.
        rounds: how often what it reads was asked for.
    """

    plan: Plan
    repeated: Plan | None = None
    loads: tuple[PageLoad, ...] = ()
    compared: Comparison | None = None
    clients: list[Client] = field(default_factory=list)
    page: OpenedPage | None = None
    failed: bool = False
    began: float = field(default_factory=time.monotonic)
    rounds: int = 1

    @property
    def planned(self) -> tuple[PlannedProbe, ...]:
        """The probes whose answers it reads now."""
        return (self.repeated or self.plan).planned

    @property
    def sent(self) -> list[Exchange]:
        """What its clients sent, in order."""
        return [exchange for client in self.clients for exchange in client.exchanges]

    @property
    def swept(self) -> list[Exchange]:
        """What of that its clients sent to delete what they wrote, and nobody reads."""
        return [exchange for client in self.clients for exchange in client.swept]

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
