"""Decide which checks apply to an environment, and note what they declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from ..environment import Environment, known_origins
from ..run_options import LEVELS
from . import cases, declarations
from .declarations import origin_of, templates_of
from .marks import BadMark
from .misuse import asserts_nothing, refuse_misuse


@dataclass(slots=True)
class CollectedChecks:
    """What a process reports of the checks that it collected, each by its name.

    Attributes:
        deselected: those that a selection left out.
        inapplicable: why a check does not apply to the environment or the level.
        catches: the faults that a check is known to catch.
        advisories: the reason and the last day of a check's own ``advisory`` mark.
        idle: why a check holds whatever is answered.
        drawn: the cases that were drawn of a check that asks for a sample.
    """

    deselected: list[str] = field(default_factory=list)
    inapplicable: dict[str, str] = field(default_factory=dict)
    catches: dict[str, list[str]] = field(default_factory=dict)
    advisories: dict[str, tuple[str, str]] = field(default_factory=dict)
    idle: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, list[str]] = field(default_factory=dict)

    def add(self, item: pytest.Item, environment: Environment, level: str) -> bool:
        """Note what a check declares; return whether it applies. Raises BadMark for one that is
        written wrongly.
        """
        refuse_misuse(item)
        name = declarations.check_name(item)
        why = why_inapplicable(item, environment, level)
        if why is not None:
            self.inapplicable[name] = why
        elif name not in self.catches:
            self.catches[name] = declarations.catches_of(item)
        why_idle = asserts_nothing(item)
        if why_idle:
            self.idle[name] = why_idle
        advisory = declarations.advisory_of(item)
        if advisory is not None:
            self.advisories[name] = (advisory.reason, advisory.until.isoformat())
        return why is None

    def add_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note the checks of items that a selection left out."""
        names = {*self.deselected, *map(declarations.check_name, items)}
        self.deselected = sorted(names)

    def add_drawn(self, items: Iterable[pytest.Item]) -> None:
        """Note which cases were drawn of checks that ask for a sample."""
        for item in items:
            if any(template.sample for template in templates_of(item)):
                name, case = declarations.check_name(item), declarations.case_of(item)
                self.drawn.setdefault(name, []).append(case.id)


def why_inapplicable(item: pytest.Item, environment: Environment, level: str) -> str | None:
    """Return why ``item`` does not apply to ``environment`` at ``level``; None if it does.

    Raises BadMark for an unknown level, and for an origin that no environment file declares.
    """
    return _above(item, level) or _inapplicable(item, environment)


def _above(item: pytest.Item, level: str) -> str | None:
    """Return that ``item`` needs a higher level than ``level``; None if it does not."""
    mark = item.get_closest_marker("level")
    if mark is None:
        return None
    if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in LEVELS:
        arguments = ", ".join([*map(repr, mark.args), *mark.kwargs]) or "nothing"
        raise BadMark(f"{item.nodeid}: mark level: found {arguments}; allowed: {', '.join(LEVELS)}")
    needed: str = mark.args[0]
    if LEVELS.index(needed) <= LEVELS.index(level):
        return None
    return f"it is a check of the level {needed}, and the run has --level={level}"


def _inapplicable(item: pytest.Item, environment: Environment) -> str | None:
    templates = templates_of(item)
    try:
        why = cases.inapplicable(templates, environment)
    except BadMark as error:
        raise BadMark(f"{item.nodeid}: {error}") from None
    origins = [template.url.partition(":")[0] for template in templates if ":" in template.url]
    mark = item.get_closest_marker("origin")
    origins += [origin_of(item)] if mark is not None else []
    for origin in origins:
        if origin not in environment.origins and "{" not in origin:
            _refuse_unknown_origin(item, origin, environment)
            return f"the environment has no origin called {origin}"
    if mark is not None and mark.kwargs.get("writes") and not environment.writes:
        return f"{environment.path.name} does not allow writes (writes = true)"
    return why


def _refuse_unknown_origin(item: pytest.Item, origin: str, environment: Environment) -> None:
    known = known_origins(environment)
    if origin not in known:
        raise BadMark(
            f"{item.nodeid}: no environment file declares an origin called {origin!r}, so the "
            f"check would run nowhere; declared are: {', '.join(sorted(known))}"
        )
