"""Wait until every edge serves the expected release.

An edge is an address of the origin of the version document: those of [edges], or all that its host
resolves to. Each request uses a new connection and may reach another backend of the edge. So an
edge counts only after several answers in a row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from ..environment import Environment, Release
from ..fetch import Fetcher, Probe, Recording
from ..safety import Say, columns, one_line
from .edges import edge_addresses
from .version_document import ReleaseSighting, missing_field, sight

AGREE: Final = 10
"""Answers in a row that must name the release before an edge counts as serving it. One stale
backend of five is then seen nine times out of ten (1 - 0.8**10)."""

GIVEN_UP: Final = 3
"""Looks in a row without an answer after which an address is given up, if others of the host serve
the release: clients use those, too."""

LONGEST_LOOK: Final = 15.0
"""Most seconds of a probe. A look at an edge gets a third of them, like any attempt: what is fast
enough for the checks is fast enough here."""

FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 5.0
"""Seconds between looks."""


@dataclass(slots=True)
class Edge:
    """What one edge has answered so far.

    Attributes:
        address: where to connect to; empty for any address of the origin's name.
        in_a_row: answers in a row that named the expected release.
        mute: looks in a row that showed nothing of the release.
        last: the latest answer that showed something, or else the latest one.
        other: the latest release that it named after the expected one; empty for none.
        turns: how often it did so.
        seen: whether any answer named the expected release.
    """

    address: str
    in_a_row: int = 0
    mute: int = 0
    last: ReleaseSighting | None = None
    seen: bool = False
    other: str = ""
    turns: int = 0

    @property
    def has_release(self) -> bool:
        """Whether it serves the expected release."""
        return self.in_a_row >= AGREE

    def note(self, sighting: ReleaseSighting, expected: str) -> None:
        """Note one more answer. One that shows nothing neither lengthens nor ends the row."""
        self.mute = self.mute + 1 if sighting.silent else 0
        if self.in_a_row and sighting.names and not sighting.matches(expected):
            self.other, self.turns = sighting.label, self.turns + 1
        if not sighting.silent:
            self.in_a_row = self.in_a_row + 1 if sighting.matches(expected) else 0
            self.seen |= self.in_a_row > 0
        if self.last is None or not sighting.silent or self.last.silent:
            self.last = sighting

    @property
    def is_mixed(self) -> bool:
        """Whether it named the expected release and another one in turn. One change may be a
        rollback.
        """
        return self.turns > 1

    @property
    def answer(self) -> str:
        """Its last answer: the release, or what came in its place."""
        return one_line(self.last.label, 60) if self.last is not None else "not asked"

    def row(self) -> tuple[str, str]:
        """Return the edge and what it serves, for a table."""
        in_a_row = f", {self.in_a_row} in a row" if self.in_a_row else ""
        return self.address or "(its name)", f"{self.answer}{in_a_row}"


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the wait for a release ended.

    Attributes:
        expected: the release.
        seconds: how long it took.
        there: the edges that serve the release.
        missing: those that do not.
        given_up: addresses without an answer, of a host that has others.
        hint: what the missing ones have in place of the field that the file names, if they lack it.
        alike: whether the first missing edge answers a URL that does not exist in the same way.
    """

    expected: str
    seconds: float
    there: tuple[Edge, ...] = ()
    missing: tuple[Edge, ...] = ()
    given_up: tuple[Edge, ...] = ()
    hint: str = ""
    alike: bool = False

    @property
    def instead(self) -> tuple[tuple[str, ...], ...]:
        """The names of the release that each edge serves in place of the expected one. Empty if any
        answer named that, or if an edge names none.
        """
        if self.there or any(edge.seen for edge in self.missing):
            return ()
        names = tuple(edge.last.names if edge.last is not None else () for edge in self.missing)
        return names if all(names) else ()

    def table(self) -> str:
        """Return a line for each edge with its release, missing ones first."""
        edges = (*self.missing, *self.given_up, *self.there)
        return "\n".join(columns([("edge", "release seen"), *(edge.row() for edge in edges)]))


