"""When silence counts against a deployment. Pure.

Nobody answering may be the deployment, or the runner's own network. Silence is a failure only
where something shows that the network was fine: a control that answered at the time, or the
origin itself, which answered others while it kept silent here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..fetch import SILENT, Cause
from .outcome import Outcome

if TYPE_CHECKING:
    from ..readiness import ControlLook

SKEW: Final = 300.0
"""Seconds that this machine's clock may be off before a certificate's dates cannot be judged by
it; Kerberos tolerates as much (RFC 4120, 1.6), certificates are valid for weeks."""


@dataclass(frozen=True, slots=True)
class SilenceEvidence:
    """What is known about who answered when.

    Attributes:
        environment: the path of the environment file, for messages.
        answered_at: when each origin last answered, in seconds since the epoch.
        asked_again: for each (origin, URL) that gave no answer and was asked once more, whether
            it answered then.
        controlled: whether the environment has controls.
        looks: what the controls answered, in order.
    """

    environment: str = ""
    answered_at: Mapping[str, float] = field(default_factory=dict)
    asked_again: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    controlled: bool = False
    looks: tuple[ControlLook, ...] = ()

    @property
    def troubled(self) -> str:
        """What the controls said where they were in trouble; or nothing."""
        return next((look.trouble for look in self.looks if look.trouble), "")

    @property
    def forged(self) -> str:
        """What the controls said where somebody answered in their place; or nothing."""
        return next((look.trouble for look in self.looks if look.forged), "")


def unconfirmed(outcome: Outcome, silence: SilenceEvidence) -> str:
    """Why a failed outcome does not count against the deployment; empty when it does."""
    if silence.forged:
        return f"somebody answers in the place of others, a captive portal say: {silence.forged}"
    if outcome.kind not in SILENT:
        return ""
    if _came_back(outcome, silence):
        return (
            f"{outcome.origin} was silent and answered when asked once more: trouble that passed, "
            "of the deployment or of this machine's network"
        )
    if not silence.controlled:
        return _without_control(outcome, silence)
    return _by_control(outcome, silence)


def _came_back(outcome: Outcome, silence: SilenceEvidence) -> bool:
    """Its own URL; or any of its origin, where it was not asked once more itself: there were too
    many, or it writes.
    """
    url = str((outcome.exchange or {}).get("url", ""))
    method = str((outcome.exchange or {}).get("method", ""))
    known = silence.asked_again.get((outcome.origin, url))
    if known is not None and method in {"GET", "HEAD"}:
        return known
    return any(
        back for (origin, _), back in silence.asked_again.items() if origin == outcome.origin
    )


def _without_control(outcome: Outcome, silence: SilenceEvidence) -> str:
    if silence.answered_at.get(outcome.origin, 0.0) > outcome.began:
        return ""
    return (
        f"{outcome.origin} gave no answer at all ({outcome.kind}), and whether that is the "
        f"deployment or this machine's network cannot be told: add to {silence.environment} "
        '[[control]] with url = "…" (not the deployment\'s) and body = "…" (text that it answers)'
    )


def _by_control(outcome: Outcome, silence: SilenceEvidence) -> str:
    """Every look since the last attempt began must be fine, and there must be one."""
    since = [look for look in silence.looks if look.began >= outcome.began]
    if not since:
        return f"{outcome.origin} gave no answer ({outcome.kind}), and no control was asked since"
    for look in since:
        if look.trouble:
            return f"this machine's network is in trouble, the controls say: {look.trouble}"
    if outcome.kind != Cause.TLS:
        return ""
    if outcome.phase in {"expired", "not yet valid"} and abs(since[-1].skew) > SKEW:
        return (
            f"this machine's clock is {since[-1].skew:+.0f} s off the controls', so that dates "
            "of certificates cannot be judged; set the clock"
        )
    if not any(look.secure for look in since):
        return (
            f"{outcome.origin}: TLS failed ({outcome.phase}), and whether that is the deployment "
            "or this machine cannot be told: no [[control]] answers over https; add one to "
            f"{silence.environment}"
        )
    return ""
