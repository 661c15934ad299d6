"""Make the attempts at a probe: each with its redirects, all within the time that is left."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias
from urllib.parse import urljoin

from ..environment import Budget
from .attempt_error import GATEWAY_ERRORS, AttemptError
from .concurrency import Concurrency, Place
from .credentials import without_credentials
from .decompression import BadEncoding, decoded_size
from .failing_origins import DownOrigins
from .guard import Guard
from .pace import Pace
from .probe import SAFE_METHODS, Answer, Attempt, Exchange, Probe, one_edge
from .received import Limits
from .request_headers import headers_of
from .retry import Tried, retried
from .silent_kinds import SilentKinds
from .transport import Transport

REDIRECTS: Final = 5
"""Redirects followed where a check asks for it. curl's and requests' limits are 30 to 50; a sound
deployment needs one or two."""

SHORTEST: Final = 0.5
"""Seconds that an attempt gets even if they are more than its share of the probe's time."""

LAST_LOOK: Final = 3.0
"""Seconds that an attempt at what gave no answer gets at the end of a run, even if its time is up:
else nobody could tell silence that lasts from a moment in which this machine was busy."""

_NO_PLACE: Final = {AttemptError.RESET, AttemptError.REFUSED}
"""Errors by which a server may say that it takes no further connection; 503 is another way."""

MayGrow: TypeAlias = Callable[[int], bool] | None


