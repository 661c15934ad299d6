"""What browsers refuse of certificates that libcurl takes."""

from typing import Any

import pytest

from knowngood.fetch import certificate
from knowngood.fetch.certificate import certificate_of

ENDS = ("Expire date", "Jan  1 00:00:00 2030 GMT")
SUBJECT = ("Subject", "CN = fhr.example.org")
NAMES = "X509v3 Subject Alternative Name"
RIGHTS = "X509v3 Basic Constraints"


class Handle:
    """Tells a chain as pycurl does."""

    def __init__(self, *fields: tuple[str, str]) -> None:
        self._answers: dict[int, Any] = {
            certificate.pycurl.NUM_CONNECTS: 1,
            certificate.pycurl.INFO_CERTINFO: [[SUBJECT, *fields]] if fields else [],
        }

    def getinfo(self, name: int) -> Any:
        """Return what libcurl knows by this number."""
        return self._answers[name]


def refused(*fields: tuple[str, str]) -> tuple[str, ...]:
    """Why browsers refuse a certificate of these fields."""
    found = certificate_of(Handle(*fields, ENDS))  # type: ignore[arg-type]
    assert found is not None
    return found.refused


@pytest.mark.parametrize(
    "fields",
    [
        [(NAMES, "DNS:fhr.example.org")],
        [(NAMES, "DNS:*.example.org, DNS:example.org")],
        [(NAMES, "email:ops@example.org, IP Address:192.0.2.1")],
        [(NAMES, "DNS:fhr.example.org"), (RIGHTS, "CA:FALSE")],
    ],
)
def test_sound_certificates(fields: list[tuple[str, str]]) -> None:
    """Browsers take them."""
    assert refused(*fields) == ()


@pytest.mark.parametrize(
    "fields", [[], [(NAMES, "email:DNS@example.org")], [(NAMES, "URI:https://fhr.example.org")]]
)
def test_no_host_is_named(fields: list[tuple[str, str]]) -> None:
    """The subject names one; browsers do not read that."""
    assert [line.partition(";")[0] for line in refused(*fields)] == [
        "the certificate names no host in subjectAltName"
    ]


@pytest.mark.parametrize("rights", ["CA:TRUE", "CA:TRUE, pathlen:0"])
def test_an_authority(rights: str) -> None:
    """Firefox takes no certificate of an authority from a server."""
    (line,) = refused((NAMES, "DNS:fhr.example.org"), (RIGHTS, rights))
    assert "CA:TRUE" in line


def test_extensions_that_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libcurl lists none, nothing is said of them."""
    monkeypatch.setattr(certificate, "_TELLS_EXTENSIONS", False)
    assert refused() == ()


def test_no_certificate() -> None:
    """Without TLS there is none."""
    assert certificate_of(Handle()) is None  # type: ignore[arg-type]
