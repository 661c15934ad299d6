"""Keep requests in flight ahead of the checks, and release what has been read.

All items are known before the first one runs, so their requests can be sent long before. The window
bounds how many exchanges are held at once; :mod:`.memory_budget` bounds their bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ..content import html
from .fetcher import Fetcher
from .page_loader import PageLoad
from .probe import Exchange, Probe

WINDOW: Final = 1024
"""Exchanges held at once: sixteen times the default concurrency, and about ten locales of FHR."""

_PAGE: Final = 32
"""Exchanges that a page under way counts as: how many it needs is not known yet."""


@dataclass(frozen=True, slots=True)
class PlannedProbe:
    """A probe that one item reads.

    Attributes:
        probe: the probe.
        resources: whether the item also reads what the answer's page needs.
        within: seconds within which the answer must be right.
    """

    probe: Probe
    resources: bool
    within: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What one item will read.

    Attributes:
        nodeid: pytest's id of the item.
        group: the group that the item belongs to; items of one locale, say.
        planned: the probes that it declares.
    """

    nodeid: str
    group: str
    planned: tuple[PlannedProbe, ...]


class Prefetcher:
    """Fetches what ``plans`` will read, in their order.

    ``groups`` are those of this process, None for all. Another group is fetched as a whole once one
    of its items runs: a worker may get the group of a lost one.
    """

    def __init__(
        self, fetcher: Fetcher, plans: Sequence[Plan], groups: Container[str] | None = None
    ) -> None:
        self._fetcher = fetcher
        self._plans: list[Plan | None] = list(plans)
        self._groups = groups
        self._position = {plan.nodeid: number for number, plan in enumerate(plans)}
        self._readers = Counter(planned for plan in plans for planned in plan.planned)
        self._loads: dict[PlannedProbe, Future[PageLoad]] = {}
        self._pages: set[Future[PageLoad]] = set()  # those under way
        self._next = 0

    def advance(self, nodeid: str) -> None:
        """Fetch as much as the window takes. Call this when an item starts."""
        position = self._position.get(nodeid, 0)
        if self._groups is not None:
            self._ask_group(position)
        self._next = max(self._next, position)
        while self._next < len(self._plans) and self._window_is_open():
            plan = self._plans[self._next]
            if plan is not None and (self._groups is None or plan.group in self._groups):
                self._ask_ahead(plan)
            self._next += 1

    def ask(self, planned: Iterable[PlannedProbe]) -> None:
        """Fetch all of these. Call this for what an item reads when it runs."""
        for probe in planned:
            self._load(probe)

    def take(self, planned: PlannedProbe) -> PageLoad:
        """Wait for what ``planned`` asks for and return it."""
        load = self._load(planned)
        if not load.done():
            self._fetcher.hurry(load)
        return load.result()

    def arrived(self, planned: Iterable[PlannedProbe]) -> list[Exchange]:
        """Return the exchanges of these that are done; wait for none."""
        loads = [self._loads[probe] for probe in planned if probe in self._loads]
        done = [load for load in loads if load.done() and not load.cancelled()]
        return [load.result().exchange for load in done if load.exception() is None]

    def is_refused(self, exchange: Exchange) -> bool:
        """Return whether the server refused this without an answer (``Probe.unpublished``)."""
        return self._fetcher.statistics.is_refused(exchange)

    def release(self, plan: Plan) -> None:
        """Free what only this item reads. Call this when the item is done."""
        position = self._position.pop(plan.nodeid, None)
        if position is not None:
            self._plans[position] = None
        for planned in plan.planned:
            self._readers[planned] -= 1
            if self._readers[planned] <= 0:
                del self._readers[planned]
                self._loads.pop(planned, None)

    def _ask_group(self, position: int) -> None:
        running = self._plans[position]
        for plan in islice(self._plans, position, None):
            if plan is not None and running is not None and plan.group != running.group:
                return
            self._ask_ahead(plan)

    def _window_is_open(self) -> bool:
        """Return whether more may be fetched. The newest may not have reached the fetcher yet."""
        held = max(self._fetcher.held, len(self._loads))
        return held + len(self._pages) * _PAGE < WINDOW

    def _ask_ahead(self, plan: Plan | None) -> None:
        """Fetch what an item will read, but for what is unpublished: that waits until it runs."""
        planned = plan.planned if plan is not None else ()
        self.ask(probe for probe in planned if not probe.probe.unpublished)

    def _load(self, planned: PlannedProbe) -> Future[PageLoad]:
        load = self._loads.get(planned)
        if load is None:
            load = self._fetcher.load(planned.probe, resources=planned.resources)
            self._loads[planned] = load
            if planned.resources:
                self._pages.add(load)
                load.add_done_callback(self._pages.discard)
                # Its logger must not come to be on the other thread: before each phase of an item
                # pytest goes through those that there are, and one more then breaks the item.
                html.load_parser()
        return load