@dataclass(frozen=True, slots=True)
class Attempts:
    """Sends probes for one run.

    Attributes:
        transport: sends one request.
        guard: says which URLs may be asked.
        headers: the headers of every request.
        budget: what one probe may spend.
        deadline: the end of the run, in seconds since the epoch.
        settled_by: until when gateway errors are waited out, in seconds since the epoch.
        concurrency: bounds the attempts under way.
        down: the origins that nobody need wait for.
        silent_kinds: the kinds of requests that nobody need wait for.
        edges: the edges of each origin.
        paces: the rate that each origin takes, or each edge of it, by name and address.
    """

    transport: Transport
    guard: Guard
    headers: Mapping[str, str]
    budget: Budget
    deadline: float
    settled_by: float
    concurrency: Concurrency
    down: DownOrigins
    silent_kinds: SilentKinds
    edges: Mapping[str, Sequence[str]]
    paces: defaultdict[tuple[str, str], Pace] = field(default_factory=lambda: defaultdict(Pace))

    async def until_answered(self, probe: Probe, may_grow: MayGrow) -> Exchange:
        """Try until there is an answer, or no attempt or no time is left."""
        end = time.monotonic() + self.budget.probe

        async def attempt(before: Attempt | None) -> Tried | None:
            nonlocal end
            asked = time.monotonic()
            turn, place = await self._enter(probe)
            starved = before is not None and before.starved and self.concurrency.lowered
            anew = starved or (before is not None and before.settling)
            end = asked + self.budget.probe if anew else end + time.monotonic() - asked
            timed_out = before is not None and before.error is AttemptError.TIMEOUT
            if timed_out and self.silent_kinds.has(probe):  # since it waits for its place
                self.concurrency.give_back()
                return None
            fresh = before is not None and self._needs_new_connection(probe, before)
            fresh = fresh and not starved  # those that are kept are served
            send = self._attempt(probe, end, fresh=fresh, may_grow=may_grow)
            return await self._in_place(place, turn, probe, send, before)

        def seconds_left() -> float:
            return min(end - time.monotonic(), self._run_left())

        is_down = self.down.has(probe)

        def most() -> int:
            return 1 if is_down or self.silent_kinds.has(probe) else self.budget.attempts

        exchange = await retried(probe, attempt, most, seconds_left, self._settle_left)
        cut_short = len(exchange.attempts) < self.budget.attempts and seconds_left() > SHORTEST
        if cut_short and exchange.error is AttemptError.TIMEOUT and self.silent_kinds.has(probe):
            exchange = _with_detail(exchange, self.silent_kinds.not_tried_again(probe))
        self.down.note(exchange)
        return exchange

    def _needs_new_connection(self, probe: Probe, before: Attempt) -> bool:
        """Whether an attempt after this one must not be made on a kept connection: others may have
        been closed together with it, and one that is shared stays open after a timeout.

        libcurl knows by itself when a shared one takes no more requests; then all of them share
        the next.
        """
        stale = before.stale and not self.transport.shares(probe)
        misdirected = before.status == 421  # this connection leads to a server of other hosts
        return stale or misdirected or before.error is AttemptError.TIMEOUT

    async def _enter(self, probe: Probe) -> tuple[int, Place]:
        """Wait until the origin takes another request, and until there is a place for it."""
        turn = await self.paces[probe.origin, probe.address].turn()
        return turn, await self.concurrency.enter()

    async def _in_place(
        self,
        place: Place,
        turn: int,
        probe: Probe,
        send: Awaitable[Tried],
        before: Attempt | None = None,
    ) -> Tried:
        """Make an attempt and leave its place; note on a failed one what may explain it.

        A connection that was just closed says nothing of the crowd; a request that is refused again
        does.
        """
        no_place = starved = answered = False
        try:
            attempt, answer = await send
            closed = attempt.stale and not (before is not None and before.stale)
            no_place = (attempt.error in _NO_PLACE and not closed) or attempt.status == 503
            self.silent_kinds.note(probe, attempt)
            crowded = self.concurrency.was_crowded(place) and not self.silent_kinds.has(probe)
            starved = attempt.waited_in_vain and crowded
            answered = answer is not None
        finally:
            self.concurrency.leave(place, failed=no_place, starved=starved, answered=answered)
        expected = answer is not None and answer.status == probe.expect
        if not expected:
            self._note_pace(probe, place, turn, attempt.status)
        if expected or not attempt.failed:
            return attempt, answer
        settling = attempt.status in GATEWAY_ERRORS and self._settle_left() > 0
        crowd = place.crowd if no_place else 0
        return replace(attempt, crowd=crowd, settling=settling, starved=starved), answer

    def _note_pace(self, probe: Probe, place: Place, turn: int, status: int | None) -> None:
        """Note whether an answer says that requests come too fast. Servers say so with 503, too, as
        nginx does by default; in a crowd that may mean that there are too many at once, and to a
        write that what stores it is in trouble.
        """
        pace = self.paces[probe.origin, probe.address]
        alone = place.crowd == 1 or pace.rate > 0
        reads = probe.method in SAFE_METHODS
        refused = status == 429 or (status == 503 and alone and reads)
        pace.note(turn, served=status not in {None, 429, 503}, refused=refused)

    async def once(self, probe: Probe, *, fresh: bool) -> Exchange:
        """Make a single attempt, with ``fresh`` on a new connection, at the end of a run."""
        turn, place = await self._enter(probe)
        end = time.monotonic() + self.budget.probe
        send = self._attempt(probe, end, fresh=fresh, may_grow=None, least=LAST_LOOK)
        attempt, answer = await self._in_place(place, turn, probe, send)
        return Exchange(probe, (attempt,), answer)

    async def _attempt(
        self, probe: Probe, end: float, *, fresh: bool, may_grow: MayGrow, least: float = 0.0
    ) -> Tried:
        """Make one attempt at a probe whose time is up at ``end`` (monotonic). It gets ``least``
        seconds even if less is left of the run.
        """
        left = max(least, self._run_left())
        if left <= 0:
            detail = "not asked: the run's time was used up"
            return Attempt(time.time(), 0.0, error=AttemptError.BUDGET, detail=detail), None
        # A third of the probe's time, so that a stalled attempt leaves room for two more.
        seconds = min(end - time.monotonic(), max(SHORTEST, self.budget.probe / 3))
        limits = Limits(min(seconds, left), self.budget.body, fresh, may_grow)
        attempt, answer = await self._followed(probe, limits)
        if attempt.error is AttemptError.TIMEOUT and left < seconds and not least:
            detail = "cut off: the run's time was used up"
            attempt = replace(attempt, error=AttemptError.BUDGET, detail=detail)
        return self._with_decoded_size(attempt, answer)

    def _run_left(self) -> float:
        """Seconds to the end of the run."""
        return self.deadline - time.time()

    def _settle_left(self) -> float:
        """Seconds for which gateway errors are waited out; not to the very end of the run."""
        return min(self.settled_by, self.deadline - SHORTEST) - time.time()

    async def _followed(self, probe: Probe, limits: Limits) -> Tried:
        """Send the request and, where the probe asks for it, follow its redirects."""
        headers = headers_of(probe, self.headers)
        started = time.monotonic()
        first, answer = await self.transport.send(probe, headers, limits)
        attempt, hops = first, 0
        while answer is not None and probe.follow and redirects(answer):
            target = target_of(answer)
            trouble = self._redirect_trouble(probe, target, hops)
            if trouble:
                return replace(attempt, error=AttemptError.REDIRECT, detail=trouble), None
            hops += 1
            seconds = max(0.001, started + limits.seconds - time.monotonic())
            hop_limits = replace(limits, seconds=seconds, fresh=False)
            hop = self._hop(probe, target)
            if self.guard.origin_of(target) != probe.origin:
                headers = without_credentials(headers)
            attempt, answer = await self.transport.send(hop, headers, hop_limits)
            spent = time.monotonic() - started
            attempt = replace(attempt, began=first.began, seconds=spent)
        return attempt, answer

    def _hop(self, probe: Probe, target: str) -> Probe:
        """The probe for a redirect's target: at the same edge, or at one of the other origin."""
        origin = self.guard.origin_of(target) or ""
        other = one_edge(self.edges.get(origin, ()), target)
        return replace(
            probe, url=target, address=probe.address if origin == probe.origin else other
        )

    def _redirect_trouble(self, probe: Probe, target: str, hops: int) -> str | None:
        if hops >= REDIRECTS:
            return f"more than {REDIRECTS} redirects, the last to {target}"
        if self.guard.refusal(replace(probe, url=target)):
            return f"redirected to {target}, outside the environment's origins: not followed"
        return None

    def _with_decoded_size(self, attempt: Attempt, answer: Answer | None) -> Tried:
        """Undo Content-Encoding as a trial; an answer that cannot be decoded is none."""
        encoding = answer.header("content-encoding") if answer else None
        if answer is None or encoding is None:
            return attempt, answer
        try:
            decoded = decoded_size(answer.body, encoding, self.budget.body)
        except BadEncoding as refused:
            error = AttemptError.TOO_LARGE if refused.too_large else AttemptError.ENCODING
            return replace(attempt, error=error, detail=str(refused)), None
        return attempt, replace(answer, decoded=decoded)


def _with_detail(exchange: Exchange, words: str) -> Exchange:
    """Return ``exchange`` with more words on its last attempt."""
    *before, last = exchange.attempts
    last = replace(last, detail=f"{last.detail}, and {words}")
    return replace(exchange, attempts=(*before, last))


def redirects(answer: Answer) -> bool:
    """Return whether an answer leads to another URL."""
    return answer.status in {301, 302, 303, 307, 308} and answer.header("location") is not None


def target_of(answer: Answer) -> str:
    """Return the absolute URL of the answer's Location. One that cannot be parsed is returned as
    it was sent; the guard refuses it.
    """
    location = answer.header("location") or ""
    try:
        return urljoin(answer.url, location)
    except ValueError:
        return location
