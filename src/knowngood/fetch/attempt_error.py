"""Why an attempt brought no usable answer, and what follows from it."""

from __future__ import annotations

from enum import StrEnum
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

RETRIED_STATUSES: Final = frozenset({429, 502, 503, 504})
"""Statuses by which a server or a gateway says "not now" (RFC 9110, 15.6; RFC 6585, 4)."""

GATEWAY_ERRORS: Final = RETRIED_STATUSES - {429}
"""Those that a load balancer answers while it swaps its targets."""

NOT_NOW: Final = frozenset({429, 503})
"""Those of ``RETRIED_STATUSES`` by which a server says that it did nothing. A gateway's 502 and 504
leave open whether the request was carried out behind it."""

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
"""Errors in which nobody answered who can be believed: either the deployment is out of reach, or
the runner's own network is down."""

ANSWERED_WRONG: Final = frozenset(
    {
        AttemptError.TRUNCATED,
        AttemptError.TOO_LARGE,
        AttemptError.PROTOCOL,
        AttemptError.ENCODING,
        AttemptError.REDIRECT,
    }
)
"""Errors in which the deployment answered, and answered wrong: a failure by themselves."""

RUN_ERRORS: Final = frozenset({AttemptError.RUNNER, AttemptError.BUDGET})
"""Errors that lie with the run: they do not show how the origin is."""

NEVER_SENT: Final = frozenset(
    {
        AttemptError.GUARD,
        AttemptError.DNS,
        AttemptError.REFUSED,
        AttemptError.UNREACHABLE,
        AttemptError.TLS,
    }
)
"""Errors that end an attempt before its request is on the wire, so that nothing was written."""
