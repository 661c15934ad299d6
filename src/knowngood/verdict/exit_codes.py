"""What a run can end in, as a word, an exit code and an action: the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a run can end in."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    INTERNAL_ERROR = "INTERNAL ERROR"
    NOTHING_CHECKED = "NOTHING CHECKED"
    INCONCLUSIVE = "INCONCLUSIVE"


EXIT_CODES: Final = {
    Kind.PASSED: 0,
    Kind.FAILED: 1,
    Kind.INTERRUPTED: 2,
    Kind.INTERNAL_ERROR: 3,
    Kind.NOTHING_CHECKED: 5,
    Kind.INCONCLUSIVE: 75,
}
"""pytest's own codes, and sysexits' EX_TEMPFAIL (75): try again later."""

USAGE_ERROR: Final = 4
"""pytest's exit code for a mistake of the user's: nothing was begun, and there is no verdict."""

ACTIONS: Final = {Kind.PASSED: "proceed", Kind.FAILED: "roll back"}
HOLD: Final = "hold"


def advice(kind: Kind) -> str:
    """What to do, in a line."""
    if kind is Kind.INCONCLUSIVE:
        return f"{HOLD}: do not promote, do not roll back, run again"
    return ACTIONS.get(kind, HOLD)
