"""Count what befalls an origin, or one of its edges, several times in a row."""

from __future__ import annotations

import time

from .probe import Exchange, Probe


class Rows:
    """The rows that are not over, by place: an origin, or one of its edges."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, float]] = {}

    def lengthen(self, exchange: Exchange) -> None:
        """Count an exchange into the row of its place; the first of a row begins it."""
        place = place_of(exchange.probe)
        count, began = self._rows.get(place, (0, exchange.attempts[0].began))
        self._rows[place] = count + 1, began

    def end(self, exchange: Exchange) -> None:
        """End the row of an exchange's place."""
        self._rows.pop(place_of(exchange.probe), None)

    def end_all(self) -> None:
        """End every row."""
        self._rows.clear()

    def row(self, probe: Probe) -> tuple[int, float]:
        """Return how long the row of a probe's place is, and how many seconds ago it began."""
        count, began = self._rows.get(place_of(probe), (0, time.time()))
        return count, time.time() - began


def place_of(probe: Probe) -> str:
    """Return the name of what fails as a whole: an origin, or one of its edges."""
    return f"{probe.origin} at {probe.address}" if probe.address else probe.origin
