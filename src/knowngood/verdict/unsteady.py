"""Find requests that needed more retries than a sound deployment explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from ..fetch import SOUND, by_connection, is_resource_group, may_be_chance, template_of
from ..safety import redact
from .advisories import accepting_group
from .causes import Cause
from .evidence import Evidence

FLAKY_FLOOR: Final = 5
"""Retried requests that any group may have: one short outage at a low concurrency explains so many.
More must be no chance (:mod:`knowngood.fetch.flakiness`)."""

HUNG: Final = 0.01
"""Share of new connections that a sound deployment accepts and leaves without an answer for an
attempt's time. A backend of five that hangs does so with a fifth."""


_KEY: Final = "unsteady\n"


def unsteady_groups(evidence: Evidence) -> tuple[str, ...]:
    """Return the groups of requests that needed more retries than the environment tolerates, and
    more than chance explains.
    """
    return tuple(group for group in evidence.erratic if _is_unsteady(group, evidence))


def _is_unsteady(group: str, evidence: Evidence) -> bool:
    erratic, asked = evidence.erratic[group], evidence.asked.get(group, 0)
    if _counts_connections(group, evidence):
        return erratic > FLAKY_FLOOR and not may_be_chance(erratic, asked, HUNG)
    if erratic <= FLAKY_FLOOR or erratic <= evidence.tolerance * asked:
        return False
    return not may_be_chance(erratic, asked, min(SOUND, evidence.tolerance))


def _counts_connections(group: str, evidence: Evidence) -> bool:
    return any(group == by_connection(origin) for origin in evidence.origins)


def accepted_groups(evidence: Evidence) -> dict[str, str]:
    """Return the groups that decide nothing, with why: those that only checks with an advisory
    make, and the origins that would be steady without them.
    """
    words = {group: accepting_group(group, evidence) for group in evidence.erratic}
    accepted = {group: why for group, why in words.items() if why}
    for origin in {_origin_of(group) for group in accepted} & evidence.erratic.keys():
        parts = [group for group in accepted if _origin_of(group) == origin]
        rest = replace(
            evidence,
            asked={origin: evidence.asked[origin] - sum(evidence.asked[p] for p in parts)},
            erratic={origin: evidence.erratic[origin] - sum(evidence.erratic[p] for p in parts)},
        )
        if not unsteady_groups(rest):
            accepted[origin] = accepted[parts[0]]
    return accepted


def unsteady_reason(group: str, evidence: Evidence) -> str:
    """Return in a line how many retries a group of requests needed."""
    share = f"{evidence.erratic[group]} of {evidence.asked.get(group, 0)}"
    if _counts_connections(group, evidence):
        origin = group.partition(" ")[0]
        return (
            f"unsteady: {share} connections to {origin} were accepted and never answered, as by "
            "one of several backends that hangs"
        )
    origin, _, path = template_of(group).partition(":")
    place = path or evidence.origins.get(_origin_of(origin), origin)
    what = f"{place} and what its pages need" if is_resource_group(group) else place
    return (
        f"unsteady: {share} requests to {what} needed a retry; [budget] flaky allows "
        f"{evidence.tolerance:.0%}"
    )


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
    evidence: Evidence,
    *,
    state: str = "failed",
    accepted: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Cause]:
    """Yield a cause for each group of requests; only one for an origin and a declaration with the
    same requests. ``accepted`` says why a group decides nothing.
    """
    counted = set()
    for group in sorted(groups, key=lambda group: ":" not in group):  # declarations tell more
        origin = _origin_of(group)
        same = (origin, evidence.erratic[group], evidence.asked.get(group))
        if same not in counted:
            counted.add(same)
            exchanges = _retried(group, evidence.origins.get(origin, ""), evidence)
            yield Cause(
                state=state,
                sentence=unsteady_reason(group, evidence),
                kind="unsteady",
                key=redact(unsteady_key(group)),
                exchanges=tuple(exchanges[:1]),
                urls=tuple(dict.fromkeys(exchange["url"] for exchange in exchanges)),
                accepted=tuple(filter(None, [accepted.get(group)])),
            )


def _retried(group: str, origin_url: str, evidence: Evidence) -> list[Mapping[str, Any]]:
    """Return the exchanges of a group that needed a retry."""
    path = template_of(group).partition(":")[2]
    return [
        exchange
        for exchange in evidence.retried
        if exchange["url"].startswith(f"{origin_url}/") and _is_made_from(path, exchange)
    ]


def _is_made_from(template: str, exchange: Mapping[str, Any]) -> bool:
    """Return whether a declaration's path, with its fields filled in, is the exchange's."""
    if not template:
        return True
    parts = re.split(r"\{[^}]*\}", template.partition("?")[0])
    path = urlsplit(exchange["url"]).path
    return re.fullmatch(".*".join(map(re.escape, parts)), path) is not None
