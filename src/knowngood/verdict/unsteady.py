"""Find requests that needed more retries than a sound deployment explains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from ..fetch import (
    GATEWAY_ERRORS,
    SOUND,
    by_connection,
    is_resource_group,
    may_be_chance,
    template_of,
)
from ..safety import redact
from .advisories import accepting_group
from .causes import Cause
from .run_results import RunResults

FLAKY_FLOOR: Final = 5
"""Retried requests that any group may have: one short outage at a low concurrency explains so many.
More must be no chance (:mod:`knowngood.fetch.flakiness`)."""

HUNG: Final = 0.01
"""Share of new connections that a sound deployment accepts and leaves without an answer for an
attempt's time. A backend of five that hangs does so with a fifth."""

UNSTEADY: Final = "unsteady"
_KEY: Final = f"{UNSTEADY}\n"


def unsteady_groups(results: RunResults) -> tuple[str, ...]:
    """Return the groups of requests that needed more retries than the environment tolerates, and
    more than chance explains.
    """
    return tuple(group for group in results.requests.erratic if _is_unsteady(group, results))


def _is_unsteady(group: str, results: RunResults) -> bool:
    erratic, asked = results.requests.erratic[group], results.requests.asked.get(group, 0)
    if _counts_connections(group, results):
        return erratic > FLAKY_FLOOR and not may_be_chance(erratic, asked, HUNG)
    if erratic <= FLAKY_FLOOR or erratic <= results.environment.budget.flaky * asked:
        return False
    return not may_be_chance(erratic, asked, min(SOUND, results.environment.budget.flaky))


def _counts_connections(group: str, results: RunResults) -> bool:
    return any(group == by_connection(origin) for origin in results.environment.origins)


def accepted_groups(results: RunResults) -> dict[str, str]:
    """Return the groups that decide nothing, with why: those that only checks with an advisory
    make, and the origins that would be steady without them.
    """
    words = {group: accepting_group(group, results) for group in results.requests.erratic}
    accepted = {group: why for group, why in words.items() if why}
    for origin in {_origin_of(group) for group in accepted} & results.requests.erratic.keys():
        parts = _parts(origin, accepted)
        if not _is_unsteady_without(parts, origin, results):
            accepted[origin] = accepted[parts[0]]
    return accepted


def _parts(origin: str, groups: Iterable[str]) -> list[str]:
    """Return those of ``groups`` that count a part of an origin's requests."""
    others = {origin, by_connection(origin)}
    return [group for group in groups if _origin_of(group) == origin and group not in others]


def _is_unsteady_without(parts: Sequence[str], origin: str, results: RunResults) -> bool:
    """Return whether an origin is unsteady, also without ``parts`` of its requests."""
    asked, erratic = (
        Counter({origin: counts[origin] - sum(counts[part] for part in parts)})
        for counts in (results.requests.asked, results.requests.erratic)
    )
    others = replace(results.requests, asked=asked, erratic=erratic)
    return _is_unsteady(origin, replace(results, requests=others))


def _reason(group: str, results: RunResults, exchanges: Iterable[Mapping[str, Any]]) -> str:
    """Return in a line how many retries a group of requests needed, and after what. ``exchanges``
    are those that were retried.
    """
    if _counts_connections(group, results):
        origin = group.partition(" ")[0]
        return (
            f"unsteady: {_share(group, results)} connections to {origin} were accepted and never "
            "answered, as by one of several backends that hangs"
        )
    return (
        f"unsteady: {_count(group, results)} needed a retry{_trouble(exchanges)}; "
        f"[budget] flaky allows {results.environment.budget.flaky:.0%}"
    )


def _share(group: str, results: RunResults) -> str:
    return f"{results.requests.erratic[group]} of {results.requests.asked.get(group, 0)}"


def _count(group: str, results: RunResults) -> str:
    """Return how many of which requests needed a retry."""
    origin, _, path = template_of(group).partition(":")
    place = path or results.environment.origins.get(_origin_of(origin), origin)
    asked = f"for what {place} needs" if is_resource_group(group) else f"to {place}"
    return f"{_share(group, results)} requests {asked}"


def _trouble(exchanges: Iterable[Mapping[str, Any]]) -> str:
    """Return what most attempts before a retry ended in, in brackets; empty if nobody knows."""
    failed = (attempt for exchange in exchanges for attempt in exchange["attempts"][:-1])
    ends = Counter(attempt["error"] or str(attempt["status"]) for attempt in failed)
    if not ends:
        return ""
    most = "mostly " if len(ends) > 1 else ""
    return f" ({most}{ends.most_common(1)[0][0]})"


