"""Find URLs whose answers vary each time, as by a nonce, and not because edges differ."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ..content import variation
from ..environment import Environment
from ..fetch import Exchange, Fetcher, Guard, Probe, Recording, decoded
from .convergence import with_single_attempts

MOST: Final = 32
"""Most URLs that are asked again; a person must judge the others."""

ROUNDS: Final = 3
PAUSE: Final = 1.1
"""Each edge is asked so often, so many seconds apart. A page may have the time in seconds in it. Of
three answers from two releases in turn, two are alike."""

_AT_ONCE: Final = 8  # URLs whose bodies are held


def varying(
    environment: Environment,
    run_id: str,
    deadline: float,
    edges: Mapping[str, Collection[str]],
    recording: Recording | None = None,
) -> set[str]:
    """Return the URLs whose answers differ each time at every edge, and differ between edges only
    in the same places. ``edges`` has the edges of each URL. Stop after URLs that do not vary so.
    """
    origin_of = Guard(environment.origins).origin_of
    asked = {url: origin for url in list(edges)[:MOST] if (origin := origin_of(url))}
    varying_urls: set[str] = set()
    single = with_single_attempts(environment)
    with Fetcher(single, run_id, deadline, recording=recording) as fetcher:
        for first in range(0, len(asked), _AT_ONCE):
            urls = list(asked)[first : first + _AT_ONCE]
            probes = [Probe(asked[url], url, address=edge) for url in urls for edge in edges[url]]
            varying_urls |= _varying(fetcher, probes, urls)
            if not varying_urls.issuperset(urls):
                break
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
    """Return whether all answers of an edge differ, and edges differ only in the same places."""
    if any(len({*side}) < ROUNDS for side in sides):
        return False
    return not any(variation.differ(sides[0], other) for other in sides[1:])
