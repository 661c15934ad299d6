"""Is it the release we think it is? Ask every edge until all of them say so.

An edge is an address that the origin of the version document answers at: those of [edges], or
all that its name resolves to. One that is asked over a new connection each time may show another
backend behind it each time, so an edge counts only after several answers in a row.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from ..environment.model import Environment, Release
from ..fetch.fetcher import Fetcher
from ..fetch.probe import ANSWERED_WRONG, RETRIED_STATUSES, Exchange, Probe
from ..fetch.response import Blocked, NoAnswer, respond
from ..safety.limits import ContentTooLarge
from ..safety.sanitize import one_line

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks at an edge that is not there yet, growing by half each time."""

AGREE: Final = 10
"""Answers in a row that must name the release before an edge counts as serving it. Of five
backends behind an edge, one that is stale is seen nine times of ten (1 - 0.8**10)."""

GIVEN_UP: Final = 3
"""Looks in a row without an answer after which an address is not waited for, where the name has
others that serve the release: clients go to those, too."""

LONGEST_LOOK: Final = 15.0
"""Seconds that a probe may have; one look at an edge has a third of them, as every attempt has:
what is fast enough for the checks must be so for this."""

_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}")
_RESOLVING: Final = 10.0  # seconds
_LONGEST: Final = 200  # characters of a release's name


@dataclass(frozen=True, slots=True)
class ReleaseSighting:
    """One answer of an edge: the ``names`` of the release it serves (none when it says none), in
    a word that a table can show, and the exchange.
    """

    names: tuple[str, ...]
    shown: str
    exchange: Exchange

    @property
    def silent(self) -> bool:
        """Whether nobody answered, or only "not now", or this machine could not ask: it says
        nothing of the release.
        """
        answer = self.exchange.answer
        if answer is None:
            return self.exchange.cause not in ANSWERED_WRONG
        return answer.status in RETRIED_STATUSES

    def is_(self, expected: str) -> bool:
        """Whether this is the release called ``expected``; of a commit, seven digits will do."""
        return any(_same(name, expected) for name in self.names)


@dataclass(slots=True)
class Edge:
    """What one edge has said so far."""

    address: str
    in_a_row: int = 0
    mute: int = 0
    last: ReleaseSighting | None = None

    def note(self, sight: ReleaseSighting, expected: str) -> None:
        """One more answer. What says nothing neither counts nor breaks the row."""
        self.mute = self.mute + 1 if sight.silent else 0
        if not sight.silent:
            self.in_a_row = self.in_a_row + 1 if sight.is_(expected) else 0
        if self.last is None or not sight.silent or self.last.silent:
            self.last = sight


@dataclass(frozen=True, slots=True)
class Convergence:
    """How it ended: the edges that serve the release, those that do not, and those given up
    (addresses of a name that has others); ``seconds`` it took.
    """

    expected: str
    seconds: float
    there: tuple[Edge, ...] = ()
    missing: tuple[Edge, ...] = ()
    given_up: tuple[Edge, ...] = ()

    def table(self) -> str:
        """Edge × release seen, a line each, those that are missing first."""
        edges = (*self.missing, *self.given_up, *self.there)
        width = max(len(edge.address or "(its name)") for edge in edges)
        lines = [f"{'edge':{width}}  release seen"]
        lines += [f"{edge.address or '(its name)':{width}}  {_seen(edge)}" for edge in edges]
        return "\n".join(lines)


Progress = Callable[[str], None]


