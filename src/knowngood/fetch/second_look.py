"""Ask again when the checks are done, to tell trouble that has passed from trouble that lasts.

Three kinds of failure make no deployment unsteady once they have passed: gateway errors while it
settles after a push, failures of too many requests at once, and 503 to requests that came too fast.
Writes are not sent again, and so never excused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import Final

from .attempt_error import GATEWAY_ERRORS, RETRIED_STATUSES, RUN_ERRORS
from .fetcher import Fetcher
from .probe import Exchange, Probe
from .turned_away import is_turned_away, why_turned_away

REQUESTS: Final = 32
TOLERATED: Final = 2
"""Requests that are sent again, and how many of them may fail. If a third of them fail, that passes
once in a thousand times; with noise of 4 % (docs/reliability.md) 86 of 100 times."""

_AT_ONCE: Final = 256  # probes at addresses

ROUNDS: Final = 3
PAUSE: Final = 0.5
"""The least number of rounds, and the seconds between two; there are more while the deployment may
be settling. A crowded server fails one round if the limit on requests was just raised."""


def excuse_passed(fetcher: Fetcher) -> None:
    """Excuse failures that pass by themselves, for each origin where they have passed."""
    network, failures = fetcher.network, fetcher.statistics.failures
    if network is None:
        return  # what was recorded stays as it is
    failures.takes, failures.rates = network.takes, network.rates
    again = partial(fetcher.again, fresh=False)
    for origin, probes in failures.passing().items():
        if has_passed(again, probes, fetcher.settled_by, fetcher.deadline):
            failures.excused.add(origin)
    failures.takes, failures.rates = network.takes, network.rates


def ask_more(fetcher: Fetcher) -> None:
    """Ask more of each origin that was asked little, and where too much of that needed a retry: of
    four requests, two do not tell a dead backend from chance. What is asked now counts as well.
    """
    statistics, flaky = fetcher.statistics, fetcher.environment.budget.flaky
    repeatable = statistics.failures.repeatable()
    if fetcher.network is None or not repeatable:
        return
    erratic = statistics.failures.erratic
    for origin, probes in repeatable.items():
        asked = statistics.asked[origin]
        if asked < REQUESTS and erratic[origin] > flaky * asked:
            # They count for the origin: which of its checks they stand for is chance.
            more = [replace(probe, template="") for probe in probes]
            fetcher.send_all(list(islice(cycle(more), REQUESTS)))


def has_passed(
    again: Callable[[Sequence[Probe]], list[Exchange]],
    probes: Sequence[Probe],
    until: float,
    deadline: float,
) -> bool:
    """Return whether failed probes are answered now, or soon. ``again`` makes one attempt at each.
    The deployment may be settling ``until`` then; the run ends at ``deadline`` (both in seconds
    since the epoch).
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
    """Send probes without an answer once more, and return the exchanges. Repeat a probe that each
    origin answered before as well: if only that is answered, the origin is in reach.

    If one probe of an origin is answered, the others get the attempts and the time of any probe: a
    network that has just come back may still lose one answer in ten.
    """
    statistics = fetcher.statistics
    silent = list(statistics.silent)
    origins = dict.fromkeys(probe.origin for probe in silent)
    witnesses = [statistics.witnesses[o][0] for o in origins if o in statistics.witnesses]
    probes = [*silent, *witnesses]
    exchanges: dict[Probe, Exchange] = {}
    budget, unheard, spent = fetcher.environment.budget, probes, 0.0
    for _ in range(budget.attempts):
        exchanges |= zip(unheard, fetcher.again(unheard), strict=True)
        heard = {probe.origin for probe, exchange in exchanges.items() if exchange.heard}
        unheard = [p for p, e in exchanges.items() if p.origin in heard and not came_back(e)]
        spent += max((exchanges[probe].seconds for probe in unheard), default=0.0)
        if not unheard or spent >= budget.probe:
            break
    for probe in witnesses:
        if exchanges[probe].heard:
            statistics.note_reached(exchanges[probe])
    return [exchanges[probe] for probe in silent]


