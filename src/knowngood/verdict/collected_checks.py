"""Report which checks a process collected: plain data that goes from a worker to the controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from ..environment import Advisory


@dataclass(slots=True)
class CollectedChecks:
    """What is known of the checks that one process, or all of a run, collected, each by its name.

    Attributes:
        deselected: those that a selection left out.
        inapplicable: why a check does not apply to the environment or the level.
        catches: the faults that a check is known to catch.
        advisories: the advisory of a check's own mark.
        idle: why a check holds whatever is answered.
        drawn: the cases that were drawn of a check that asks for a sample.
        header_tables_read: the tables of [headers] that checks held an answer against.
    """

    deselected: set[str] = field(default_factory=set)
    inapplicable: dict[str, str] = field(default_factory=dict)
    catches: dict[str, list[str]] = field(default_factory=dict)
    advisories: dict[str, Advisory] = field(default_factory=dict)
    idle: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, list[str]] = field(default_factory=dict)
    header_tables_read: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            **asdict(self),
            "deselected": sorted(self.deselected),
            "advisories": {
                check: (advisory.reason, advisory.until.isoformat())
                for check, advisory in self.advisories.items()
            },
            "header_tables_read": sorted(self.header_tables_read),
        }

    def add_json(self, data: Mapping[str, Any]) -> None:
        """Add what :meth:`to_json` returned in a process of the run."""
        self.deselected.update(data["deselected"])
        self.inapplicable.update(data["inapplicable"])
        self.catches.update(data["catches"])
        for check, (reason, until) in data["advisories"].items():
            self.advisories[check] = Advisory(check, reason, date.fromisoformat(until))
        self.idle.update(data["idle"])
        self.drawn.update(data["drawn"])
        self.header_tables_read.update(data["header_tables_read"])