@dataclass(slots=True)
class ReleaseWatch:
    """Looks at the version document of ``environment``, edge by edge, through ``fetcher``."""

    environment: Environment
    release: Release
    fetcher: Fetcher
    asked: int = 0
    addresses: Sequence[str] = field(default_factory=tuple)

    def look(self, addresses: Iterable[str], times: int = 1) -> dict[str, list[ReleaseSighting]]:
        """Ask each of these for the version document so many times, all at once, on connections
        of their own.
        """
        self.fetcher.forget_silence()  # who was dead a moment ago may be up now
        futures = [
            (address, self.fetcher.load(self._probe(address)))
            for address in addresses
            for _ in range(times)
        ]
        found: dict[str, list[ReleaseSighting]] = {}
        for address, future in futures:
            found.setdefault(address, []).append(sight(self.release, future.result().exchange))
        return found

    def converge(self, expected: str, within: float, tell: Progress) -> Convergence:
        """Ask until each edge has said ``expected`` often enough in a row, or so many seconds have
        passed. ``tell`` is given a line on how far it is, each time round.
        """
        began = time.monotonic()
        edges = [Edge(address) for address in self.addresses]
        pause = FIRST_PAUSE
        while left := self._left(edges):
            self._ask(left, expected)
            while rising := [e for e in self._left(edges) if e.in_a_row and not e.mute]:
                self._ask(rising, expected)
            spent = time.monotonic() - began
            tell(self._progress(expected, edges, spent, within))
            if spent + pause > within:
                break
            if self._left(edges):
                time.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 1.5)
        return self._ended(expected, edges, time.monotonic() - began)

    def _ask(self, edges: Sequence[Edge], expected: str) -> None:
        """Each of these once more."""
        by_address = {edge.address: edge for edge in edges}
        for address, [seen] in self.look(by_address).items():
            by_address[address].note(seen, expected)

    def _left(self, edges: list[Edge]) -> list[Edge]:
        """Those still to be asked."""
        return [e for e in edges if not self._is_there(e) and not self._given_up(e, edges)]

    def _is_there(self, edge: Edge) -> bool:
        return edge.in_a_row >= AGREE

    def _given_up(self, edge: Edge, edges: list[Edge]) -> bool:
        """Not for edges that the environment names: those it relies on."""
        if self.release.origin in self.environment.edges or edge.mute < GIVEN_UP:
            return False
        return edge.in_a_row == 0 and any(self._is_there(each) for each in edges)

    def _progress(self, expected: str, edges: list[Edge], spent: float, within: float) -> str:
        there = sum(map(self._is_there, edges))
        return (
            f"{there} of {len(edges)} edges serve {one_line(expected, 60)} "
            f"({spent:.0f} s of {within:g} s)"
        )

    def _ended(self, expected: str, edges: list[Edge], seconds: float) -> Convergence:
        there = [edge for edge in edges if self._is_there(edge)]
        given_up = [edge for edge in edges if self._given_up(edge, edges)]
        missing = [edge for edge in edges if edge not in there and edge not in given_up]
        return Convergence(expected, seconds, tuple(there), tuple(missing), tuple(given_up))

    def _probe(self, address: str) -> Probe:
        origin, _, path = self.release.url.partition(":")
        self.asked += 1
        return Probe(
            origin,
            self.environment.origins[origin] + path,
            sample=self.asked,
            address=address,
            fresh=True,
        )


def watcher(environment: Environment) -> Environment:
    """``environment`` for a fetcher that looks at releases: a look is repeated here, and not
    within the look.
    """
    probe = min(environment.budget.probe, LONGEST_LOOK)
    return replace(environment, budget=replace(environment.budget, attempts=1, probe=probe))


def addresses(environment: Environment, release: Release) -> tuple[str, ...]:
    """Where to connect to for the version document: the origin's [edges], or else every address
    that its name resolves to; an empty one, for wherever the name leads, when that is one.
    """
    listed = environment.edges.get(release.origin)
    if listed:
        return listed
    host = urlsplit(environment.origins[release.origin]).hostname or ""
    found = _resolved(host)
    return tuple(found) if len(found) > 1 else ("",)


def _resolved(host: str) -> list[str]:
    """Every address of ``host``; none where it is one, or cannot be resolved in time."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except OSError:
        pool = ThreadPoolExecutor(1)  # getaddrinfo has no timeout of its own
        try:
            entries = pool.submit(_lookup, host).result(_RESOLVING)
        except (OSError, TimeoutError, UnicodeError):
            return []
        finally:
            pool.shutdown(wait=False)
        return list(dict.fromkeys(f"[{each}]" if ":" in each else each for each in entries))
    return []


def _lookup(host: str) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def sight(release: Release, exchange: Exchange) -> ReleaseSighting:
    """What this answer for the version document says."""
    try:
        response = respond(exchange)
    except NoAnswer:
        last = exchange.attempts[-1]
        phase = f" ({last.phase})" if last.phase else ""
        return ReleaseSighting((), f"no answer: {last.cause}{phase}", exchange)
    except Blocked as error:
        return ReleaseSighting((), one_line(str(error), 80), exchange)
    if response.status_code != 200:
        return ReleaseSighting((), f"answered {response.status_code}", exchange)
    try:
        if release.shape == "text":
            return _in_text(response.text.strip(), exchange)
        return _in_json(release, response.json(), exchange)
    except (ValueError, ContentTooLarge) as error:
        return ReleaseSighting((), one_line(str(error), 80), exchange)


def _in_text(text: str, exchange: Exchange) -> ReleaseSighting:
    return ReleaseSighting(
        (text,) if text else (), one_line(text, _LONGEST) or "an empty document", exchange
    )


def _in_json(release: Release, document: object, exchange: Exchange) -> ReleaseSighting:
    found = document if isinstance(document, Mapping) else {}
    names = [found.get(key) for key in dict.fromkeys((release.field, "commit"))]
    if not isinstance(names[0], str) or not names[0]:
        return ReleaseSighting((), f"a document without {release.field!r}", exchange)
    texts = tuple(name for name in names if isinstance(name, str) and name)
    return ReleaseSighting(texts, one_line(texts[0], _LONGEST), exchange)


def _same(name: str, expected: str) -> bool:
    if name == expected:
        return True
    if (name + expected).isdecimal():
        return False  # dates and build numbers begin alike, too
    both = _COMMIT.fullmatch(name) and _COMMIT.fullmatch(expected)
    return bool(both) and (name.startswith(expected) or expected.startswith(name))


def _seen(edge: Edge) -> str:
    if edge.last is None:
        return "not asked"
    often = f", {edge.in_a_row} in a row" if edge.in_a_row else ""
    return f"{one_line(edge.last.shown, 60)}{often}"
