"""Send an event to all entries of ``[[notify]]`` that want it; ping a dead-man's switch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from ..environment import Environment
from ..safety import Redactor
from .attempts import send_all
from .event import Event
from .service import address_of, send

_SECONDS: Final = 5.0  # of each step of a ping: connect, send, receive


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


def ping(environment: Environment) -> str:
    """Request the URL of ``[watch] heartbeat``, if there is one, and again while that fails.

    Return why it was not reached, without the URL, which is a secret; empty if it was, or if there
    is none. Never raises.
    """
    name = environment.watch.heartbeat
    if not name:
        return ""
    url = environment.secrets.get(name, "")
    trouble = send_all([partial(_get, url)])[0] if url else "its variable is not set"
    return f"watch.heartbeat (secrets.{name}) was not reached: {trouble}" if trouble else ""


def _get(url: str) -> str:
    import httpx

    try:
        with httpx.stream("GET", url, timeout=_SECONDS) as response:
            return "" if response.is_success else f"it answered {response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"no answer ({type(error).__name__})"
