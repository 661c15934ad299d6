"""Send to several addresses at the same time, with retries and a limit of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from tenacity import (
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
)

ATTEMPTS: Final = 3

SECONDS: Final = 25.0
"""Most seconds of all attempts together."""

_SLOW: Final = 15.0
"""Seconds after which nothing is sent again: a message that takes so long may have arrived."""

_WAIT: Final = wait_exponential_jitter(initial=1, max=5, jitter=1)

Send = Callable[[], str]
"""Sends something once, and returns why it did not arrive; empty if it did."""


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
