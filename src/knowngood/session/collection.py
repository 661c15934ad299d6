"""Decide which checks apply to an environment, and note what they declare."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ..environment import Environment
from ..run_options import LEVELS
from ..verdict.run_results import CollectedChecks
from . import cases, declarations
from .declarations import origin_of, templates_of
from .marks import BadMark
from .misuse import asserts_nothing, refuse_misuse


def add_check(
    collected: CollectedChecks, item: pytest.Item, environment: Environment, level: str
) -> bool:
    """Note what a check declares; return whether it applies. Raises BadMark for one that is written
    wrongly.
    """
    refuse_misuse(item)
    name = declarations.check_name(item)
    why = _above(item, level) or _inapplicable(item, environment)
    if why:
        collected.inapplicable[name] = why
    elif name not in collected.catches:
        collected.catches[name] = declarations.catches_of(item)
    why_idle = asserts_nothing(item)
    if why_idle:
        collected.idle[name] = why_idle
    advisory = declarations.advisory_of(item)
    if advisory is not None:
        collected.advisories[name] = advisory
    return not why


def add_drawn(collected: CollectedChecks, items: Iterable[pytest.Item]) -> None:
    """Note which cases were drawn of checks that ask for a sample."""
    for item in items:
        if any(template.sample for template in templates_of(item)):
            name, case = declarations.check_name(item), declarations.case_of(item)
            collected.drawn.setdefault(name, []).append(case.id)


def _above(item: pytest.Item, level: str) -> str:
    """Return that ``item`` needs a higher level than ``level``; empty if it does not."""
    mark = item.get_closest_marker("level")
    if mark is None:
        return ""
    if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in LEVELS:
        arguments = ", ".join([*map(repr, mark.args), *mark.kwargs]) or "nothing"
        raise BadMark(f"{item.nodeid}: mark level: found {arguments}; allowed: {', '.join(LEVELS)}")
    needed: str = mark.args[0]
    if LEVELS.index(needed) <= LEVELS.index(level):
        return ""
    return f"it is a check of the level {needed}, and the run has --level={level}"


def _inapplicable(item: pytest.Item, environment: Environment) -> str:
    """Return what ``environment`` lacks, or forbids, that ``item`` needs; empty if nothing."""
    templates, mark = templates_of(item), item.get_closest_marker("origin")
    origins = [origin_of(item)] if mark is not None else []
    try:
        why = cases.lacking(templates, environment, origins)
    except BadMark as error:
        raise BadMark(f"{item.nodeid}: {error}") from None
    if mark is not None and mark.kwargs.get("writes") and not environment.writes:
        skip = item.get_closest_marker("skip")  # of a check that `init` left to be finished
        to_do = str(skip.kwargs.get("reason", "")) if skip is not None else ""
        no_writes = f"{environment.path.name} does not allow writes (writes = true)"
        return why or to_do or no_writes
    return why
