"""Look at a deployment as a polite visitor does: GET alone, few requests, by robots.txt."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urljoin, urlsplit

from ..content import robots
from ..environment import Budget, Environment, normal_origin
from ..fetch import REDIRECTS, Exchange, Fetcher, Probe, decoded, leads_to
from ..safety import Say, new_run_id, one_line

MOST: Final = 60
"""Requests of one look, redirects included."""

AT_ONCE: Final = 4
"""Requests under way at the same time."""

_SECONDS: Final = 10.0  # of one request
_RUN: Final = 300.0  # seconds of all
ORIGIN: Final = "site"
"""The name of the one origin of a look, and of a new suite."""

_PAUSE: Final = 1.0
"""Seconds to wait where requests come too fast: most limits are for a second."""

_AGENT: Final = "knowngood"


class Visitor:
    """Asks one origin, and says each request.

    Attributes:
        origin: its URL, without a path.
        requests: how many were sent.
        answered: what was answered, by path.
        say: prints a line.
    """

    def __init__(self, origin: str, fetcher: Fetcher, say: Say, *, obeys_robots: bool) -> None:
        self.origin = origin
        self._obeys_robots = obeys_robots
        self.requests = 0
        self.answered: dict[str, Exchange] = {}
        self._fetcher = fetcher
        self.say = say
        self._robots = robots.rules(b"")

    @property
    def requests_left(self) -> int:
        """The number of requests that it may still send."""
        return MOST - self.requests

    @property
    def statuses(self) -> dict[str, int]:
        """The status of each answer, by path."""
        answers = {path: exchange.answer for path, exchange in self.answered.items()}
        return {path: answer.status for path, answer in answers.items() if answer is not None}

    def read_robots(self) -> list[str]:
        """Ask for robots.txt and keep to it from now on; return the sitemaps that it names."""
        answer = self.get(["/robots.txt"])[0].answer
        self._robots = robots.rules(decoded(answer) if answer and answer.status == 200 else b"")
        return list(self._robots.sitemaps)

    def allowed(self, path: str) -> bool:
        """Return whether robots.txt lets a visitor ask for ``path``."""
        return not self._obeys_robots or self._robots.can_fetch(self.origin + path, _AGENT)

    def get(self, paths: Iterable[str]) -> list[Exchange]:
        """Ask for each of ``paths`` once and return the exchanges, in the same order.

        Paths that robots.txt forbids, and those beyond the number of requests, are left out.
        """
        probes = [Probe(ORIGIN, self.origin + path) for path in paths if self.allowed(path)]
        probes = probes[: self.requests_left]
        groups = (probes[first : first + AT_ONCE] for first in range(0, len(probes), AT_ONCE))
        return [exchange for group in groups for exchange in self._ask(group)]

    def follow(self, exchange: Exchange) -> Exchange:
        """Return ``exchange``, or the one that its redirects lead to within the origin."""
        for _ in range(REDIRECTS):
            target = redirect(exchange)
            path = self.path_of(target) if target else None
            if path is None or not (ended := self.get([path])):
                break
            exchange = ended[0]
        return exchange

    def path_of(self, url: str) -> str | None:
        """Return path and query of ``url``; None if it lies on another origin."""
        if normal_origin(url) != normal_origin(self.origin):
            return None
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def paths_of(self, urls: Iterable[str]) -> list[str]:
        """Return path and query of those of ``urls`` that lie on this origin."""
        return [path for url in urls if (path := self.path_of(url))]

    def _ask(self, probes: Sequence[Probe]) -> list[Exchange]:
        """Ask for these at once, and a second time for those that come too fast."""
        exchanges = self._ask_once(probes)
        refused = [exchange.probe for exchange in exchanges if exchange.status == 429][
            : self.requests_left
        ]
        if not refused:
            return exchanges
        time.sleep(_PAUSE)
        again = {exchange.probe: exchange for exchange in self._ask_once(refused)}
        return [again.get(exchange.probe, exchange) for exchange in exchanges]

    def _ask_once(self, probes: Sequence[Probe]) -> list[Exchange]:
        self.requests += len(probes)
        exchanges = self._fetcher.again(probes, fresh=False)
        for exchange in exchanges:
            self.say(f"  {_line(exchange)}")
            if exchange.answer is not None:
                self.answered[self.path_of(exchange.probe.url) or "/"] = exchange
        return exchanges


@contextmanager
def visiting(
    origin: str, say: Say, ca: Path | None = None, *, obeys_robots: bool
) -> Iterator[Visitor]:
    """Give a visitor of ``origin``, whose connections are closed at the end. ``ca`` is a PEM file
    of the authorities to trust in place of the usual ones.
    """
    environment = Environment(
        name=ORIGIN,
        path=Path("environments") / f"{ORIGIN}.toml",
        description=origin,
        ca=ca,
        origins=MappingProxyType({ORIGIN: origin}),
        budget=Budget(run=_RUN, probe=_SECONDS, attempts=1, concurrency=AT_ONCE, settle=0),
    )
    with Fetcher(environment, new_run_id(), time.time() + _RUN) as fetcher:
        yield Visitor(origin, fetcher, say, obeys_robots=obeys_robots)


def redirect(exchange: Exchange) -> str:
    """Return the absolute URL that an answer redirects to; empty if it does not."""
    target = leads_to(exchange.answer) if exchange.answer is not None else ""
    return target and joined(exchange.probe.url, target)


def joined(base: str, url: str) -> str:
    """Return ``url``, as a page at ``base`` writes it, in full; empty if it is no URL of HTTP."""
    try:
        whole = urljoin(base, url)
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) and normal_origin(whole) else ""


def _line(exchange: Exchange) -> str:
    answer = exchange.answer
    path = exchange.probe.url.removeprefix("http://").removeprefix("https://").partition("/")[2]
    if answer is None:
        return one_line(f"GET /{path}: no answer: {exchange.attempts[-1].detail}", 200)
    kind = (answer.header("content-type") or "no media type").partition(";")[0]
    size = f"{answer.decoded or len(answer.body)} bytes"
    return one_line(f"GET /{path}: {answer.status}, {kind}, {size}", 200)
