"""Keep in memory what a run received, for a replay without requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from .probe import Exchange, Probe


@dataclass(slots=True)
class Tape:
    """What a run received.

    Attributes:
        shared: the last exchange of each probe that checks declare or that pages need.
        walks: what the clients of each item sent, by node id, in order.
        swept: those of the walks that deleted what was written.
        readers: the probes among ``shared`` that each item reads, by node id.
    """

    shared: dict[Probe, Exchange] = field(default_factory=dict)
    walks: dict[str, tuple[Exchange, ...]] = field(default_factory=dict)
    swept: set[Exchange] = field(default_factory=set)
    readers: dict[str, frozenset[Probe]] = field(default_factory=dict)

    @property
    def sent(self) -> Iterator[Exchange]:
        """What the clients of all items sent."""
        return chain.from_iterable(self.walks.values())

    def keep(self, exchange: Exchange) -> None:
        """Keep the exchange of a declared probe, or of what a page needs.

        A copy is kept: the fetcher counts how much checks hold by the life of the original.
        """
        self.shared[exchange.probe.first_look] = replace(exchange)

    def find(self, probe: Probe) -> Exchange | None:
        """Return the recorded exchange of a declared probe; None without one."""
        return self.shared.get(probe.first_look)

    def note_item(
        self,
        nodeid: str,
        read: Iterable[Probe],
        sent: Iterable[Exchange],
        swept: Collection[Exchange] = (),
    ) -> None:
        """Note which probes an item read, and keep what its clients sent; those in ``swept``
        deleted what they wrote.
        """
        self.readers[nodeid] = frozenset(probe.first_look for probe in read)
        copies = {exchange: replace(exchange) for exchange in sent}
        self.swept.update(copies[exchange] for exchange in swept)
        if copies:
            walk = sorted(copies.values(), key=lambda exchange: exchange.attempts[0].began)
            self.walks[nodeid] = tuple(walk)
