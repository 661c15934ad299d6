"""One process's part of a run: what its items will read, and the means to read it."""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..environment import Environment
from ..fetch import (
    ANEW,
    Client,
    Fetcher,
    PageLoad,
    PageTooLarge,
    Plan,
    Prefetcher,
    Probe,
    Replay,
    Resource,
    Response,
    Tape,
    describe,
    respond,
)
from ..readiness import addresses_of
from ..safety import UsageError, one_line
from .cases import Case
from .item_reading import ItemReading
from .ticket import RunTicket

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..browser import Browser
    from .failure import Comparison, Failure


class Runner:
    """Fetches for the items of this process until closed.

    With ``replay`` it gives what was recorded, and sends nothing. ``tape`` is to keep what is
    received; None where nobody will replay it.
    """

    def __init__(
        self, environment: Environment, ticket: RunTicket, replay: Replay | None = None
    ) -> None:
        self.environment = environment
        self.ticket = ticket
        self.replay = replay
        self.tape: Tape | None = None
        self.left_behind: list[str] = []
        self._late: list[str] = []
        self._lacking: list[dict[str, Any]] = []
        self._shared: dict[str, Client] = {}
        self._asked_again: list[tuple[str, str, bool]] = []
        self._browser: Browser | None = None
        self._screenshots: Counter[str] = Counter()
        self._fetcher: Fetcher | None = None
        self._prefetcher: Prefetcher | None = None
        self._reading: ItemReading | None = None

    def expect(self, plans: Sequence[Plan], groups: Container[str] | None = None) -> None:
        """Make ready to read what these plans say; nothing is asked for yet. With ``groups``, this
        process runs those first, and others only if another process does not.
        """
        ticket = self.ticket
        self._fetcher = Fetcher(
            self.environment,
            ticket.run_id,
            ticket.deadline,
            ticket.workers,
            recording=ticket.recording if self.replay is None else None,
            replay=self.replay,
            tape=self.tape,
        )
        self._fetcher.statistics.built = ticket.built
        self._fetcher.start()
        self._prefetcher = Prefetcher(self._fetcher, plans, groups)

    @contextmanager
    def reading(self, plan: Plan) -> Iterator[None]:
        """Let one item read what ``plan`` says while inside."""
        assert self._prefetcher is not None
        if self.replay is not None:
            self.replay.begin(plan.nodeid)
        self._prefetcher.advance(plan.nodeid)
        for client in self._shared.values():
            client.exchanges.clear()
        self._reading = reading = ItemReading(plan, clients=list(self._shared.values()))
        try:
            yield
        finally:
            if self.tape is not None:
                read = self._probes_read(reading)
                self.tape.note_item(plan.nodeid, read, reading.sent, reading.swept)
            self._prefetcher.release(plan)
            if reading.repeated is not None:
                self._prefetcher.release(reading.repeated)
            self._reading = None
            if reading.failed:
                self._forget_failure()

    def _probes_read(self, reading: ItemReading) -> list[Probe]:
        """Return the probes of all that an item declares, of what its pages need, and of what its
        page asked for in the browser.
        """
        assert self._prefetcher is not None
        loads = [self._prefetcher.take(planned) for planned in reading.planned]
        exchanges = [load.exchange for load in loads]
        exchanges += [r.exchange for load in loads for r in load.resources if r.exchange]
        exchanges += reading.page.exchanges if reading.page is not None else ()
        return [exchange.probe for exchange in exchanges]

    @property
    def right_by(self) -> float:
        """When what the running item reads must have come right (monotonic); 0 if at once."""
        return self._reading.right_by if self._reading is not None else 0.0

    def ask_anew(self) -> None:
        """Ask once more for all that the running item declares, whoever holds an answer to it."""
        reading = self._now()
        assert self._prefetcher is not None
        planned = tuple(
            replace(planned, probe=replace(planned.probe, sample=planned.probe.sample + ANEW))
            for planned in reading.planned
        )
        if reading.repeated is not None:
            self._prefetcher.release(reading.repeated)
        reading.repeated = replace(reading.plan, planned=planned)
        reading.loads = ()
        reading.rounds += 1

    def note_late(self, nodeid: str) -> None:
        """Note that a check held, if it did so only after a while."""
        reading, name = self._now(), one_line(nodeid, 200)
        if reading.rounds > 1:
            when = f"after {time.monotonic() - reading.began:.1f} s, at look {reading.rounds}"
            self._late.append(f"{name} held {when}; its mark allows it")

    def note_comparison(self, comparison: Comparison) -> None:
        """Note that a comparison of the running item failed."""
        if self._reading is not None:
            self._reading.compared = comparison

    def _forget_failure(self) -> None:
        """Free what a failed check read: the frames of its traceback hold it, in circles that only
        the collector breaks up, and it does not look at how large things are.
        """
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            if hasattr(sys, name):
                delattr(sys, name)  # where pytest puts them for a debugger, up to the next item
        if self._fetcher is not None and self._fetcher.crowded:
            gc.collect()

    def responses(self) -> Sequence[Response]:
        """Return the answers to all that the running item declares. Raises NoAnswer, Blocked."""
        return [respond(load.exchange) for load in self._loads()]

    def resources(self) -> Sequence[Resource]:
        """Return what the pages that the running item declares need.

        Raises NoAnswer, Blocked, and ContentTooLarge where that could not be found out.
        """
        self.responses()
        declared = zip(self._now().planned, self._loads(), strict=True)
        visits = [load for planned, load in declared if planned.resources]
        for visit in visits:
            if visit.unread is not None:
                raise PageTooLarge(visit.unread, visit.trouble)
        return [resource for visit in visits for resource in visit.resources]

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Lend the page that the running item declares, open in the browser and loaded.

        Raises NoAnswer, Blocked, WrongStatus, PageFault, BrowserUnavailable.
        """
        from ..browser import Browser, opened

        reading, fetcher = self._now(), self._fetcher
        assert fetcher is not None
        if not reading.planned:
            raise UsageError('the fixture `page` needs @pytest.mark.browser("ORIGIN:/path")')
        self.responses()[0].raise_for_status()
        load, left = self._loads()[0], self.ticket.deadline - time.time()
        self._browser = self._browser or Browser(self.environment.browser)
        with opened(self._browser, load, fetcher, self.environment, left) as page:
            reading.page = page
            page.load()
            yield page.page

    def judging(self) -> AbstractContextManager[None]:
        """Return a block for the check's call: what is wrong with its page fails it."""
        page = self._reading.page if self._reading is not None else None
        return nullcontext() if page is None else page.judged()

    def browser_evidence(self) -> dict[str, Any]:
        """Return what the browser shows of the running item's page; nothing without one."""
        reading = self._reading
        if reading is None or reading.page is None:
            return {}
        from ..browser import SCREENSHOTS

        check = reading.plan.nodeid.partition("[")[0]
        self._screenshots[check] += 1
        return reading.page.evidence(with_screenshot=self._screenshots[check] <= SCREENSHOTS)

    @contextmanager
    def client(self, origin: str, case: Case) -> Iterator[Client]:
        """Lend a client at ``origin``, at the case's edge; then delete what it wrote."""
        assert self._fetcher is not None
        url = self.environment.origins[origin]
        edge, item = case.edges.get(origin, ""), self._now().plan.nodeid
        with Client(self._fetcher, origin, url, edge, item) as client:
            self._now().clients.append(client)
            try:
                yield client
            finally:
                self.left_behind += client.sweep_up()

    def shared_client(self, origin: str) -> Client:
        """Return the client at ``origin`` that the items of this process share, with its cookies.
        Raises UsageError for an origin that the environment does not have.
        """
        assert self._fetcher is not None
        if origin not in self.environment.origins:
            raise UsageError(
                f"shared_client({origin!r}): {self.environment.path} has no such origin; "
                f"it has: {', '.join(sorted(self.environment.origins))}"
            )
        if origin not in self._shared:
            client = Client(self._fetcher, origin, self.environment.origins[origin])
            self._shared[origin] = client
            self._now().clients.append(client)
        return self._shared[origin]

    def sweep_shared(self) -> None:
        """Delete what the shared clients wrote."""
        for client in self._shared.values():
            self.left_behind += client.sweep_up()
            client.close()

    @property
    def running(self) -> str | None:
        """The node id of the running item."""
        return self._reading.plan.nodeid if self._reading else None

    def templates(self) -> tuple[str, ...]:
        """Return the groups that the running item's requests are counted in."""
        return self._reading.templates() if self._reading is not None else ()

    def failure(self, error: BaseException, *, in_check: bool = True) -> Failure:
        """Return what ``error``, which ended the running item, is about.

        ``in_check`` is False where one of its fixtures raised it.
        """
        from .failure import failure_of

        reading = self._now()
        reading.failed = True
        assert self._prefetcher is not None
        declared = self._prefetcher.arrived(reading.planned)
        return failure_of(error, reading.compared, reading.sent, declared, in_check=in_check)

    @property
    def requests(self) -> int:
        """How many requests this process has made so far."""
        return self._fetcher.statistics.requests if self._fetcher else 0

    def report(self) -> dict[str, Any]:
        """Return what this process asked for, as plain data for the controller."""
        statistics = self._fetcher.statistics if self._fetcher else None
        if statistics is None:
            return {}
        return {
            **statistics.to_json(),
            "left_behind": self.left_behind,
            "asked_again": self._asked_again,
            "lacking": self._lacking,
            "warnings": [*statistics.warnings(), *self._late],
        }

    def served(self) -> list[tuple[str, str, str]]:
        """Return URL, edge and digest of what is to be compared with a manifest.

        They are not for printing: a secret may be in a path, or by chance in a digest.
        """
        return list(self._fetcher.statistics.served) if self._fetcher else []

    def look_again(self) -> None:
        """Ask once more for what nobody answered. An answer now means that the trouble has passed,
        and may have been the deployment's or the network's. Trouble that may pass is excused if it
        has.
        """
        if self._fetcher is not None:
            self._fetcher.excuse()
            self._asked_again = [
                (exchange.probe.origin, one_line(exchange.probe.url, 500), exchange.heard)
                for exchange in self._fetcher.ask_silent_again()
            ]

    def look_at_addresses(self) -> None:
        """Ask every address of a name for what was found there by name."""
        if self.replay is not None:
            return
        for origin in sorted(self._fetcher.statistics.there) if self._fetcher else ():
            addresses = addresses_of(self.environment, origin)
            if addresses and self._fetcher is not None:
                self._lacking += map(describe, self._fetcher.lacking(origin, addresses))

    def close(self) -> None:
        """Stop fetching, and end the browser."""
        if self._browser is not None:
            self._browser.close()
        if self._fetcher is not None:
            self._fetcher.close()

    def _now(self) -> ItemReading:
        if self._reading is None:
            raise RuntimeError("responses can only be read while a check runs")
        return self._reading

    def _loads(self) -> tuple[PageLoad, ...]:
        """Return what came for the probes of the running item; wait for it."""
        reading, prefetcher = self._now(), self._prefetcher
        assert prefetcher is not None
        if not reading.loads:
            reading.loads = tuple(prefetcher.take(planned) for planned in reading.planned)
        return reading.loads
