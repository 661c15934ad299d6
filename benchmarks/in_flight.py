"""How many requests are under way on a network, from its first answer to its last. Pure."""

from __future__ import annotations

from collections import defaultdict


class InFlight:
    """Counts the requests under way, each number by the seconds for which it held.

    What comes before the first answer and after the last does not count: a run that starts or ends
    has nothing to ask.
    """

    def __init__(self) -> None:
        self._count = 0
        self._since: float | None = None  # of the last change after the first answer
        self._seconds: defaultdict[int, float] = defaultdict(float)
        self._after_last: defaultdict[int, float] = defaultdict(float)

    def asked(self, now: float) -> None:
        """Note that a request went out at ``now`` (seconds of a monotonic clock)."""
        self._pass(now)
        self._count += 1

    def answered(self, now: float) -> None:
        """Note that an answer to one of them came in."""
        self._pass(now)
        self._count -= 1
        for count, seconds in self._after_last.items():
            self._seconds[count] += seconds
        self._after_last.clear()
        self._since = now

    def lost(self, now: float) -> None:
        """Note that one of them will never be answered."""
        self._pass(now)
        self._count -= 1

    def median(self) -> int:
        """Return the median over time; 0 with fewer than two answers."""
        left = sum(self._seconds.values()) / 2
        for count, seconds in sorted(self._seconds.items()):
            left -= seconds
            if left <= 0:
                return count
        return 0

    def _pass(self, now: float) -> None:
        if self._since is not None:
            self._after_last[self._count] += now - self._since
            self._since = now