def unsteady_key(group: str) -> str:
    """Return what identifies an unsteady group of requests in another run."""
    return f"{_KEY}{group}"


def is_known(group: str, baseline: Iterable[str]) -> bool:
    """Return whether a group was unsteady in the baseline, too.

    A whole origin and its declarations stand for each other: where retries come by chance, so does
    which of them are too many.
    """
    group = redact(group)  # as it is in the baseline
    known = {key.removeprefix(_KEY) for key in baseline if key.startswith(_KEY)}
    return not known.isdisjoint({group, _origin_of(group)}) or group in map(_origin_of, known)


def _origin_of(group: str) -> str:
    return re.split("[: ]", group)[0]


def unsteady_causes(
    groups: Iterable[str],
    results: RunResults,
    *,
    state: str = "failed",
    accepted: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Cause]:
    """Yield a cause for each group of requests; only one for an origin and a declaration with the
    same requests, and for an origin that is unsteady as a whole: which of its declarations are is
    chance then. ``accepted`` says why a group decides nothing.
    """
    groups = list(groups)
    counted = set()
    wholes = {origin: _parts(origin, groups) for origin in _wholes(groups, results)}
    told = {part for parts in wholes.values() for part in parts}
    for group in sorted(groups, key=lambda group: ":" not in group):  # declarations tell more
        if group in told:
            continue
        origin = _origin_of(group)
        same = (origin, results.requests.erratic[group], results.requests.asked.get(group))
        if same not in counted:
            counted.add(same)
            exchanges = _retried(group, results.environment.origins.get(origin, ""), results)
            yield Cause(
                state=state,
                sentence=_reason(group, results, exchanges),
                kind=UNSTEADY,
                key=redact(unsteady_key(group)),
                problems=tuple(_count(part, results) for part in wholes.get(group, ())),
                exchanges=tuple(exchanges[:1]),
                urls=tuple(dict.fromkeys(exchange["url"] for exchange in exchanges)),
                accepted=tuple(filter(None, [accepted.get(group)])),
            )


def _wholes(groups: Collection[str], results: RunResults) -> list[str]:
    """Return the origins that are unsteady also without their unsteady declarations."""
    return [
        origin
        for origin in results.environment.origins
        if origin in groups and _is_unsteady_without(_parts(origin, groups), origin, results)
    ]


def with_unsteady(
    causes: Sequence[Cause], groups: Collection[str], results: RunResults
) -> Iterator[Cause]:
    """Yield the causes of failures and of unsteady ``groups``. An origin that is unsteady as a
    whole comes first, with the URLs that were gateway errors to the last: which ones is chance.
    """
    unsteady = list(unsteady_causes(groups, results))
    release = results.release
    explains = not (release.changed or release.mixed or results.network_trouble)
    keys = {redact(unsteady_key(origin)): origin for origin in _wholes(groups, results) if explains}
    left = list(causes)
    for cause in [cause for cause in unsteady if cause.key in keys]:
        url = f"{results.environment.origins[keys[cause.key]]}/"
        errors = [error for error in left if _is_gateway_error(error, url)]
        left = [error for error in left if error not in errors]
        problems = (*(error.sentence for error in errors), *cause.problems)
        claims = tuple(claim for error in errors for claim in error.claims)
        urls = (*cause.urls, *(url for error in errors for url in error.urls))
        yield replace(cause, problems=problems, claims=claims, urls=tuple(dict.fromkeys(urls)))
    yield from left
    yield from (cause for cause in unsteady if cause.key not in keys)


def _is_gateway_error(cause: Cause, origin_url: str) -> bool:
    exchange = next(iter(cause.exchanges), {})
    is_error = cause.kind == "status" and exchange.get("status") in GATEWAY_ERRORS
    return is_error and exchange["url"].startswith(origin_url)


def _retried(group: str, origin_url: str, results: RunResults) -> list[Mapping[str, Any]]:
    """Return the exchanges of a group that needed a retry."""
    path = template_of(group).partition(":")[2]
    return [
        exchange
        for exchange in results.requests.retried
        if exchange["url"].startswith(f"{origin_url}/") and _is_made_from(path, exchange)
    ]


def _is_made_from(template: str, exchange: Mapping[str, Any]) -> bool:
    """Return whether a declaration's path, with its fields filled in, is the exchange's."""
    if not template:
        return True
    parts = re.split(r"\{[^}]*\}", template.partition("?")[0])
    path = urlsplit(exchange["url"]).path
    return re.fullmatch(".*".join(map(re.escape, parts)), path) is not None
