"""Ready-made claims about the certificate of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..fetch import Response


def certificate_problems(answer: Response) -> list[str]:
    """Return why browsers refuse the certificate of ``answer``, although curl takes it.

    Only an answer on a new connection has one: that of ``{release}``, and of a client's request
    with the extensions ``FRESH``.
    """
    received = answer.exchange.answer
    certificate = received.certificate if received is not None else None
    return list(certificate.refused) if certificate is not None else []
