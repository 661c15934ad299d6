"""Fetch what the items of one process read, and report what was asked for."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..environment import Environment
from ..fetch import (
    RUN_ERRORS,
    SAFE_METHODS,
    Client,
    Exchange,
    Fetcher,
    Plan,
    Prefetcher,
    Probe,
    Replay,
    Tape,
    ask_addresses,
    ask_more,
    ask_silent_again,
    came_back,
    describe,
    excuse_passed,
    forget_documents,
    note_walls,
    why_turned_away,
)
from ..readiness import addresses_of
from ..safety import UsageError, one_line
from .cases import Case
from .running_item import RunningItem
from .ticket import RunTicket

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..browser import Browser

FEW: Final = 20
"""URLs for which an address of the other family is asked: what it lacks, such as the whole site or
a certificate, most of them show."""

REPEATED: Final = 20
"""Failed requests that are sent again where other headers brought a success."""


class ItemFetcher:
    """Fetches for the items of this process until closed, from the first item on.

    ``plans`` say what the items read. ``groups`` are those of this process; it runs others only in
    place of a lost worker. ``replay`` answers in place of the network. ``tape`` keeps what is
    received, for a later replay.

    Attributes:
        running_item: the item that runs; None if none does.
    """

    def __init__(
        self,
        environment: Environment,
        ticket: RunTicket,
        plans: Sequence[Plan],
        groups: Container[str] | None = None,
        *,
        replay: Replay | None = None,
        tape: Tape | None = None,
    ) -> None:
        self.running_item: RunningItem | None = None
        self._environment = environment
        self._deadline = ticket.deadline
        self._replay = replay
        self._tape = tape
        self._late: list[str] = []
        self._shared: dict[str, Client] = {}
        self._repeated = 0
        self._browser: Browser | None = None
        self._fetcher = Fetcher(
            environment,
            ticket.run_id,
            ticket.deadline,
            ticket.workers,
            recording=ticket.recording if replay is None else None,
            replay=replay,
            tape=tape,
        )
        self._statistics = self._fetcher.statistics
        self._statistics.built = ticket.built
        # pytest sets this for each test. Set it before, too: the first time moves the environment,
        # which the C library may be reading in another thread, to look up a name.
        os.environ.setdefault("PYTEST_CURRENT_TEST", "")
        self._fetcher.start()
        self._prefetcher = Prefetcher(self._fetcher, plans, groups)

    @contextmanager
    def running(self, plan: Plan) -> Iterator[None]:
        """Let one item read what ``plan`` says while inside."""
        if self._replay is not None:
            self._replay.begin(plan.nodeid)
        self._prefetcher.advance(plan.nodeid)
        shared = list(self._shared.values())
        for client in shared:
            client.exchanges.clear()
        self.running_item = running = RunningItem(plan, self._prefetcher, shared, self._repeat)
        try:
            yield
        finally:
            if self._tape is not None:
                read = running.probes_read()
                self._tape.note_item(plan.nodeid, read, running.sent, running.swept)
            running.release()
            self.running_item = None
            forget_documents()
            self._late += filter(None, [running.late])
            if running.failed:
                self._forget_failure()

    @property
    def item(self) -> RunningItem:
        """The item that runs. Raises RuntimeError if none does."""
        if self.running_item is None:
            raise RuntimeError("responses can only be read while a check runs")
        return self.running_item

    def _repeat(self, failed: Probe, other: Probe) -> list[Exchange]:
        """Send twice what failed, since two backends may take turns, and once what succeeded with
        other headers; return the exchanges. There are none for a write, or if there were many.
        """
        enough = self._repeated >= REPEATED
        if enough or self._replay is not None or failed.method not in SAFE_METHODS:
            return []
        self._repeated += 1
        return self._fetcher.again([failed, failed, other])

    def _forget_failure(self) -> None:
        """Free what a failed check read: the frames of its traceback hold it in cycles, and the
        garbage collector counts objects, not bytes.
        """
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            if hasattr(sys, name):
                delattr(sys, name)  # where pytest puts them for a debugger, up to the next item
        if self._fetcher.crowded:
            gc.collect()

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Yield the page that the running item declares, open in the browser and loaded.

        Raises NoAnswer, Blocked, WrongStatus, PageFault, BrowserUnavailable.
        """
        from ..browser import Browser, opened

        running = self.item
        if not running.planned:
            raise UsageError('the fixture `page` needs @pytest.mark.browser("ORIGIN:/path")')
        running.responses()[0].raise_for_status()
        load, seconds_left = running.loads()[0], self._deadline - time.time()
        self._browser = self._browser or Browser(self._environment.browser)
        with opened(self._browser, load, self._fetcher, self._environment, seconds_left) as page:
            running.page = page
            page.load()
            yield page.page

    @contextmanager
    def client(self, origin: str, case: Case) -> Iterator[Client]:
        """Yield a client at ``origin``, at the case's edge; then delete what it wrote."""
        url, edge = self._environment.origins[origin], case.edges.get(origin, "")
        with Client(self._fetcher, origin, url, edge, self.item.plan.nodeid) as client:
            self.item.clients.append(client)
            try:
                yield client
            finally:
                self._statistics.left_behind += client.sweep_up()

    def shared_client(self, origin: str) -> Client:
        """Return the client at ``origin`` that all items of this process share, with its cookies.
        Raises UsageError for an unknown origin.
        """
        if origin not in self._environment.origins:
            raise UsageError(
                f"shared_client({origin!r}): {self._environment.path} has no such origin; "
                f"it has: {', '.join(sorted(self._environment.origins))}"
            )
        if origin not in self._shared:
            client = Client(self._fetcher, origin, self._environment.origins[origin])
            self._shared[origin] = client
            self.item.clients.append(client)
        return self._shared[origin]

    def sweep_shared(self) -> None:
        """Delete what the shared clients wrote."""
        for client in self._shared.values():
            self._statistics.left_behind += client.sweep_up()
            client.close()

    # -- the end

    @property
    def requests(self) -> int:
        """How many requests this process has made so far."""
        return self._statistics.sent

    def report(self) -> dict[str, Any]:
        """Return what this process asked for, as plain data for the controller."""
        statistics = self._statistics
        warnings = [*statistics.failures.warnings(statistics.began), *self._late]
        return {**statistics.to_report(), "warnings": warnings}

    def served(self) -> list[tuple[str, str, str]]:
        """Return URL, edge and digest of what is compared with a manifest. Do not print them: a
        secret may be in a path.
        """
        return list(self._statistics.served)

    def look_again(self) -> None:
        """Excuse failures that have passed, ask more where they may be chance, see who turns this
        machine away by now, and ask again for what got no answer: an answer now means that the
        trouble may have been the network's.
        """
        excuse_passed(self._fetcher)
        ask_more(self._fetcher)
        note_walls(self._fetcher)
        for exchange in ask_silent_again(self._fetcher):
            back = None if exchange.error in RUN_ERRORS else came_back(exchange)
            asked = exchange.probe.origin, one_line(exchange.probe.url, 500)
            self._statistics.asked_again[asked] = back

    def look_at_addresses(self) -> None:
        """Ask every address of each name for the URLs that the name served, and one of the other
        family for a few of them. Warn of addresses that take no connection.
        """
        if self._replay is not None:
            return
        for origin in sorted(self._statistics.witnesses):
            there = self._statistics.there.get(origin, {})
            addresses = addresses_of(self._environment, origin)
            few = dict(sorted(there.items())[:: len(there) // FEW + 1])
            for among, asked in ((addresses.alike, there), (addresses.families, few)):
                for exchange in ask_addresses(self._fetcher, origin, among, asked):
                    self._note_lacking(exchange)
            self._late += [
                f"{address} takes no connection; it is an address of {origin}, "
                f"{self._environment.origins[origin]}, whose other addresses do"
                for address in addresses.dead
            ]

    def _note_lacking(self, exchange: Exchange) -> None:
        """Note that an address lacks something; or warn, if it only says that it turns this machine
        away.
        """
        why, probe = why_turned_away(exchange), exchange.probe
        if why is None:
            self._statistics.lacking.append(describe(exchange))
            return
        self._late.append(
            f"{probe.address}, an address of {probe.origin}, turned this machine away, and so was "
            f"not compared with the others: {why}"
        )

    def close(self) -> None:
        """Stop fetching, and end the browser."""
        if self._browser is not None:
            self._browser.close()
        self._fetcher.close()