def came_back(exchange: Exchange) -> bool:
    """Return whether what gave no answer before gives one now. That a gateway got none is no answer
    of what is behind it.
    """
    return exchange.heard and exchange.status not in GATEWAY_ERRORS


def note_walls(fetcher: Fetcher) -> None:
    """Ask each origin that turned the run away for a URL that it served before. If that is turned
    away now, too, a firewall has come to refuse this machine, as some do who is asked for `.git`.
    """
    statistics = fetcher.statistics
    if fetcher.network is None:
        return
    for origin, refusals in statistics.turned_away.items():
        served = next(iter(statistics.there.get(origin, {})), "")
        if refusals and served:
            again = fetcher.again([Probe(origin, served, varies=True)])
            statistics.walls.update(origin for exchange in again if is_turned_away(exchange))


def ask_addresses(
    fetcher: Fetcher, origin: str, addresses: Sequence[str], urls: Mapping[str, bool]
) -> list[Exchange]:
    """Return the exchanges with addresses that lack one of ``urls``, which ``origin`` served, or
    turn this machine away: by GET if the URL is a file, whose bodies are compared then, else by
    HEAD; what HEAD does not find is asked for by GET. If there are no ``urls``, since nobody may
    read anything of the origin, return those that answer another status to the last probe that may
    be repeated.
    """
    if not urls:
        lacking = _answering_otherwise(fetcher, origin, addresses)
        return _without_bans(fetcher, lacking, addresses)
    template = f"{origin} by address"
    probes = [
        Probe(origin, url, "GET" if is_file else "HEAD", address=address, template=template)
        for address in addresses
        for url, is_file in urls.items()
    ]
    first = _lacking(fetcher, probes)
    files = [e for e in first if e.probe.method == "GET" or why_turned_away(e)]
    others = [replace(e.probe, method="GET", varies=True) for e in first if e not in files]
    return _without_bans(fetcher, [*files, *_lacking(fetcher, others)], addresses)


def _answering_otherwise(fetcher: Fetcher, origin: str, addresses: Sequence[str]) -> list[Exchange]:
    witness, status = fetcher.statistics.witnesses[origin]
    if status in RETRIED_STATUSES:
        return []
    alike = replace(witness, expect=status, varies=True)
    return _lacking(fetcher, [replace(alike, address=address) for address in addresses])


def _lacking(fetcher: Fetcher, probes: Sequence[Probe]) -> list[Exchange]:
    """Send these, a few at a time, since each answer is held; return those that lack something."""
    return [
        exchange
        for first in range(0, len(probes), _AT_ONCE)
        for exchange in fetcher.send_all(probes[first : first + _AT_ONCE])
        if not _is_served(exchange) and exchange.error not in RUN_ERRORS
    ]


def _is_served(exchange: Exchange) -> bool:
    return exchange.status == (exchange.probe.expect or 200)


def _without_bans(
    fetcher: Fetcher, lacking: Sequence[Exchange], addresses: Sequence[str]
) -> list[Exchange]:
    """Leave out what addresses refuse (401, a page with 403) since a firewall has come to ban this
    machine meanwhile: that refuses everywhere, or no more.
    """
    refusals = (e for e in lacking if is_turned_away(e) and not why_turned_away(e))
    refused = {exchange.probe.address: exchange.probe for exchange in refusals}
    places = ("", *addresses)
    bans = {address for address, p in refused.items() if not _refuses_alone(fetcher, p, places)}
    return [e for e in lacking if e.probe.address not in bans or not is_turned_away(e)]


def _refuses_alone(fetcher: Fetcher, probe: Probe, places: Sequence[str]) -> bool:
    """Return whether the address of ``probe`` refuses it again while another place serves it."""
    elsewhere = [replace(probe, address=place) for place in places if place != probe.address]
    here, *others = fetcher.again([probe, *elsewhere])
    return is_turned_away(here) and any(map(_is_served, others))
