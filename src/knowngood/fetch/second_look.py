"""Ask again when the checks are done, to tell trouble that has passed from trouble that lasts.

Three kinds of failure are excused once they have passed, that is, make no deployment unsteady:
gateway errors while it settles after a push, failures in a crowd that its server has no place for,
and 503 to requests that came faster than its server takes them. Writes are not asked for again, and
so never excused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import Final

from .attempt_error import GATEWAY_ERRORS, RUN_ERRORS
from .fetcher import Fetcher
from .probe import Exchange, Probe
from .turned_away import is_turned_away

REQUESTS: Final = 32
TOLERATED: Final = 2
"""Requests that are asked again, and how many of them may fail. Trouble of one request in
three passes for none once in a thousand times, noise of 4 % (docs/reliability.md) in 86 of 100."""

ROUNDS: Final = 3
PAUSE: Final = 0.5
"""So often they are asked at least, so many seconds apart; more often while the deployment may be
settling. A crowded server fails one round where the limit on requests was just raised."""


def excuse_passed(fetcher: Fetcher) -> None:
    """Excuse failures that pass by themselves, of each origin where asking again shows that they
    have passed.
    """
    if fetcher.replays:
        return  # what was recorded stays as it is
    failures = fetcher.statistics.failures
    failures.takes, failures.rates = fetcher.takes, fetcher.rates
    again = partial(fetcher.again, fresh=False)
    for origin, probes in failures.passing().items():
        if has_passed(again, probes, fetcher.settled_by, fetcher.deadline):
            failures.excused.add(origin)
    failures.takes, failures.rates = fetcher.takes, fetcher.rates


def has_passed(
    again: Callable[[Sequence[Probe]], list[Exchange]],
    probes: Sequence[Probe],
    until: float,
    deadline: float,
) -> bool:
    """Return whether what failed is answered now, or comes to be. ``again`` makes one attempt at
    each probe; a deployment may be settling ``until`` then, the run ends at ``deadline`` (both in
    seconds since the epoch).
    """
    requests = list(islice(cycle(probes), REQUESTS))
    rounds = 0
    while sum(map(_fails, again(requests))) > TOLERATED:
        rounds += 1
        if time.time() + PAUSE > (deadline if rounds < ROUNDS else min(until, deadline)):
            return False
        time.sleep(PAUSE)
    return True


def _fails(exchange: Exchange) -> bool:
    return exchange.answer is None or exchange.answer.status in GATEWAY_ERRORS


def ask_silent_again(fetcher: Fetcher) -> list[Exchange]:
    """Ask once more for what nobody answered, and return the exchanges. Of each origin that
    answered before ask for that as well: if only that comes, the origin is in reach.

    Where somebody of an origin is heard, its other probes get the attempts that any probe gets:
    a network that has just come back may still lose one answer in ten.
    """
    statistics = fetcher.statistics
    silent = list(statistics.silent)
    origins = dict.fromkeys(probe.origin for probe in silent)
    witnesses = [probe for o in origins if (probe := statistics.witnesses.get(o))]
    probes = [*silent, *witnesses]
    exchanges = dict(zip(probes, fetcher.again(probes), strict=True))
    for _ in range(fetcher.environment.budget.attempts - 1):
        heard = {probe.origin for probe, exchange in exchanges.items() if exchange.heard}
        left = [p for p, e in exchanges.items() if p.origin in heard and not e.heard]
        exchanges |= zip(left, fetcher.again(left), strict=True)
    for probe in witnesses:
        if exchanges[probe].heard:
            statistics.note_reached(exchanges[probe])
    return [exchanges[probe] for probe in silent]


def ask_addresses(fetcher: Fetcher, origin: str, addresses: Sequence[str]) -> list[Exchange]:
    """Return the exchanges with those of ``addresses`` that lack a URL which the run found at
    ``origin``: asked with HEAD, and with GET where that is not answered well.
    """
    urls = sorted(fetcher.statistics.there[origin])
    heads = [
        Probe(origin, url, "HEAD", address=address, template=f"{origin} by address")
        for address in addresses
        for url in urls
    ]
    doubtful = [exchange.probe for exchange in fetcher.send_all(heads) if _is_lacking(exchange)]
    gets = [replace(probe, method="GET") for probe in doubtful]
    return [exchange for exchange in fetcher.send_all(gets) if _is_lacking(exchange)]


def _is_lacking(exchange: Exchange) -> bool:
    """Whether an address does not serve a URL, as far as this machine could ask."""
    if exchange.answer is None:
        return exchange.error not in RUN_ERRORS
    return exchange.answer.status != 200 and not is_turned_away(exchange)
