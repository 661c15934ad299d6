"""What a run can end in, as a word, an exit code and an action: the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class VerdictKind(StrEnum):
    """What a run can end in."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    INTERNAL_ERROR = "INTERNAL ERROR"
    NOTHING_CHECKED = "NOTHING CHECKED"
    INCONCLUSIVE = "INCONCLUSIVE"


EXIT_CODES: Final = {
    VerdictKind.PASSED: 0,
    VerdictKind.FAILED: 1,
    VerdictKind.INTERRUPTED: 2,
    VerdictKind.INTERNAL_ERROR: 3,
    VerdictKind.NOTHING_CHECKED: 5,
    VerdictKind.INCONCLUSIVE: 75,
}
"""pytest's own codes, and sysexits' EX_TEMPFAIL (75): try again later."""

KINDS: Final = {code: kind for kind, code in EXIT_CODES.items()}
"""What each exit code stands for."""

USAGE_ERROR: Final = 4
"""pytest's exit code for a mistake of the user: nothing ran, and there is no verdict."""

ACTIONS: Final = {VerdictKind.PASSED: "proceed", VerdictKind.FAILED: "roll back"}
HOLD: Final = "hold"


def advice(kind: VerdictKind, *, nothing_new: bool = False, tls: bool = False) -> str:
    """Return what to do, in one line.

    ``nothing_new`` says that only failures from before the push are left: then another run would
    say the same. ``tls`` says that TLS is all that failed: an older release has no other
    certificate.
    """
    if tls:
        return "roll back if this release changed the certificate; if not, install a valid one"
    if nothing_new:
        return f"{HOLD}: nothing new is wrong; accept them in [[advisory]] or fix them"
    if kind is VerdictKind.INCONCLUSIVE:
        return f"{HOLD}: do not promote, do not roll back, run again"
    return ACTIONS.get(kind, HOLD)
