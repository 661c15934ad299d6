"""Run probes concurrently, within the guard and the budgets, with retries.

One thread with an event loop fetches for the whole process; checks on the main thread wait for
what they read. A probe keeps its slot until it is done, retries and pauses included, so that a
deployment in trouble gets fewer requests, not more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from ..environment import Environment
from .attempt_error import AttemptError
from .attempts import Attempts
from .concurrency import Concurrency, affordable
from .failing_rows import DownOrigins, SilentKinds, SilentOrigins
from .guard import Guard
from .memory_budget import MIB, MemoryBudget, Postponed, Reservation, return_large_blocks
from .page_loader import PageLoad, PageLoader
from .probe import SAFE_METHODS, Attempt, Exchange, Probe
from .read_beside import with_read_beside
from .received import MayGrow
from .recording import Recording
from .redirects import RedirectFollower
from .replay import Replay
from .request_headers import request_headers
from .statistics import RequestStatistics
from .tape import Tape
from .transport import Transport


class Fetcher:
    """Fetches for one process until closed; a ``with`` block starts it and closes it.

    ``share`` is the number of processes that divide the environment's concurrency among them.
    ``public`` trusts the usual authorities beside those of the environment. ``recording`` gets what
    is sent and received, ``replay`` answers in place of the network, and ``tape`` keeps the answers
    that checks share.

    Attributes:
        environment: whose origins and budget they are.
        deadline: the end of the run, in seconds since the epoch.
        guard: says which requests may be sent.
        statistics: what was asked so far.
    """

    def __init__(
        self,
        environment: Environment,
        run_id: str,
        deadline: float,
        share: int = 1,
        *,
        public: bool = False,
        recording: Recording | None = None,
        replay: Replay | None = None,
        tape: Tape | None = None,
    ) -> None:
        budget = environment.budget
        slots = affordable(max(1, budget.concurrency // share))
        self.environment = environment
        self.deadline = deadline
        self.guard = Guard(environment.origins, environment.writes)
        self.statistics = RequestStatistics(run_id=run_id, began=time.time())
        self._done: WeakValueDictionary[Probe, Exchange] = WeakValueDictionary()
        self._under_way: dict[Probe, tuple[asyncio.Task[Exchange], Reservation]] = {}
        self._loaders: WeakKeyDictionary[Future[PageLoad], PageLoader] = WeakKeyDictionary()
        self._silent = SilentOrigins(budget.probe)
        self._tape = tape
        self._attempts = replay or self._over_the_network(run_id, slots, recording, public=public)
        self._slot = asyncio.Semaphore(slots)
        self._loop = asyncio.SelectorEventLoop()
        self._memory = MemoryBudget(self._loop, budget.body)
        run = self._loop.run_forever
        self._thread = threading.Thread(target=run, name="knowngood-fetch", daemon=True)

    def _over_the_network(
        self, run_id: str, slots: int, recording: Recording | None, *, public: bool
    ) -> Attempts:
        environment = self.environment
        transport = Transport(
            slots,
            environment.ca,
            public=public,
            network=environment.network,
            recorder=recording.recorder() if recording is not None else None,
        )
        headers = request_headers(run_id, environment.send)
        return Attempts(
            RedirectFollower(transport, self.guard, headers, environment.edges),
            environment.budget,
            self.deadline,
            self.settled_by,
            Concurrency(slots, transport.limit),
            DownOrigins(environment.budget.probe),
            SilentKinds(environment.budget.probe, environment.params),
        )

    @property
    def settled_by(self) -> float:
        """Until when gateway errors are waited out, in seconds since the epoch."""
        return self.statistics.began + self.environment.budget.settle

    @property
    def network(self) -> Attempts | None:
        """What sends over the network; None if a recording answers in its place."""
        return self._attempts if isinstance(self._attempts, Attempts) else None

    def __enter__(self) -> Fetcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to fetch."""
        return_large_blocks()
        self._thread.start()

    def close(self) -> None:
        """Cut off what is under way, close every connection, end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
            self._thread.join()
        self._loop.close()

    @property
    def held(self) -> int:
        """The number of exchanges under way or still held by a reader."""
        return len(self._done) + len(self._under_way)

    @property
    def crowded(self) -> bool:
        """Whether so many bytes are held that it is worth running the garbage collector."""
        return self._memory.crowded

    def load(self, probe: Probe, *, resources: bool = False) -> Future[PageLoad]:
        """Send ``probe`` as soon as there is room for the answer; with ``resources`` also ask for
        all that its page needs.
        """
        loader = PageLoader(self.guard, self.environment.edges, self._shared, probe)
        future = asyncio.run_coroutine_threadsafe(loader.load(resources=resources), self._loop)
        self._loaders[future] = loader
        return future

    def hurry(self, future: Future[PageLoad]) -> None:
        """Put this load before those that no check waits for."""
        if not future.done():
            self._loop.call_soon_threadsafe(self._hurry, self._loaders[future])

    def send(self, probe: Probe) -> Exchange:
        """Send ``probe`` now and wait for the exchange. It is never shared or postponed."""
        return self.send_all([probe])[0]

    def again(self, probes: Sequence[Probe], *, fresh: bool = True) -> list[Exchange]:
        """Make one attempt at each of these, all at the same time, and wait. With ``fresh`` each
        gets a new connection.
        """
        self.forget_silence()
        return self._gathered(self._once(probe, fresh=fresh) for probe in probes)

    def send_all(self, probes: Sequence[Probe]) -> list[Exchange]:
        """Send these as ``send`` does, all at the same time, and wait."""
        return self._gathered(self._send_now(probe) for probe in probes)

    def _gathered(self, exchanges: Iterable[Coroutine[Any, Any, Exchange]]) -> list[Exchange]:
        """Run these at the same time on the loop, and wait for all of them."""
        futures = [asyncio.run_coroutine_threadsafe(exchange, self._loop) for exchange in exchanges]
        return [future.result() for future in futures]

    def forget_silence(self) -> None:
        """Ask origins again that were given up."""
        self._silent.forget()

    async def _shut_down(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._attempts.close()
        self._loop.stop()

    def _hurry(self, loader: PageLoader) -> None:
        loader.urgent = True
        for reservation in loader.reservations:
            self._memory.hurry(reservation)

    def _shared(self, probe: Probe, loader: PageLoader) -> asyncio.Future[Exchange]:
        """Return the exchange of ``probe``, sent once as long as a reader holds it."""
        exchange = self._done.get(probe)
        if exchange is not None:
            done: asyncio.Future[Exchange] = self._loop.create_future()
            done.set_result(exchange)
            return done
        if probe not in self._under_way:
            reservation = Reservation()
            task = self._loop.create_task(self._send_with_room(probe, reservation))
            self._under_way[probe] = task, reservation
            task.add_done_callback(partial(self._finish, probe))
        task, reservation = self._under_way[probe]
        loader.reservations.append(reservation)
        if loader.urgent:
            self._memory.hurry(reservation)
        return asyncio.shield(task)

    def _finish(self, probe: Probe, task: asyncio.Task[Exchange]) -> None:
        del self._under_way[probe]
        if not task.cancelled() and task.exception() is None:
            self._done[probe] = task.result()

    async def _once(self, probe: Probe, *, fresh: bool) -> Exchange:
        async with self._slot:
            return await self._attempts.once(probe, fresh=fresh)

    async def _send_now(self, probe: Probe) -> Exchange:
        try:
            return await self._send(probe, Reservation(urgent=True), cut_off=False)
        except Postponed as postponed:
            return self._no_room(probe, postponed.exchange)

    async def _send_with_room(self, probe: Probe, reservation: Reservation) -> Exchange:
        """Send when there is room for the answer, and again if it needs more."""
        while await self._memory.admit(reservation):
            try:
                exchange = await self._send(probe, reservation)
                if self._tape is not None:
                    self._tape.keep(exchange)
                return exchange
            except Postponed:
                continue
            finally:
                self._memory.finish(reservation)
        return self._no_room(probe)

    async def _send(self, probe: Probe, room: Reservation, *, cut_off: bool = True) -> Exchange:
        """Send within the guard. Raise Postponed for an answer without room, with ``cut_off`` as
        soon as it turns out large.
        """
        refusal = self.guard.refusal(probe)
        if refusal:
            attempt = Attempt(time.time(), 0.0, error=AttemptError.GUARD, detail=refusal)
            return Exchange(probe, (attempt,))
        may_grow = partial(self._memory.may_grow, room) if cut_off else None
        async with self._slot:
            exchange = self._silent.refusal(probe)
            exchange = exchange or await self._asked(probe, may_grow)
        if not (self.network is None or self._memory.keep(room, exchange)):
            raise Postponed(exchange)
        return self._noted(exchange)

    async def _asked(self, probe: Probe, may_grow: MayGrow) -> Exchange:
        """Send; if a write hangs, see whether its origin answers reads, in its first attempt."""
        asked = self._attempts.until_answered(probe, may_grow)
        witnesses = self.statistics.witnesses
        if probe.origin not in witnesses or probe.method in SAFE_METHODS or self.network is None:
            return await asked
        witness = replace(witnesses[probe.origin][0], address=probe.address)
        read = partial(self._attempts.once, witness, fresh=True)
        exchange, heard = await with_read_beside(asked, read, self.environment.budget.probe / 4)
        if heard is not None:
            self.statistics.note_reached(heard)
        return exchange

    def _no_room(self, probe: Probe, exchange: Exchange | None = None) -> Exchange:
        """Return the exchange of a probe without room for its answer; with the attempts of
        ``exchange``, if there was one.
        """
        detail = (
            f"more than {self._memory.most // MIB} MB of answers would be held at once; "
            "let a check ask for less, or for its URLs one by one"
        )
        before = exchange.attempts if exchange else (Attempt(time.time(), 0.0),)
        last = replace(before[-1], error=AttemptError.BUDGET, detail=detail)
        return self._noted(Exchange(probe, (*before[:-1], last)))

    def _noted(self, exchange: Exchange) -> Exchange:
        self._silent.note(exchange)
        self.statistics.note(exchange)
        return exchange
