"""Groups failures that differ in nothing but the case."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .outcome import Outcome

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id that a check made: failures that are alike differ in it."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures that differ in nothing but the case.

    Attributes:
        first: the first of them.
        cases: the ids of all their cases, sorted.
    """

    first: Outcome
    cases: tuple[str, ...]


def group_failures(outcomes: Iterable[Outcome]) -> list[FailureGroup]:
    """Group outcomes of one check whose messages differ in nothing but the case's values."""
    groups: defaultdict[tuple[str, ...], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[(outcome.check, outcome.result, outcome.kind, _neutral(outcome))].append(outcome)
    return [
        FailureGroup(same[0], tuple(sorted({_case(outcome) for outcome in same})))
        for same in groups.values()
    ]


def _case(outcome: Outcome) -> str:
    """Return the values of a case, or else what pytest put in brackets."""
    named = "-".join(outcome.values.values())
    return named or outcome.nodeid.partition("[")[2].rstrip("]") or outcome.nodeid


def _neutral(outcome: Outcome) -> str:
    """Return the message and URL with the case's values replaced by their names."""
    url = str((outcome.exchange or {}).get("url", "")).partition("?")[0]
    text = _ID.sub("{id}", f"{outcome.message}\n{url}")
    for name, value in outcome.values.items():
        if value:
            text = re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", f"{{{name}}}", text)
    return text
