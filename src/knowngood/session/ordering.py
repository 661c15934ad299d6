"""Decide in which order items run, and what each of them will read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sys import intern

import pytest

from ..environment import Environment
from ..fetch import Plan, PlannedProbe
from .cases import plan
from .declarations import case_of, templates_of
from .marks import ProbeTemplate


def in_order(items: Sequence[pytest.Item], environment: Environment) -> list[pytest.Item]:
    """Return items with those of one value together, so that what they share is held briefly.

    Spread the items with a client among them: while these wait for one answer after the other, the
    answers for the others arrive. Put those last that ask for what is unpublished: a firewall that
    bans this machine for that then keeps it from nothing else.
    """
    places: dict[pytest.Item, float] = {item: _place(item, environment) for item in items}
    last = max(places.values(), default=0)
    with_client = [item for item in items if "client" in getattr(item, "fixturenames", ())]
    for number, item in enumerate(with_client):
        places[item] = number * last // len(with_client) - 0.5
    return sorted(items, key=lambda item: (_asks_for_unpublished(item), places[item]))


def _asks_for_unpublished(item: pytest.Item) -> bool:
    return any(template.unpublished for template in templates_of(item))


def _place(item: pytest.Item, environment: Environment) -> float:
    """Return the place of the item's first value in the environment's list of them."""
    name, value = next(iter(case_of(item).values.items()), ("", ""))
    known = environment.params.get(name, ())
    return known.index(value) if value in known else -1


def group_of(nodeid: str) -> str:
    """Return the group of an item. The items of a group, such as one locale, read the same answers
    and run on one worker. An item without params is its own group.
    """
    name, bracket, case = nodeid.partition("[")
    return case.rstrip("]") if bracket else name


def turns_of(nodeids: Iterable[str], workers: int) -> dict[str, int]:
    """Return the number of the worker that runs each group. They take turns, so each knows its own
    and can fetch ahead.
    """
    groups = dict.fromkeys(map(group_of, nodeids))
    return {group: number % workers for number, group in enumerate(groups)}


def own_groups(nodeids: Iterable[str], workers: int, number: int | None) -> set[str] | None:
    """Return the groups of the worker with this number; None without workers. A worker that
    replaces a lost one has a higher number and no groups of its own.
    """
    if number is None:
        return None
    return {group for group, turn in turns_of(nodeids, workers).items() if turn == number}


def plans_of(
    items: Iterable[pytest.Item], environment: Environment, run_id: str
) -> dict[str, Plan]:
    """Return what each of ``items`` will read, by node id. Those that read the same share one tuple
    of probes.
    """
    shared: dict[tuple[tuple[ProbeTemplate, ...], str], tuple[PlannedProbe, ...]] = {}
    plans = {}
    for item in items:
        case, templates = case_of(item), templates_of(item)
        key = (templates, case.id)
        if key not in shared:
            shared[key] = plan(templates, case, environment, run_id)
        plans[item.nodeid] = Plan(item.nodeid, intern(group_of(item.nodeid)), shared[key])
    return plans
