"""Send an event to all entries of ``[[notify]]`` that want it; ping a dead-man's switch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from tenacity import (
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
)

from ..environment import Environment
from ..safety import Redactor
from .event import Event
from .service import address_of, send

_SECONDS: Final = 5.0  # of each step of a ping: connect, send, receive
ATTEMPTS: Final = 3
SECONDS: Final = 25.0
"""Most seconds of all attempts together."""

_SLOW: Final = 15.0
"""Seconds after which nothing is sent again: a message that takes so long may have arrived."""

_WAIT: Final = wait_exponential_jitter(initial=1, max=5, jitter=1)

Send = Callable[[], str]
"""Sends something once, and returns why it did not arrive; empty if it did."""


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


def send_all(sends: Sequence[Send], seconds: float = SECONDS) -> list[str]:
    """Call all ``sends`` at the same time, each again while it fails, and return their last
    results.

    Do not wait longer than ``seconds``: a server may answer one byte a second for ever. Threads
    that still run do not keep the process alive.
    """
    results = [f"no answer within {seconds:g} s"] * len(sends)

    def run(number: int) -> None:
        results[number] = _retried(sends[number])

    threads = [
        threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(sends))
    ]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(results)


def _retried(send: Send) -> str:
    """Call ``send`` until it returns no trouble, at most ``ATTEMPTS`` times. Never raises."""
    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(_SLOW),
        wait=_WAIT,
        retry=retry_if_result(bool),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else "",
    )
    try:
        return str(retrying(send))
    except Exception as error:  # noqa: BLE001 - whatever a service's library raises
        return type(error).__name__  # without its message, which may have the address
