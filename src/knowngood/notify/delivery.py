"""Send an event to all entries of ``[[notify]]`` that want it."""

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
    """The result of sending an event.

    Attributes:
        delivered: how many entries of ``[[notify]]`` took it.
        troubles: a sentence about each entry that did not, without secrets.
    """

    delivered: int = 0
    troubles: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data, as in a verdict document."""
        return {"delivered": self.delivered, "troubles": list(self.troubles)}


def tell(environment: Environment, event: Event) -> Delivery:
    """Send ``event``, without secrets, to every entry of ``[[notify]]`` that wants its kind.

    Blocks for at most half a minute. Never raises, since trouble with a message changes no verdict.
    """
    redact = Redactor(environment.secrets.values())
    event = replace(event, title=redact(event.title), body=tuple(map(redact, event.body)))
    entries = {
        number: entry for number, entry in enumerate(environment.notify) if event.kind in entry.on
    }
    results = send_all(
        [partial(send, address_of(environment, entry), event) for entry in entries.values()]
    )
    troubles = tuple(
        f"notify.{number} (secrets.{entry.secret}) was not told: {result}"
        for (number, entry), result in zip(entries.items(), results, strict=True)
        if result
    )
    return Delivery(len(entries) - len(troubles), troubles)
