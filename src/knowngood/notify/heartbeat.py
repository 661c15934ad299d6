"""Ping a dead-man's switch, which gives alarm when the watch stops."""

from __future__ import annotations

from functools import partial
from typing import Final

from ..environment import Environment
from .attempts import send_all

_SECONDS: Final = 5.0  # of each step of an attempt: connect, send, receive


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