@dataclass(slots=True)
class ReleaseWatch:
    """Looks at the version document, edge by edge.

    Attributes:
        environment: the environment.
        release: where its version document is, and how it is read.
        fetcher: asks for the document.
        addresses: the addresses of the edges.
        asked: how many probes were made.
        expected: the release of ``--release``; empty for none.
        commit_of: returns the commit that a release is on; empty if that is not known.
    """

    environment: Environment
    release: Release
    fetcher: Fetcher
    addresses: Sequence[str] = ()
    asked: int = 0
    expected: str = ""
    commit_of: Callable[[str], str] = lambda _: ""

    def look(self, addresses: Iterable[str], times: int = 1) -> dict[str, list[ReleaseSighting]]:
        """Request the version document ``times`` times from each address, all at once, each on a
        new connection. Return what the answers say, by address.
        """
        self.fetcher.forget_silence()  # an edge that was down may be up now
        futures = [
            (address, self.fetcher.load(self._probe(address)))
            for address in addresses
            for _ in range(times)
        ]
        sightings: dict[str, list[ReleaseSighting]] = {}
        for address, future in futures:
            sighting = sight(self.release, future.result().exchange)
            sightings.setdefault(address, []).append(self._recognised(sighting))
        return sightings

    def _recognised(self, sighting: ReleaseSighting) -> ReleaseSighting:
        """Return ``sighting`` with the expected release among its names, if it names the commit of
        that: many builds know their commit, and not the tag that it got later.
        """
        if not self.expected or not sighting.names_commit or sighting.matches(self.expected):
            return sighting
        commit = self.commit_of(self.expected)
        if not commit or not sighting.matches(commit):
            return sighting
        return replace(sighting, names=(*sighting.names, self.expected))

    def converge(self, within: float, say: Say) -> Convergence:
        """Ask until each edge has named the expected release often enough in a row, or for
        ``within`` seconds. ``say`` a line of progress after each round, and once the hint for a
        missing field.
        """
        began = time.monotonic()
        edges = [Edge(address) for address in self.addresses]
        hint = ""
        for pause in pauses():
            self._ask(self._open(edges))
            while rising := [edge for edge in self._open(edges) if edge.in_a_row and not edge.mute]:
                self._ask(rising)
            if not hint and (hint := self._missing_field(edges)):
                say(hint)
            spent = time.monotonic() - began
            serving = sum(edge.has_release for edge in edges)
            say(
                f"{serving} of {len(edges)} edges serve {one_line(self.expected, 60)} "
                f"({spent:.0f} s of {within:g} s)"
            )
            if not self._open(edges) or spent >= within:
                break
            time.sleep(min(pause, within - spent))  # one last look when the time is over
        return self._result(edges, time.monotonic() - began)

    def _missing_field(self, edges: Iterable[Edge]) -> str:
        """Return the hint if no edge has the field that the file names; else an empty one."""
        sightings = [edge.last for edge in edges if edge.last is not None]
        return missing_field(self.release, self.environment.path, sightings)

    def _ask(self, edges: Sequence[Edge]) -> None:
        """Ask each of these edges once more."""
        by_address = {edge.address: edge for edge in edges}
        for address, [sighting] in self.look(by_address).items():
            by_address[address].note(sighting, self.expected)

    def _open(self, edges: list[Edge]) -> list[Edge]:
        """Return the edges that are still to be asked."""
        return [
            edge for edge in edges if not edge.has_release and not self._is_given_up(edge, edges)
        ]

    def _is_given_up(self, edge: Edge, edges: list[Edge]) -> bool:
        """Return whether this address is given up. Edges that the environment names never are."""
        if self.release.origin in self.environment.edges or edge.mute < GIVEN_UP:
            return False
        return edge.in_a_row == 0 and any(other.has_release for other in edges)

    def _result(self, edges: list[Edge], seconds: float) -> Convergence:
        serving = [edge for edge in edges if edge.has_release]
        given_up = [edge for edge in edges if self._is_given_up(edge, edges)]
        missing = [edge for edge in edges if edge not in serving and edge not in given_up]
        return Convergence(
            self.expected,
            seconds,
            tuple(serving),
            tuple(missing),
            tuple(given_up),
            hint=self._missing_field(missing),
            alike=bool(missing) and self._answers_all_alike(missing[0]),
        )

    def _answers_all_alike(self, edge: Edge) -> bool:
        """Return whether an edge answers a URL that does not exist with the same body as the
        version document, like a server that has only a welcome page.
        """
        seen = edge.last.exchange.answer if edge.last is not None else None
        if seen is None or seen.status != 200 or edge.turns:
            return False
        probe = self._probe(edge.address)
        stray = replace(probe, url=f"{probe.url}-{self.asked}-{self.fetcher.statistics.run_id}")
        answer = self.fetcher.load(stray).result().exchange.answer
        return answer is not None and (answer.status, answer.body) == (200, seen.body)

    def _probe(self, address: str) -> Probe:
        self.asked += 1
        url = self.environment.origins[self.release.origin] + self.release.path
        return Probe(self.release.origin, url, sample=self.asked, address=address, fresh=True)


@contextmanager
def watching(
    environment: Environment,
    release: Release,
    run_id: str,
    deadline: float,
    recording: Recording | None = None,
    *,
    expected: str = "",
    commit_of: Callable[[str], str] = lambda _: "",
) -> Iterator[ReleaseWatch]:
    """Yield a watch with a fetcher of its own, which is closed at the end; ``expected`` and
    ``commit_of`` are as in :class:`ReleaseWatch`.
    """
    single = with_single_attempts(environment)
    with Fetcher(single, run_id, deadline, recording=recording) as fetcher:
        addresses = edge_addresses(environment, release)
        yield ReleaseWatch(
            environment, release, fetcher, addresses, expected=expected, commit_of=commit_of
        )


def with_single_attempts(environment: Environment) -> Environment:
    """Return ``environment`` with one attempt for each probe, since this room repeats looks."""
    probe = min(environment.budget.probe, LONGEST_LOOK)
    budget = replace(environment.budget, attempts=1, probe=probe, settle=0)
    return replace(environment, budget=budget)


def pauses() -> Iterator[float]:
    """Yield the seconds of one pause after another. Each is half longer than the one before."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(_LONGEST_PAUSE, pause * 1.5)
