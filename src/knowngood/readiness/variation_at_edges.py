"""Tell answers that vary by themselves, as by a nonce, from those of edges that differ."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ..content import variation
from ..environment import Environment
from ..fetch import Exchange, Fetcher, Guard, Probe, Recording, decoded
from .convergence import with_single_attempts

MOST: Final = 32
"""URLs that are looked at; where more differ, the others are left to whoever knows the site."""

ROUNDS: Final = 3
PAUSE: Final = 1.1
"""So often each edge is asked, so many seconds apart: a page may hold the time of the second. One
of two releases that take turns comes twice in three answers."""

_AT_ONCE: Final = 8  # URLs whose bodies are held


def varying(
    environment: Environment,
    run_id: str,
    deadline: float,
    edges: Mapping[str, Collection[str]],
    recording: Recording | None = None,
) -> set[str]:
    """Return the URLs whose answers differ each time at every edge, and between edges in nothing
    else. ``edges`` has the edges of each URL. Stop after a URL that does not vary so.
    """
    origin_of = Guard(environment.origins).origin_of
    asked = {url: origin for url in list(edges)[:MOST] if (origin := origin_of(url))}
    varying_urls: set[str] = set()
    fetcher = Fetcher(with_single_attempts(environment), run_id, deadline, recording=recording)
    fetcher.start()
    try:
        for first in range(0, len(asked), _AT_ONCE):
            urls = list(asked)[first : first + _AT_ONCE]
            probes = [Probe(asked[url], url, address=edge) for url in urls for edge in edges[url]]
            varying_urls |= _varying(fetcher, probes, urls)
            if not varying_urls.issuperset(urls):
                break
    finally:
        fetcher.close()
    return varying_urls


def _varying(fetcher: Fetcher, probes: Sequence[Probe], urls: Collection[str]) -> set[str]:
    bodies: dict[str, dict[str, list[bytes]]] = {
        url: {probe.address: [] for probe in probes if probe.url == url} for url in urls
    }
    for number in range(ROUNDS):
        time.sleep(PAUSE if number else 0)
        for exchange in fetcher.again(probes, fresh=False):
            bodies[exchange.probe.url][exchange.probe.address] += _body(exchange)
    return {url for url, at in bodies.items() if _vary_alike(list(at.values()))}


def _body(exchange: Exchange) -> list[bytes]:
    answer = exchange.answer
    return [decoded(answer)] if answer is not None and answer.status == 200 else []


def _vary_alike(sides: Sequence[Sequence[bytes]]) -> bool:
    """Return whether no two answers of an edge are the same, and edges differ in nothing else."""
    if any(len({*side}) < ROUNDS for side in sides):
        return False
    return not any(variation.differ(sides[0], other) for other in sides[1:])
