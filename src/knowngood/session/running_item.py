"""Hand the running item what its marks declare and its clients ask for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..fetch import (
    ANEW,
    Client,
    Exchange,
    PageLoad,
    PageTooLarge,
    Plan,
    PlannedProbe,
    Prefetcher,
    Probe,
    Resource,
    Response,
    resource_group,
    respond,
)
from ..safety import one_line

if TYPE_CHECKING:
    from ..browser import OpenedPage
    from .comparison import Comparison
    from .failure import Failure, Repeat


class RunningItem:
    """What one item reads while it runs. ``repeat`` is for :func:`.failure_of`.

    Attributes:
        plan: what it declares to read.
        clients: the clients that it uses.
        page: the page that is open in the browser for it, if one is.
        compared: the last comparison of it that failed.
        failed: whether it has failed.
        late: a line that says that it held only after a while; empty for any other.
    """

    def __init__(
        self, plan: Plan, prefetcher: Prefetcher, clients: Sequence[Client], repeat: Repeat
    ) -> None:
        self.plan = plan
        self.clients = list(clients)
        self.page: OpenedPage | None = None
        self.compared: Comparison | None = None
        self.failed = False
        self.late = ""
        self._prefetcher = prefetcher
        self._repeat = repeat
        self._repeated: Plan | None = None  # the plan that was asked for in its place
        self._loads: tuple[PageLoad, ...] = ()
        self._began = time.monotonic()
        self._looks = 1

    @property
    def planned(self) -> tuple[PlannedProbe, ...]:
        """The probes whose answers it reads now."""
        return (self._repeated or self.plan).planned

    @property
    def sent(self) -> list[Exchange]:
        """What its clients sent, in order."""
        return [exchange for client in self.clients for exchange in client.exchanges]

    @property
    def swept(self) -> list[Exchange]:
        """What of that deleted what its clients wrote; nobody reads the answers."""
        return [exchange for client in self.clients for exchange in client.swept]

    @property
    def right_by(self) -> float:
        """When its answers must be right, by the monotonic clock; 0 if at once."""
        within = max((probe.within for probe in self.planned), default=0.0)
        return self._began + within if within else 0.0

    def groups(self) -> tuple[str, ...]:
        """Return the groups in which its requests are counted."""
        planned = self.plan.planned
        groups = [probe.probe.template for probe in planned]
        groups += [resource_group(probe.probe.template) for probe in planned if probe.resources]
        groups += [exchange.probe.template for exchange in self.sent]
        return tuple(dict.fromkeys(groups))

    def loads(self) -> tuple[PageLoad, ...]:
        """Return what came for its probes; wait for it."""
        if not self._loads:
            self._prefetcher.ask(self.planned)
            self._loads = tuple(map(self._prefetcher.take, self.planned))
        return self._loads

    def responses(self) -> Sequence[Response]:
        """Return the answers to all that it declares, without those that the server refused to
        give to what is unpublished. Raises NoAnswer, Blocked.
        """
        exchanges = [load.exchange for load in self.loads()]
        return [respond(e) for e in exchanges if not self._prefetcher.is_refused(e)]

    def resources(self) -> Sequence[Resource]:
        """Return what the pages that it declares need.

        Raises NoAnswer, Blocked, and ContentTooLarge for a page too large to search.
        """
        self.responses()
        declared = zip(self.planned, self.loads(), strict=True)
        visits = [load for planned, load in declared if planned.resources]
        for visit in visits:
            if visit.unread is not None:
                respond(visit.unread)
                raise PageTooLarge(visit.unread, visit.trouble)
        return [resource for visit in visits for resource in visit.resources]

    def probes_read(self) -> list[Probe]:
        """Return the probes of its marks, of their resources, and of its page in the browser."""
        exchanges = [load.exchange for load in self.loads()]
        exchanges += [r.exchange for load in self.loads() for r in load.resources if r.exchange]
        exchanges += self.page.exchanges if self.page is not None else ()
        return [exchange.probe for exchange in exchanges]

    def ask_anew(self) -> None:
        """Ask again for all that it declares, even if another item holds an answer."""
        planned = tuple(
            replace(planned, probe=replace(planned.probe, sample=planned.probe.sample + ANEW))
            for planned in self.planned
        )
        if self._repeated is not None:
            self._prefetcher.release(self._repeated)
        self._repeated = replace(self.plan, planned=planned)
        self._loads = ()
        self._looks += 1

    def note_held(self) -> None:
        """Note that the check held after more than one look."""
        if self._looks > 1:
            name, seconds = one_line(self.plan.nodeid, 200), time.monotonic() - self._began
            when = f"after {seconds:.1f} s, at look {self._looks}"
            self.late = f"{name} held {when}; its mark allows it"

    def failure(self, error: BaseException, *, in_check: bool) -> Failure:
        """Return what ``error``, which ended the item, is about. ``in_check`` is False if a fixture
        raised it.
        """
        from .failure import failure_of

        self.failed = True
        declared = self._prefetcher.arrived(self.planned)
        return failure_of(
            error, self.compared, self.sent, declared, in_check=in_check, repeat=self._repeat
        )

    def release(self) -> None:
        """Free what only this item reads."""
        self._prefetcher.release(self.plan)
        if self._repeated is not None:
            self._prefetcher.release(self._repeated)
