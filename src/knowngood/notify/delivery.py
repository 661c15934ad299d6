"""Tell an event to all who want to hear of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..environment import Environment
from ..safety import Redactor
from .attempts import send_all
from .event import Event
from .service import address_of, send


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an event.

    Attributes:
        delivered: how many entries of ``[[notify]]`` took it.
        troubles: a sentence on each entry that did not, without secrets.
    """

    delivered: int = 0
    troubles: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as a verdict document has it."""
        return {"delivered": self.delivered, "troubles": list(self.troubles)}


def tell(environment: Environment, event: Event) -> Delivery:
    """Send ``event`` to every entry of ``[[notify]]`` that wants its kind, without the
    environment's secrets.

    Blocks until all is sent, at most half a minute. Never raises: what was not delivered is
    returned, and changes no verdict.
    """
    redact = Redactor(environment.secrets.values())
    event = replace(event, title=redact(event.title), body=tuple(map(redact, event.body)))
    entries = {n: entry for n, entry in enumerate(environment.notify) if event.kind in entry.on}
    results = send_all(
        [partial(send, address_of(environment, entry), event) for entry in entries.values()]
    )
    troubles = tuple(
        f"notify.{number} (secrets.{entry.secret}) was not told: {result}"
        for (number, entry), result in zip(entries.items(), results, strict=True)
        if result
    )
    return Delivery(len(entries) - len(troubles), troubles)
