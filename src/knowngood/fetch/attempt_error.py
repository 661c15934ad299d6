"""Why an attempt brought no usable answer, what follows from it, and what excuses it."""

from __future__ import annotations

from enum import Flag, StrEnum, auto
from typing import Final


class AttemptError(StrEnum):
    """Why an attempt brought no usable answer."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    PROTOCOL = "protocol"
    ENCODING = "encoding"
    REDIRECT = "redirect"
    GUARD = "guard"
    RUNNER = "runner"
    BUDGET = "budget"


class Excuse(Flag):
    """What may explain a failed attempt other than a fault of the origin."""

    NONE = 0
    STALE = auto()
    """The server had closed the kept connection, or refused the request on it. That is no fault;
    the request is repeated at once (RFC 9112, 9.3.1; RFC 9113, 8.7)."""
    SETTLING = auto()
    """It is a gateway's error while the deployment may be settling."""
    CROWDED = auto()
    """It was refused while other requests were under way."""
    STARVED = auto()
    """No worker of the server took its connection, among many."""


RETRIED_ERRORS: Final = frozenset(
    {
        AttemptError.DNS,
        AttemptError.REFUSED,
        AttemptError.UNREACHABLE,
        AttemptError.RESET,
        AttemptError.TIMEOUT,
        AttemptError.TRUNCATED,
    }
)
"""Errors that may pass by themselves. A certificate, a bomb or a login page will not."""

GATEWAY_ERRORS: Final = frozenset({502, 503, 504, 520, 521, 522, 523, 524})
"""Those that a load balancer answers while it swaps its targets. From 520 on they are Cloudflare's
(developers.cloudflare.com, "Cloudflare 5xx errors"); 525 and 526 are faults of a certificate."""

NOT_NOW: Final = frozenset({408, 421, 429, 503})
"""Statuses by which a server says that it did nothing (RFC 9110, 15.5.9 and 15.5.20; RFC 6585, 4).
The other errors of a gateway leave open whether the request was carried out behind it."""

RETRIED_STATUSES: Final = GATEWAY_ERRORS | NOT_NOW
"""Statuses by which a server or a gateway says "not now"."""

SILENT: Final = frozenset(
    {
        AttemptError.DNS,
        AttemptError.REFUSED,
        AttemptError.UNREACHABLE,
        AttemptError.RESET,
        AttemptError.TIMEOUT,
        AttemptError.TLS,
    }
)
"""Errors without an answer that can be trusted: the deployment is out of reach, or this machine's
network is down."""

ANSWERED_WRONG: Final = frozenset(
    {
        AttemptError.TRUNCATED,
        AttemptError.TOO_LARGE,
        AttemptError.PROTOCOL,
        AttemptError.ENCODING,
        AttemptError.REDIRECT,
    }
)
"""Errors in which the deployment answered wrong: a failure by themselves."""

RUN_ERRORS: Final = frozenset({AttemptError.RUNNER, AttemptError.BUDGET})
"""Errors of the run itself: they say nothing of the origin."""

BEFORE_SENDING: Final = frozenset({"dns", "connect", "tls"})
"""The phases before a request is sent."""

NEVER_SENT: Final = frozenset(
    {
        AttemptError.GUARD,
        AttemptError.DNS,
        AttemptError.REFUSED,
        AttemptError.UNREACHABLE,
        AttemptError.TLS,
    }
)
"""Errors that end an attempt before its request is sent, so that nothing was written."""
