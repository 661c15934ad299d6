"""Read a server's certificate from libcurl."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import pycurl

_TELLS_EXTENSIONS: Final = pycurl.version_info()[5].startswith(("OpenSSL", "LibreSSL"))
"""Whether libcurl lists the extensions of certificates; with other TLS libraries it does not."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate that a server showed.

    Attributes:
        expires: when it ends, in seconds since the epoch.
        refused: why browsers refuse it, although libcurl takes it; empty if they do not.
    """

    expires: float
    refused: tuple[str, ...] = ()


def certificate_of(handle: pycurl.Curl) -> Certificate | None:
    """Return the server's certificate; None without TLS and on a kept connection."""
    if not handle.getinfo(pycurl.NUM_CONNECTS):
        return None
    chain = handle.getinfo(pycurl.INFO_CERTINFO)
    fields = dict(chain[0]) if chain else {}
    if "Expire date" not in fields:
        return None
    expires = parsedate_to_datetime(fields["Expire date"]).timestamp()
    return Certificate(expires, tuple(_refused(fields)) if _TELLS_EXTENSIONS else ())


def _refused(fields: dict[str, str]) -> Iterable[str]:
    """Yield why browsers refuse a certificate that libcurl accepts.

    libcurl falls back to the subject for the name. Browsers do not: Firefox since 48, and since 101
    for private authorities, too.
    """
    names = fields.get("X509v3 Subject Alternative Name", "")
    if not any(kind in names for kind in ("DNS:", "IP Address:")):
        yield "the certificate names no host in subjectAltName; browsers read no other name"
    if "CA:TRUE" in fields.get("X509v3 Basic Constraints", ""):
        yield "the certificate is an authority's (CA:TRUE), which Firefox refuses from a server"
