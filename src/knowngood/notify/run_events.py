"""Make the events of a single run, and of a push that failed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..environment import Environment, env_option
from ..safety import and_more
from ..verdict import VerdictKind
from .event import Event, EventKind

_KINDS: Final = {
    VerdictKind.FAILED: EventKind.FAILED,
    VerdictKind.INCONCLUSIVE: EventKind.BLIND,
    VerdictKind.INTERNAL_ERROR: EventKind.BLIND,
    VerdictKind.NOTHING_CHECKED: EventKind.BLIND,
}
"""The kind of event for each verdict. The others have none: PASSED is no news, and the person who
interrupted a run knows it."""

_CAUSES: Final = 5


def event_of_verdict(environment: Environment, document: Mapping[str, Any]) -> Event | None:
    """Return the event of a run by its verdict document; None if there is no news."""
    kind = _KINDS.get(VerdictKind(document["verdict"]))
    if kind is None:
        return None
    release = document["release"]
    return Event(
        kind=kind,
        environment=environment.name,
        title=f"{environment.name} {document['verdict']}: {document['reason']}",
        moment=document["began"],
        body=tuple(_details(environment, document)),
        release=release["expected"] or release["seen"],
    )


def _details(environment: Environment, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines about a verdict document: its first causes, how to look, what to do."""
    causes = document["causes"]
    for cause in causes[:_CAUSES]:
        yield f"{cause['state']}: {cause['sentence']}"
    yield from and_more(len(causes) - _CAUSES)
    exchanges = causes[0]["exchanges"] if causes else ()
    for exchange in exchanges[:1]:
        if exchange.get("curl"):
            yield f"look: {exchange['curl']}"
    if document["verdict"] != VerdictKind.FAILED:
        yield f"run again: knowngood verify {env_option(environment.path)}"
    elif environment.deploy is not None:
        # A push may have rolled back already: a second rollback would remove the good release.
        release = document["release"]["expected"] or document["release"]["seen"]
        still = f", if {release} is still live" if release else ""
        yield f"roll back{still}: knowngood rollback {env_option(environment.path)}"


def event_of_rollback(
    environment: Environment, release: str, outcome: str, *, restored: bool
) -> Event:
    """Return the event of a push of ``release`` that failed.

    ``outcome`` is a sentence about the rollback; ``restored`` is whether it is known to have
    worked.
    """
    return Event(
        kind=EventKind.ROLLED_BACK if restored else EventKind.FAILED,
        environment=environment.name,
        title=f"the push of {release} to {environment.name} failed: {outcome}",
        moment=time.time(),
        body=(f"how it went: knowngood log {env_option(environment.path)}",),
        release=release,
    )
