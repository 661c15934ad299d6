"""Send messages with apprise, which supports a hundred services by their URLs.

It is an optional dependency and takes a quarter of a second to import, so import it late.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from ..environment import Environment, NotifyEntry
from ..safety import SHORTEST, Redactor, UsageError, one_line
from .event import Event, EventKind

_TYPES: Final = {
    EventKind.FAILED: "failure",
    EventKind.RECOVERED: "success",
    EventKind.BLIND: "warning",
    EventKind.ROLLED_BACK: "warning",
}
"""apprise's type for each kind of event, which services show as a colour or a symbol."""

_READ: Final = 20.0
"""Seconds to wait for an answer; apprise's default is four."""

_IMPORT: Final = threading.Lock()
"""Held by a thread while it changes the filters of warnings."""

_REASONS: ContextVar[list[str] | None] = ContextVar("reasons", default=None)


def refuse_bad_addresses(environment: Environment) -> None:
    """Raise UsageError before a run that could send no message after it: apprise is not installed,
    the file has no ``[[notify]]``, the variable of an address is not set, or apprise cannot read
    the address.
    """
    if not environment.notify:
        raise UsageError(
            f"{environment.path} has no [[notify]], which says whom to tell; add a table with "
            'url = "secret:NAME", a name of [secrets]'
        )
    apprise = _apprise()
    for number, entry in enumerate(environment.notify):
        key = f"{environment.path}: notify.{number}.url: the variable of secrets.{entry.secret}"
        url = address_of(environment, entry)
        if not url:
            raise UsageError(f"{key} is not set; set it where the run is started")
        if apprise.Apprise.instantiate(url) is None:
            raise UsageError(
                f"{key} holds no URL that apprise knows (not shown, it is a secret); see "
                "https://appriseit.com/services/"
            )


def address_of(environment: Environment, entry: NotifyEntry) -> str:
    """Return the Apprise URL of ``entry``; empty if its variable is not set."""
    return environment.secrets.get(entry.secret, "")


def send(url: str, event: Event) -> str:
    """Send ``event`` to ``url`` once; return why it did not arrive, without parts of the URL."""
    logger = logging.getLogger("apprise")
    if _HANDLER not in logger.handlers:
        logger.addHandler(_HANDLER)
    reasons: list[str] = []
    token = _REASONS.set(reasons)
    try:
        service = _apprise().Apprise()
        added = service.add(url)
        for address in service:  # a slow server may have sent the message all the same
            address.socket_read_timeout = max(address.socket_read_timeout, _READ)
        sent = added and service.notify(
            event.text, event.subject, _TYPES[event.kind], body_format="text"
        )
    finally:
        _REASONS.reset(token)
    return "" if sent else one_line(_without(url, "; ".join(reasons)) or "no reason was given")


def _without(url: str, text: str) -> str:
    """Return ``text`` without any part of ``url``: token, channel, recipient, host."""
    parts = re.split(r"[^\w.~-]+", url.partition("://")[2])
    return Redactor([url, *(part for part in parts if len(part) >= SHORTEST)])(text)


class _Reasons(logging.Handler):
    """Hands apprise's warnings, which say why a message was not sent, to :func:`send`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Add a message to the reasons of the context that logs it."""
        reasons = _REASONS.get()
        if reasons is not None:
            reasons.append(record.getMessage())


_HANDLER: Final = _Reasons(logging.WARNING)


def _apprise() -> Any:
    """Import apprise. Raises UsageError if it is not installed."""
    _import_quietly()
    try:
        import apprise
    except ImportError:
        raise UsageError(
            "[[notify]] needs the package apprise; install knowngood[notify]"
        ) from None
    return apprise


@cache
def _import_quietly() -> None:
    """Import imghdr without its deprecation warning. apprise imports it with its first message,
    which would fail if warnings are errors.
    """
    with _IMPORT, warnings.catch_warnings(), suppress(ImportError):
        warnings.simplefilter("ignore", DeprecationWarning)
        import imghdr  # noqa: F401
