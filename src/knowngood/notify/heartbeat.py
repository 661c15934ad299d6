"""Tell a dead-man's switch that somebody still looks."""

from __future__ import annotations

from functools import partial
from typing import Final

from .attempts import send_all

_SECONDS: Final = 5.0  # for each step of one attempt: to connect, to send, to be answered


def ping(url: str) -> str:
    """Ask for ``url`` with GET, again while it fails; return why it was not reached, empty if it
    was.

    Who knows the URL could ping it, too: the text does not hold it.
    """
    return send_all([partial(_get, url)])[0]


def _get(url: str) -> str:
    import httpx

    try:
        with httpx.stream("GET", url, timeout=_SECONDS) as response:
            return "" if response.is_success else f"it answered {response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"no answer ({type(error).__name__})"
