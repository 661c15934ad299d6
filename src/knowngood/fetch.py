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
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin
from weakref import WeakValueDictionary

from .curl import Curl, Limits
from .declaration import spread
from .encoding import BadEncoding, decoded, decoded_size
from .environment import Environment
from .guard import Guard
from .probe import (
    Answer,
    Attempt,
    Cause,
    Exchange,
    Probe,
)
from .references import Reference, links
from .response import request_headers
from .retry import Tried, retried
from .tally import Tally

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

_DEPTH: Final = 4  # page → stylesheet → import → image


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Visit:
    """The exchange of a probe and, where they were asked for, all its references."""

    exchange: Exchange
    references: tuple[Reference, ...] = ()


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
        self._under_way: dict[Probe, asyncio.Task[Exchange]] = {}
        self._silent: Counter[str] = Counter()
        self._silent_since: dict[str, float] = {}
        self.guard = Guard(environment.origins, environment.writes)
        self.tally = Tally(run_id)
        self._edges = environment.edges
        self._curl = Curl(self._slots, environment.ca, public=public)
        self._slot = asyncio.Semaphore(self._slots)
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._serve, name="knowngood-fetch", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin to fetch."""
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

    def visit(self, probe: Probe, *, references: bool = False) -> Future[Visit]:
        """Ask for ``probe`` and, with ``references``, for all that its answer needs."""
        return asyncio.run_coroutine_threadsafe(self._visit(probe, references), self._loop)

    def send(self, probe: Probe) -> Exchange:
        """Send ``probe`` now and wait for the exchange; never shared with another reader."""
        return asyncio.run_coroutine_threadsafe(self._send_alone(probe), self._loop).result()

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
            attempt, answer = await self._attempt(probe, end, fresh=True)
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

    async def _visit(self, probe: Probe, with_references: bool) -> Visit:
        exchange = await self._shared(probe)
        if not with_references:
            return Visit(exchange)
        found: dict[str, Reference] = {}
        await self._collect(exchange, probe.url, found, _DEPTH)
        return Visit(exchange, tuple(found.values()))

    async def _collect(
        self, exchange: Exchange, page: str, found: dict[str, Reference], depth: int
    ) -> None:
        """Add to ``found`` what this exchange's answer refers to, and what that refers to."""
        answer = exchange.answer
        if answer is None or answer.status != 200 or not depth:
            return
        body = decoded(answer)
        new = [
            link
            for link in links(answer.header("content-type"), answer.url, page, body)
            if link.url not in found and link.url != page
        ]
        for link in new:  # all are claimed before the first wait, so that none is followed twice
            found[link.url] = Reference(link.url, link.kind, page, answer.url, link.type)
        exchanges = await asyncio.gather(*(self._referenced(exchange, link.url) for link in new))
        for link, other in zip(new, exchanges, strict=True):
            found[link.url] = replace(found[link.url], exchange=other)
        await asyncio.gather(
            *(self._collect(other, page, found, depth - 1) for other in exchanges if other)
        )

    async def _referenced(self, exchange: Exchange, url: str) -> Exchange | None:
        origin = self.guard.origin_of(url)
        if origin is None:
            return None
        asking = exchange.probe
        same = origin == asking.origin
        address = asking.address if same else spread(self._edges.get(origin, ()), url)
        template = referred(asking.template)
        return await self._shared(Probe(origin, url, template=template, address=address))

    async def _shared(self, probe: Probe) -> Exchange:
        """The exchange of ``probe``, asked for once while anybody holds it."""
        exchange = self._done.get(probe)
        if exchange is not None:
            return exchange
        task = self._under_way.get(probe)
        if task is None:
            task = self._loop.create_task(self._send_alone(probe))
            self._under_way[probe] = task
            task.add_done_callback(lambda done: self._finish(probe, done))
        return await asyncio.shield(task)

    def _finish(self, probe: Probe, task: asyncio.Task[Exchange]) -> None:
        del self._under_way[probe]
        if not task.cancelled() and task.exception() is None:
            self._done[probe] = task.result()

    async def _send_alone(self, probe: Probe) -> Exchange:
        refusal = self.guard.refusal(probe)
        if refusal:
            attempt = Attempt(time.time(), 0.0, cause=Cause.GUARD, detail=refusal)
            return Exchange(probe, (attempt,))
        async with self._slot:
            exchange = self._given_up(probe) or await self._retried(probe)
        self._note_silence(exchange)
        self.tally.note(exchange)
        return exchange

    def _given_up(self, probe: Probe) -> Exchange | None:
        row = self._silent[probe.origin]
        long = time.time() - self._silent_since.get(probe.origin, time.time())
        if row < SILENT_LIMIT and not (row >= SILENT_ROW and long > 2 * self._budget.probe):
            return None
        detail = f"not asked: {row} requests in a row to {probe.origin} got no answer"
        attempt = Attempt(time.time(), 0.0, cause=Cause.UNREACHABLE, detail=detail)
        return Exchange(probe, (attempt,))

    def _note_silence(self, exchange: Exchange) -> None:
        origin = exchange.probe.origin
        if exchange.heard:
            self._silent[origin] = 0
            self._silent_since.pop(origin, None)
        elif exchange.cause not in _SAYS_NOTHING and exchange.attempts[-1].seconds:
            self._silent[origin] += 1
            self._silent_since.setdefault(origin, exchange.attempts[0].began)

    async def _retried(self, probe: Probe) -> Exchange:
        """Try until there is an answer, or no attempt or no time is left."""
        end = time.monotonic() + self._budget.probe

        async def once(before: Attempt | None) -> Tried:
            return await self._attempt(probe, end, fresh=before is not None and before.stale)

        def left() -> float:
            return min(end - time.monotonic(), self._left())

        return await retried(probe, once, self._budget.attempts, left)

    def _left(self) -> float:
        return self._deadline - time.time()

    async def _attempt(self, probe: Probe, end: float, *, fresh: bool) -> Tried:
        """One attempt at a probe whose time is up at ``end`` (monotonic), on a new connection if
        it is to be ``fresh``.
        """
        left = self._left()
        if left <= 0:
            detail = "not asked: the run's time was used up"
            return Attempt(time.time(), 0.0, cause=Cause.BUDGET, detail=detail), None
        # A third of the probe's time, so that a stalled attempt leaves room for two more.
        seconds = min(end - time.monotonic(), max(0.5, self._budget.probe / 3))
        attempt, answer = await self._followed(probe, min(seconds, left), fresh=fresh)
        if attempt.cause is Cause.TIMEOUT and left < seconds:
            detail = "cut off: the run's time was used up"
            attempt = replace(attempt, cause=Cause.BUDGET, detail=detail)
        return self._judge_encoding(attempt, answer)

    async def _followed(self, probe: Probe, seconds: float, *, fresh: bool) -> Tried:
        """One attempt with its redirects, where the probe asks to follow them."""
        own = {name.lower() for name, _ in probe.headers}
        common = [pair for pair in self._headers.items() if pair[0].lower() not in own]
        headers = (*common, *probe.headers)
        started = time.monotonic()
        limits = Limits(seconds, self._budget.body, fresh)
        first, answer = await self._curl.send(probe, headers, limits)
        attempt, hops = first, 0
        while answer is not None and probe.follow and _is_redirect(answer):
            target = target_of(answer)
            trouble = self._redirect_trouble(probe, target, hops)
            if trouble:
                return replace(attempt, cause=Cause.REDIRECT, detail=trouble), None
            hops += 1
            left = Limits(max(0.001, started + seconds - time.monotonic()), self._budget.body)
            address = probe.address if self.guard.origin_of(target) == probe.origin else ""
            hop = replace(probe, url=target, address=address)
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
            decoded_size(answer.body, encoding, self._budget.body)
        except BadEncoding as error:
            cause = Cause.TOO_LARGE if error.too_large else Cause.ENCODING
            return replace(attempt, cause=cause, detail=str(error)), None
        return attempt, answer


def referred(template: str) -> str:
    """The group in which what a declaration's answers refer to is counted."""
    return f"{template} →"


def _is_redirect(answer: Answer) -> bool:
    return answer.status in {301, 302, 303, 307, 308} and answer.header("location") is not None


def target_of(answer: Answer) -> str:
    """Where a redirect leads; what cannot be told is kept as it was sent, and refused."""
    location = answer.header("location") or ""
    try:
        return urljoin(answer.url, location)
    except ValueError:
        return location
