"""All that a verdict rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .outcome import Outcome
from .unreachable import SilenceEvidence

CONVERGED: Final = "knowngood::every_edge_serves_the_release"


ALIKE: Final = "knowngood::every_edge_serves_the_same"


BUILT: Final = "knowngood::every_file_is_the_one_that_was_built"
"""Claims that the engine makes itself, beside those of the checks."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict rests on.

    ``expected`` counts the items that were to run, ``passed`` those that did and held;
    ``outcomes`` are the others. ``silence`` is what tells a deployment that gives no answer from a
    runner that is cut off. ``asked`` and ``flaky`` count requests, and those that needed a retry,
    by origin and by declaration; in ``erratic`` all those that one outage hit count as one.
    ``halted`` says why no check ran, ``overdue`` that time ran out, ``changed`` that another
    release is on the air than when the run began, ``wavering`` why its release is not certain,
    ``unproven`` why the manifest proves nothing of what is served.
    ``baseline`` has the keys (:func:`key`) of failures that were there before.
    """

    environment: str
    expected: int = 0
    passed: int = 0
    outcomes: tuple[Outcome, ...] = ()
    deselected: tuple[str, ...] = ()
    narrowed: str = ""
    ran: tuple[str, ...] = ()
    require: tuple[str, ...] = ("*",)
    lost_workers: int = 0
    unreadable: tuple[str, ...] = ()
    interrupted: bool = False
    internal_error: bool = False
    silence: SilenceEvidence = field(default_factory=SilenceEvidence)
    halted: str = ""
    overdue: bool = False
    changed: str = ""
    wavering: str = ""
    unproven: str = ""
    optimized: bool = False
    baseline: frozenset[str] | None = None
    asked: Mapping[str, int] = field(default_factory=dict)
    flaky: Mapping[str, int] = field(default_factory=dict)
    erratic: Mapping[str, int] = field(default_factory=dict)
    tolerance: float = 0.2


def plural(count: int, word: str) -> str:
    """``1 case``, ``2 cases``."""
    return f"{count} {word}{'' if count == 1 else 's'}"
