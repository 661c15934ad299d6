"""Faults of TLS, over real sockets: what a client that verifies says of each certificate."""

import socket
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import fhr_standin
from fhr_standin.faults import FAULTS

GET = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1:1\r\nConnection: close\r\n\r\n"
DAY = 86_400  # seconds


def handshake(url: str, ca: str, timeout: float = 10.0) -> tuple[dict[str, Any], bytes]:
    """The certificate that a URL's server shows to one who trusts `ca`, and the answer."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=ca)
    with (
        socket.create_connection((parts.hostname, parts.port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
    ):
        connection.sendall(GET % (parts.path or "/").encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return dict(connection.getpeercert() or {}), answer


# OpenSSL's own codes, as in <openssl/x509_vfy.h>.
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("certificate-not-yet-valid", 9),
        ("certificate-expired", 10),
        ("certificate-self-signed", 18),
        ("certificate-untrusted", 20),
        ("certificate-chain-incomplete", 20),
        ("certificate-wrong-host", 64),
        ("certificate-without-names", 64),
    ],
)
def test_a_bad_certificate(name: str, code: int) -> None:
    """A client that verifies refuses it for what the fault says; the control stays sound."""
    with fhr_standin.running(locales=1, faults=[name]) as standin:
        with pytest.raises(ssl.SSLCertVerificationError) as refused:
            handshake(standin.origins["content"], standin.ca)
        assert refused.value.verify_code == code
        assert_sound_control(standin)


def test_a_bad_certificate_of_submission() -> None:
    """Content has none of it."""
    with fhr_standin.running(locales=1, faults=["submission-certificate-without-names"]) as standin:
        with pytest.raises(ssl.SSLCertVerificationError) as refused:
            handshake(standin.origins["submission"], standin.ca)
        assert refused.value.verify_code == 64
        assert standin.origins["content"].startswith("http:")
        assert_sound_control(standin)


def test_a_certificate_that_ends_soon() -> None:
    """It is sound, for three days more."""
    with fhr_standin.running(locales=1, faults=["certificate-expires-soon"]) as standin:
        certificate, answer = handshake(f"{standin.origins['content']}/robots.txt", standin.ca)
        left = ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert 2 * DAY < left <= 3 * DAY
        assert_sound_control(standin)


def test_a_certificate_of_an_authority() -> None:
    """OpenSSL takes it."""
    with fhr_standin.running(locales=1, faults=["certificate-of-an-authority"]) as standin:
        certificate, answer = handshake(f"{standin.origins['content']}/robots.txt", standin.ca)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert ("IP Address", "127.0.0.1") in certificate["subjectAltName"]
        assert_sound_control(standin)


def test_a_handshake_without_an_answer() -> None:
    """The connection stands, and nothing comes."""
    with fhr_standin.running(locales=1, faults=["tls-handshake-silent"]) as standin:
        with pytest.raises(TimeoutError):
            handshake(standin.origins["content"], standin.ca, timeout=0.3)
        assert_sound_control(standin)


def test_plain_http_where_tls_is_said() -> None:
    """The answer to the handshake is none of TLS."""
    with fhr_standin.running(locales=1, faults=["tls-port-speaks-http"]) as standin:
        with pytest.raises(ssl.SSLError) as refused:
            handshake(standin.origins["content"], standin.ca)
        assert not isinstance(refused.value, ssl.SSLCertVerificationError)
        assert_sound_control(standin)


def test_a_redirect_out_of_tls() -> None:
    """Over a sound certificate each page leads to http on the same host."""
    with fhr_standin.running(locales=1, faults=["page-http-redirect"]) as standin:
        _, answer = handshake(f"{standin.origins['content']}/en-US/v4/", standin.ca)
        assert b"\r\nlocation: http://127.0.0.1:1/en-US/v4/\r\n" in answer
        assert_sound_control(standin)


def assert_sound_control(standin: fhr_standin.Standin) -> None:
    """Its second entry is over TLS and holds before the announced authority."""
    plain, secure = standin.control
    assert urlsplit(plain["url"]).scheme == "http"
    assert urlsplit(secure["url"]).scheme == "https"
    certificate, answer = handshake(secure["url"], standin.ca)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(f"\r\n\r\n{secure['body']}".encode())
    assert ssl.cert_time_to_seconds(certificate["notAfter"]) > time.time() + 30 * DAY


def test_every_fault_of_tls_is_told() -> None:
    """Each has a test above; nothing else makes certificates."""
    told = {name for name, fault in FAULTS.items() if fault.certificate}
    assert {name for name in FAULTS if name.startswith(("certificate-", "tls-"))} | {
        "page-http-redirect",
        "page-http-reference",
        "submission-certificate-without-names",
    } == told


def test_a_certificate_that_is_given_is_kept(tmp_path: Path) -> None:
    """Where a fault only needs TLS, the certificate of the command line does; no file is made."""
    with fhr_standin.running(locales=1, faults=["page-http-redirect"]) as made:
        folder = Path(made.ca).parent
        for name in ("sound.pem", "sound.key", "ca.pem"):
            (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert not folder.exists()
    given = (tmp_path / "sound.pem", tmp_path / "sound.key")
    with fhr_standin.running(locales=1, faults=["page-http-redirect"], tls=given) as standin:
        assert (standin.ca, len(standin.control)) == ("", 1)
        _, answer = handshake(f"{standin.origins['content']}/en-US/", str(tmp_path / "ca.pem"))
        assert answer.startswith(b"HTTP/1.1 301 ")
