"""Runs probes: concurrently, within bounds, retried where a retry can help, under guard.

One thread with an event loop fetches for the whole process; checks on the main thread wait for
what they read. A slot is held until a probe is done with, retries and waits included, so that a
deployment in trouble is asked less and not more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import urljoin
from weakref import WeakKeyDictionary, WeakValueDictionary

from ..environment.model import Environment
from .decompression import BadEncoding, decoded_size
from .guard import Guard
from .memory_budget import MIB, MemoryBudget, Postponed, Reservation, return_large_blocks
from .page_loader import PageLoad, PageLoader, PageLoading
from .probe import Answer, Attempt, Cause, Exchange, Probe
from .response import request_headers
from .retry import Tried, retried
from .statistics import RequestStatistics
from .transport import Limits, Transport

REDIRECTS: Final = 5
"""Redirects followed where a check asks for it; curl's and requests' limits are 30 to 50, a
sound deployment needs one or two."""

SILENT_LIMIT: Final = 32
SILENT_ROW: Final = 4
"""Probes in a row without an answer after which an origin is taken for dead and not asked any
more: so many, or these few where they took as long as two probes may, one after the other. At the
default budget an origin that drops every packet is given up in half a minute."""

_SAYS_NOTHING: Final = frozenset({Cause.RUNNER, Cause.BUDGET})
"""Causes that lie with the run: they tell nothing of whether an origin is alive."""


class Fetcher:
    """Fetches for one process until closed.

    ``deadline`` is the end of the run in seconds since the epoch; ``share`` is the number of
    processes that divide the environment's concurrency among them; ``public`` trusts the usual
    authorities beside those of the environment.
    """

    def __init__(
        self,
        environment: Environment,
        run_id: str,
        deadline: float,
        share: int = 1,
        *,
        public: bool = False,
    ) -> None:
        self._budget = environment.budget
        self._deadline = deadline
        self._slots = max(1, self._budget.concurrency // share)
        self._headers = request_headers(run_id)
        self._done: WeakValueDictionary[Probe, Exchange] = WeakValueDictionary()
        self._under_way: dict[Probe, tuple[asyncio.Task[Exchange], Reservation]] = {}
        self._visiting: WeakKeyDictionary[Future[PageLoad], PageLoading] = WeakKeyDictionary()
        self._silent: Counter[str] = Counter()
        self._silent_since: dict[str, float] = {}
        self.guard = Guard(environment.origins, environment.writes)
        self.tally = RequestStatistics(run_id)
        self._visitor = PageLoader(self.guard, self._shared, environment.edges)
        self._curl = Transport(self._slots, environment.ca, public=public)
        self._slot = asyncio.Semaphore(self._slots)
        self._loop = asyncio.SelectorEventLoop()
        self._room = MemoryBudget(self._loop, self._budget.body)
        self._thread = threading.Thread(target=self._serve, name="knowngood-fetch", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin to fetch."""
        return_large_blocks()
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Cut off what is under way, close every connection, end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
            self._thread.join()
        self._loop.close()

    @property
    def held(self) -> int:
        """Exchanges under way or still held by a reader."""
        return len(self._done) + len(self._under_way)

    @property
    def crowded(self) -> bool:
        """Whether so many bytes are held that it is worth looking for what could be let go."""
        return self._room.crowded

    def visit(self, probe: Probe, *, resources: bool = False) -> Future[PageLoad]:
        """Ask for ``probe`` and, with ``resources``, for all that its answer needs, as soon as
        there is room for it.
        """
        visiting = PageLoading(probe.url)
        work = self._visitor.visit(probe, visiting, resources)
        visit = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._visiting[visit] = visiting
        return visit

    def hurry(self, visit: Future[PageLoad]) -> None:
        """A reader waits for ``visit``: it goes before those that nobody reads yet."""
        if not visit.done():
            self._loop.call_soon_threadsafe(self._hurry, self._visiting[visit])

    def _hurry(self, visiting: PageLoading) -> None:
        visiting.urgent = True
        for claim in visiting.claims:
            self._room.hurry(claim)

    def send(self, probe: Probe) -> Exchange:
        """Send ``probe`` now and wait for the exchange; never shared with another reader."""
        return asyncio.run_coroutine_threadsafe(self._send_now(probe), self._loop).result()

    def again(self, probes: Sequence[Probe]) -> list[Exchange]:
        """Ask each of these once more, once and all at the same time, and wait."""
        self.forget_silence()
        asked = [asyncio.run_coroutine_threadsafe(self._once(p), self._loop) for p in probes]
        return [each.result() for each in asked]

    def forget_silence(self) -> None:
        """Ask origins again that were given up."""
        self._silent.clear()
        self._silent_since.clear()

    async def _once(self, probe: Probe) -> Exchange:
        async with self._slot:
            end = time.monotonic() + self._budget.probe
            claim = Reservation(urgent=True, alone=True)
            attempt, answer = await self._attempt(probe, claim, end, fresh=True)
        return Exchange(probe, (attempt,), answer)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()

    async def _shut_down(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._curl.close()
        self._loop.stop()

    async def _shared(self, probe: Probe, visiting: PageLoading) -> Exchange:
        """The exchange of ``probe``, asked for once while anybody holds it."""
        exchange = self._done.get(probe)
        if exchange is not None:
            return exchange
        if probe not in self._under_way:
            claim = Reservation()
            task = self._loop.create_task(self._send_roomy(probe, claim))
            self._under_way[probe] = task, claim
            task.add_done_callback(lambda done: self._finish(probe, done))
        task, claim = self._under_way[probe]
        visiting.claims.append(claim)
        if visiting.urgent:
            self._room.hurry(claim)
        return await asyncio.shield(task)

    def _finish(self, probe: Probe, task: asyncio.Task[Exchange]) -> None:
        del self._under_way[probe]
        if not task.cancelled() and task.exception() is None:
            self._done[probe] = task.result()

    async def _send_now(self, probe: Probe) -> Exchange:
        """Asked for once: what may not be repeated is never postponed."""
        try:
            return await self._send_alone(probe, Reservation(urgent=True, alone=True))
        except Postponed as postponed:
            return self._no_room(probe, postponed.exchange)

    async def _send_roomy(self, probe: Probe, claim: Reservation) -> Exchange:
        """Ask when there is room for the answer, and again when it needs more than there was."""
        while await self._room.enter(claim):
            try:
                return await self._send_alone(probe, claim)
            except Postponed:
                continue
            finally:
                self._room.leave(claim)
        return self._no_room(probe)

    def _no_room(self, probe: Probe, exchange: Exchange | None = None) -> Exchange:
        """The exchange of a probe whose answer cannot be held; of one that was answered, with its
        attempts.
        """
        detail = (
            f"more than {self._room.most // MIB} MB of answers would be held at once; "
            "let a check ask for less, or for its URLs one by one"
        )
        before = exchange.attempts if exchange else (Attempt(time.time(), 0.0),)
        last = replace(before[-1], cause=Cause.BUDGET, detail=detail)
        return self._noted(Exchange(probe, (*before[:-1], last)))

    async def _send_alone(self, probe: Probe, claim: Reservation) -> Exchange:
        """Raises Postponed for an answer that there is no room to keep."""
        refusal = self.guard.refusal(probe)
        if refusal:
            attempt = Attempt(time.time(), 0.0, cause=Cause.GUARD, detail=refusal)
            return Exchange(probe, (attempt,))
        async with self._slot:
            exchange = self._given_up(probe) or await self._retried(probe, claim)
        if not self._room.keep(claim, exchange):
            raise Postponed(exchange)
        return self._noted(exchange)

    def _noted(self, exchange: Exchange) -> Exchange:
        self._note_silence(exchange)
        self.tally.note(exchange)
        return exchange

    def _given_up(self, probe: Probe) -> Exchange | None:
        place = _place(probe)
        row = self._silent[place]
        long = time.time() - self._silent_since.get(place, time.time())
        if row < SILENT_LIMIT and not (row >= SILENT_ROW and long > 2 * self._budget.probe):
            return None
        detail = f"not asked: {row} requests in a row to {place} got no answer"
        attempt = Attempt(time.time(), 0.0, cause=Cause.UNREACHABLE, detail=detail)
        return Exchange(probe, (attempt,))

    def _note_silence(self, exchange: Exchange) -> None:
        place = _place(exchange.probe)
        if exchange.heard:
            self._silent[place] = 0
            self._silent_since.pop(place, None)
        elif exchange.cause not in _SAYS_NOTHING and exchange.attempts[-1].seconds:
            self._silent[place] += 1
            self._silent_since.setdefault(place, exchange.attempts[0].began)

    async def _retried(self, probe: Probe, claim: Reservation) -> Exchange:
        """Try until there is an answer, or no attempt or no time is left."""
        end = time.monotonic() + self._budget.probe

        async def once(before: Attempt | None) -> Tried:
            fresh = before is not None and before.stale
            return await self._attempt(probe, claim, end, fresh=fresh)

        def left() -> float:
            return min(end - time.monotonic(), self._left())

        return await retried(probe, once, self._budget.attempts, left)

    def _left(self) -> float:
        return self._deadline - time.time()

    async def _attempt(self, probe: Probe, claim: Reservation, end: float, *, fresh: bool) -> Tried:
        """One attempt at a probe whose time is up at ``end`` (monotonic), on a new connection if
        it is to be ``fresh``.
        """
        left = self._left()
        if left <= 0:
            detail = "not asked: the run's time was used up"
            return Attempt(time.time(), 0.0, cause=Cause.BUDGET, detail=detail), None
        # A third of the probe's time, so that a stalled attempt leaves room for two more.
        seconds = min(end - time.monotonic(), max(0.5, self._budget.probe / 3))
        grow = partial(self._room.grow, claim)
        limits = Limits(min(seconds, left), self._budget.body, fresh, grow)
        attempt, answer = await self._followed(probe, limits)
        if attempt.cause is Cause.TIMEOUT and left < seconds:
            detail = "cut off: the run's time was used up"
            attempt = replace(attempt, cause=Cause.BUDGET, detail=detail)
        return self._judge_encoding(attempt, answer)

    async def _followed(self, probe: Probe, limits: Limits) -> Tried:
        """One attempt with its redirects, where the probe asks to follow them."""
        own = {name.lower() for name, _ in probe.headers}
        common = [pair for pair in self._headers.items() if pair[0].lower() not in own]
        headers = (*common, *probe.headers)
        started = time.monotonic()
        first, answer = await self._curl.send(probe, headers, limits)
        attempt, hops = first, 0
        while answer is not None and probe.follow and _is_redirect(answer):
            target = target_of(answer)
            trouble = self._redirect_trouble(probe, target, hops)
            if trouble:
                return replace(attempt, cause=Cause.REDIRECT, detail=trouble), None
            hops += 1
            address = probe.address if self.guard.origin_of(target) == probe.origin else ""
            hop = replace(probe, url=target, address=address)
            seconds = max(0.001, started + limits.seconds - time.monotonic())
            left = replace(limits, seconds=seconds, fresh=False)
            attempt, answer = await self._curl.send(hop, headers, left)
            spent = time.monotonic() - started
            attempt = replace(attempt, began=first.began, seconds=spent)
        return attempt, answer

    def _redirect_trouble(self, probe: Probe, target: str, hops: int) -> str | None:
        if hops >= REDIRECTS:
            return f"more than {REDIRECTS} redirects, the last to {target}"
        if self.guard.refusal(replace(probe, url=target)):
            return f"redirected to {target}, outside the environment's origins: not followed"
        return None

    def _judge_encoding(self, attempt: Attempt, answer: Answer | None) -> Tried:
        encoding = answer.header("content-encoding") if answer else None
        if answer is None or encoding is None:
            return attempt, answer
        try:
            decoded = decoded_size(answer.body, encoding, self._budget.body)
        except BadEncoding as error:
            cause = Cause.TOO_LARGE if error.too_large else Cause.ENCODING
            return replace(attempt, cause=cause, detail=str(error)), None
        return attempt, replace(answer, decoded=decoded)


def _place(probe: Probe) -> str:
    """Where a probe is put to, which may be dead as a whole: its origin, or one of its edges."""
    return f"{probe.origin} at {probe.address}" if probe.address else probe.origin


def _is_redirect(answer: Answer) -> bool:
    return answer.status in {301, 302, 303, 307, 308} and answer.header("location") is not None


def target_of(answer: Answer) -> str:
    """Where a redirect leads; what cannot be told is kept as it was sent, and refused."""
    location = answer.header("location") or ""
    try:
        return urljoin(answer.url, location)
    except ValueError:
        return location
