"""Make an attempt at a probe, within the time that is left.

It gets its place among the requests under way and its share of the time. If it fails, what may
excuse that is noted with it. :mod:`.retry` decides whether there is another attempt.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Final

from ..environment import Budget
from .attempt_error import GATEWAY_ERRORS, AttemptError, Excuse
from .concurrency import Concurrency, CrowdPlace
from .decompression import BadEncoding, decoded_size, offered_by
from .failing_rows import DownOrigins, SilentKinds
from .pace import Pace
from .probe import SAFE_METHODS, Answer, Attempt, Exchange, Probe, Tried
from .received import Limits, MayGrow
from .redirects import RedirectFollower
from .retry import SHORTEST, Tries

LAST_LOOK: Final = 3.0
"""Seconds that an attempt at what gave no answer gets at the end of a run, even if its time is up:
else nobody could tell silence that lasts from a moment in which this machine was busy."""

_NO_PLACE: Final = {AttemptError.RESET, AttemptError.REFUSED}
"""Errors by which a server may say that it takes no further connection; 503 is another way."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Sends probes for one run.

    Attributes:
        follower: sends one request and follows its redirects.
        budget: what one probe may spend.
        deadline: the end of the run, in seconds since the epoch.
        settled_by: until when gateway errors are waited out, in seconds since the epoch.
        concurrency: bounds the attempts under way.
        down: the origins that nobody need wait for.
        silent_kinds: the kinds of requests that nobody need wait for.
        paces: the rate that each origin takes, or each edge of it, by name and address.
    """

    follower: RedirectFollower
    budget: Budget
    deadline: float
    settled_by: float
    concurrency: Concurrency
    down: DownOrigins
    silent_kinds: SilentKinds
    paces: defaultdict[tuple[str, str], Pace] = field(default_factory=lambda: defaultdict(Pace))

    @property
    def share(self) -> float:
        """The seconds of an attempt: a third of the probe's, so that a stalled one leaves room for
        two more.
        """
        return max(SHORTEST, self.budget.probe / 3)

    @property
    def takes(self) -> int:
        """With how many requests at once a crowded server is asked; 0 if none is."""
        return self.concurrency.limit if self.concurrency.lowered else 0

    @property
    def rates(self) -> dict[str, float]:
        """Requests a second of each origin that refuses more."""
        return {origin: pace.rate for (origin, _), pace in list(self.paces.items()) if pace.rate}

    async def close(self) -> None:
        """Close every connection."""
        await self.follower.transport.close()

    async def until_answered(self, probe: Probe, may_grow: MayGrow) -> Exchange:
        """Try until there is an answer, or no attempt or no time is left."""
        exchange = await Tries(self, probe, may_grow).exchange()
        self.down.note(exchange)
        return exchange

    async def once(self, probe: Probe, *, fresh: bool) -> Exchange:
        """Make a single attempt, with ``fresh`` on a new connection, at the end of a run."""
        turn, place = await self.enter(probe)
        end = time.monotonic() + self.budget.probe
        send = self.attempt(probe, end, fresh=fresh, may_grow=None, least=LAST_LOOK)
        attempt, answer = await self.in_place(place, turn, probe, send)
        return Exchange(probe, (attempt,), answer)

    async def enter(self, probe: Probe) -> tuple[int, CrowdPlace]:
        """Wait until the origin takes another request, and until there is a place for it."""
        turn = await self.paces[probe.origin, probe.address].turn()
        return turn, await self.concurrency.enter()

    async def in_place(
        self,
        place: CrowdPlace,
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
            crowd = self.concurrency.leave(
                place, failed=no_place, starved=starved, answered=answered
            )
        expected = answer is not None and answer.status == probe.expect
        if not expected:
            self._note_pace(probe, turn, attempt.status, alone=crowd == 1)
        if expected or not attempt.failed:
            return attempt, answer
        excuses = Excuse.STARVED if starved else Excuse.NONE
        if no_place and crowd > 1:
            excuses |= Excuse.CROWDED
        if attempt.status in GATEWAY_ERRORS and self.settle_left() > 0:
            excuses |= Excuse.SETTLING
        return replace(attempt, excuses=excuses), answer

    def _note_pace(self, probe: Probe, turn: int, status: int | None, *, alone: bool) -> None:
        """Note whether an answer says that requests come too fast.

        Some servers say that with 503, as nginx does by default. But a 503 among many requests may
        mean that they are too many at once, and a 503 to a write that the storage is in trouble.
        """
        pace = self.paces[probe.origin, probe.address]
        reads = probe.method in SAFE_METHODS
        refused = status == 429 or (status == 503 and reads and (alone or pace.rate > 0))
        pace.note(turn, served=status not in {None, 429, 503}, refused=refused)

    async def attempt(
        self, probe: Probe, end: float, *, fresh: bool, may_grow: MayGrow, least: float = 0.0
    ) -> Tried:
        """Make one attempt at a probe whose time is up at ``end`` (monotonic). It gets ``least``
        seconds even if less is left of the run.
        """
        run_left = max(least, self.run_left())
        if run_left <= 0:
            detail = "not asked: the run's time was used up"
            return Attempt(time.time(), 0.0, error=AttemptError.BUDGET, detail=detail), None
        seconds = min(end - time.monotonic(), self.share)
        limits = Limits(min(seconds, run_left), self.budget.body, fresh, may_grow)
        attempt, answer = await self.follower.send(probe, limits)
        if attempt.error is AttemptError.TIMEOUT and run_left < seconds and not least:
            detail = "cut off: the run's time was used up"
            attempt = replace(attempt, error=AttemptError.BUDGET, detail=detail)
        return self._with_decoded_size(probe, attempt, answer)

    def _with_decoded_size(self, probe: Probe, attempt: Attempt, answer: Answer | None) -> Tried:
        """Undo Content-Encoding as a trial; an answer that cannot be decoded is none."""
        encoding = answer.header("content-encoding") if answer else None
        if answer is None or encoding is None:
            return attempt, answer
        try:
            decoded = decoded_size(answer.body, encoding, self.budget.body, offered_by(probe))
        except BadEncoding as refused:
            error = AttemptError.TOO_LARGE if refused.too_large else AttemptError.ENCODING
            return replace(attempt, error=error, detail=str(refused)), None
        return attempt, replace(answer, decoded=decoded)

    def run_left(self) -> float:
        """Return the seconds to the end of the run."""
        return self.deadline - time.time()

    def settle_left(self) -> float:
        """Return for how many seconds gateway errors are waited out; not to the very end of the
        run.
        """
        return min(self.settled_by, self.deadline - SHORTEST) - time.time()
