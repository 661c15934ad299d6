"""Keeps requests in flight ahead of the checks, and lets go of what has been read.

The items are known before the first runs, so what they will read can be under way long before
they ask for it. The window bounds how much is held at once: memory stays flat however many
items there are. How large they may be, :mod:`.memory_budget` decides: what is asked for here
waits there until little is held, or a reader waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Final

from .fetcher import Fetcher
from .page_loader import PageLoad
from .probe import PlannedProbe

WINDOW: Final = 1024
"""Exchanges held at once: sixteen times the default concurrency, and about ten locales of FHR."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one item will read, and the group it belongs to (items of one locale, say)."""

    nodeid: str
    group: str
    planned: tuple[PlannedProbe, ...]


class Prefetcher:
    """Asks for what ``plans`` will read, in their order.

    With ``by_group`` only the group of the running item is looked ahead to: a worker does not
    know which groups it will be handed, but once it has one it runs the whole of it.
    """

    def __init__(self, fetcher: Fetcher, plans: Sequence[Plan], *, by_group: bool = False) -> None:
        self._fetcher = fetcher
        self._plans: list[Plan | None] = list(plans)
        self._by_group = by_group
        self._position = {plan.nodeid: number for number, plan in enumerate(plans)}
        self._readers = Counter(each for plan in plans for each in plan.planned)
        self._visits: dict[PlannedProbe, Future[PageLoad]] = {}
        self._pending: list[Future[PageLoad]] = []
        self._next = 0
        self._typical = 16

    def advance(self, nodeid: str) -> None:
        """Called as the item starts: ask for as much of what comes next as the window takes."""
        here = self._position.get(nodeid, 0)
        self._settle()
        if self._by_group:
            self._ask_group(here)
            return
        self._next = max(self._next, here)
        while self._next < len(self._plans) and self._room():
            self._ask(self._plans[self._next])
            self._next += 1

    def _ask_group(self, here: int) -> None:
        running = self._plans[here]
        for plan in islice(self._plans, here, None):
            if plan is not None and running is not None and plan.group != running.group:
                return
            self._ask(plan)

    def take(self, planned: PlannedProbe) -> PageLoad:
        """What came back for ``planned``; waits for it."""
        visit = self._visit(planned)
        self._fetcher.hurry(visit)
        return visit.result()

    def release(self, plan: Plan) -> None:
        """The item is done: what nobody else will read is let go, and so is its plan."""
        place = self._position.pop(plan.nodeid, None)
        if place is not None:
            self._plans[place] = None
        for each in plan.planned:
            self._readers[each] -= 1
            if self._readers[each] <= 0:
                del self._readers[each]
                self._visits.pop(each, None)
        self._settle()  # a page that has come in is held by nothing but its readers

    def _room(self) -> bool:
        """A page under way counts as the most that any page has needed so far. What was just
        asked for may not have reached the fetcher yet.
        """
        held = max(self._fetcher.held, len(self._visits))
        return held + len(self._pending) * self._typical < WINDOW

    def _settle(self) -> None:
        """Learn from the pages that have come in meanwhile."""
        done = [visit for visit in self._pending if visit.done()]
        self._pending = [visit for visit in self._pending if not visit.done()]
        needed = (len(visit.result().resources) for visit in done if not visit.exception())
        self._typical = max(self._typical, *needed, 0)

    def _ask(self, plan: Plan | None) -> None:
        for each in plan.planned if plan is not None else ():
            self._visit(each)

    def _visit(self, planned: PlannedProbe) -> Future[PageLoad]:
        visit = self._visits.get(planned)
        if visit is None:
            visit = self._fetcher.visit(planned.probe, resources=planned.resources)
            self._visits[planned] = visit
            if planned.resources:
                self._pending.append(visit)
        return visit
