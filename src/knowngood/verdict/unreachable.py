"""Decide when a request without an answer counts against the deployment.

This machine's network may be at fault as well. It is the deployment only if something shows that
the network was fine: a control that answered at the time, or the origin itself, which answered
another request later.
"""

from __future__ import annotations

from typing import Final

from ..fetch import SILENT, WALL_STATUSES, AttemptError
from ..safety import duration
from .outcome import Outcome
from .run_results import RunResults

SKEW: Final = 300.0
"""Seconds that this machine's clock may be off before a certificate's dates cannot be judged by
it; Kerberos tolerates as much (RFC 4120, 1.6), certificates are valid for weeks."""


def unconfirmed(outcome: Outcome, results: RunResults) -> str:
    """Return why a failed outcome does not count against the deployment; empty when it does."""
    forged = next((look.trouble for look in results.looks if look.forged), "")
    if forged:
        return f"another host answers for the controls, such as a captive portal: {forged}"
    if outcome.kind not in SILENT:
        return _behind_a_wall(outcome, results)
    judged = bool(results.environment.control) and _is_certificate(outcome)
    if _came_back(outcome, results) and not judged:
        return (
            f"{outcome.origin} gave no answer, and answered when asked once more: trouble that "
            "passed, of the deployment or of this machine's network"
        )
    if not judged and _lacked_time(outcome, results):
        return (
            f"{outcome.origin} gave no answer ({outcome.kind}), and the run had no time to ask it "
            "once more: trouble of the deployment, or of a busy machine here"
        )
    if not results.environment.control:
        return _without_control(outcome, results)
    return _by_control(outcome, results)


def _is_certificate(outcome: Outcome) -> bool:
    """Return whether a certificate was refused. That is no loss on the way: one of several backends
    may have it, and controls show whether somebody between answers in its place.
    """
    return outcome.kind == AttemptError.TLS and outcome.phase != "handshake"


def _behind_a_wall(outcome: Outcome, results: RunResults) -> str:
    refused = outcome.exchange.get("status") in WALL_STATUSES
    release = results.environment.release
    served = release.origin if release is not None and results.release.lasts else ""
    if outcome.origin in results.requests.walled - {served}:
        extent = "turned every request away"
    elif outcome.origin in results.requests.walls and refused:
        extent = "came to turn away what it had served before"
    else:
        return ""
    return (
        f"{outcome.origin} {extent} (401, or a page with 403 or 503): a firewall, a bot challenge "
        "or a login wall before it, or the deployment itself; open it in a browser elsewhere, and "
        "let this machine pass the wall"
    )


def _came_back(outcome: Outcome, results: RunResults) -> bool:
    """Return whether the URL answered when it was asked once more.

    Any URL of its origin stands for one that was not: there were too many, or it writes.
    """
    exchange = outcome.exchange
    answered = results.requests.asked_again.get((outcome.origin, exchange.get("url", "")))
    if answered is not None and exchange["method"] in {"GET", "HEAD"}:
        return answered
    return any(_second_looks(outcome, results))


def _lacked_time(outcome: Outcome, results: RunResults) -> bool:
    """Return whether the run ended before its second look at this silence."""
    return results.overdue or results.interrupted or None in _second_looks(outcome, results)


def _second_looks(outcome: Outcome, results: RunResults) -> list[bool | None]:
    """Return for each URL of the origin that was asked once more whether it answered."""
    asked_again = results.requests.asked_again.items()
    return [answered for (origin, _), answered in asked_again if origin == outcome.origin]


def _answered_since(outcome: Outcome, results: RunResults) -> bool:
    """Return whether the origin answered another request since this one began."""
    return results.requests.answered_at.get(outcome.origin, 0.0) > outcome.began


def _without_control(outcome: Outcome, results: RunResults) -> str:
    if _answered_since(outcome, results):
        return ""
    answered = outcome.origin in results.requests.answered_at
    extent = "no answer any more" if answered else "no answer at all"
    asked = outcome.exchange.get("connect_to", "").strip(":")
    silent = f"{outcome.origin} at {asked} gave no answer"  # other edges may have given some
    if not asked:
        silent = f"{outcome.origin} gave {extent}"
    return (
        f"{silent} ({outcome.kind}); only a control could show "
        "whether the deployment or this machine's network is at fault: add [[control]] to "
        f'{results.environment.path}, with url = "…" (on another host than the deployment) and '
        'body = "…" (text of its answer)'
    )


def _by_control(outcome: Outcome, results: RunResults) -> str:
    """Return what the controls leave in doubt. They must have been asked since the last attempt
    began, and all must have been fine since.
    """
    since = [look for look in results.looks if look.began >= outcome.began]
    if not since:
        return f"{outcome.origin} gave no answer ({outcome.kind}), and no control was asked since"
    trouble = next((look.trouble for look in since if look.trouble), "")
    if trouble:
        return f"this machine's network is in trouble, the controls say: {trouble}"
    if outcome.kind != AttemptError.TLS:
        return ""
    skew = since[-1].skew
    if outcome.phase in {"expired", "not yet valid"} and abs(skew) > SKEW:
        side = "ahead of" if skew > 0 else "behind"
        return (
            f"this machine's clock is {duration(abs(skew))} {side} the controls', too much to "
            "judge the dates of certificates; set the clock"
        )
    if not any(look.secure for look in since) and not _answered_since(outcome, results):
        return (
            f"{outcome.origin}: TLS failed ({outcome.phase}); only a control over https could show "
            "whether the deployment or this machine is at fault: add [[control]] to "
            f'{results.environment.path}, with url = "https://…"'
        )
    return ""
