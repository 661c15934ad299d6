"""Certificates of an authority of our own, sound ones and each kind of bad one.

trustme, and the cryptography package under it, are imported only if a fault asks for TLS.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fhr_standin.errors import UsageError
from fhr_standin.faults.model import Certificate

if TYPE_CHECKING:
    import trustme
    from cryptography import x509

Pems = tuple[list[bytes], bytes]
"""A chain, the leaf first, and the leaf's private key, each in PEM."""

_NEVER = "fhr.invalid"  # RFC 6761: no host has this name
_DAY = timedelta(days=1)
_SOON = 3  # days; what is renewed by hand is renewed weeks before


class Authority:
    """Issues certificates for some hosts, as files in a folder; `ca` is the file to trust."""

    def __init__(self, folder: Path, hosts: tuple[str, ...]) -> None:
        """Make the authority. Raises UsageError if trustme is not installed."""
        try:
            import trustme
        except ImportError:
            raise UsageError(
                "--fault: this one needs certificates, and trustme, which makes them, is not"
                " installed; install it, or knowngood[standin], which brings it"
            ) from None
        self._folder = folder
        self._hosts = hosts
        self._ca = trustme.CA()
        self.ca = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.ca)

    def issue(self, kind: Certificate) -> tuple[Path, Path]:
        """Return the files of a certificate's chain and key, made by what `kind` says."""
        chain, key = MAKERS[kind](self._ca, self._hosts)
        name = kind.replace(" ", "-")
        files = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        files[0].write_bytes(b"".join(chain))
        files[1].write_bytes(key)
        return files


def _pems(leaf: "trustme.LeafCert") -> Pems:
    return [pem.bytes() for pem in leaf.cert_chain_pems], leaf.private_key_pem.bytes()


def _sound(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    return _pems(ca.issue_cert(*hosts))


def _until(days: int) -> Callable[["trustme.CA", tuple[str, ...]], Pems]:
    def make(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
        return _pems(ca.issue_cert(*hosts, not_after=datetime.now(UTC) + days * _DAY))

    return make


def _from_tomorrow(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    return _pems(ca.issue_cert(*hosts, not_before=datetime.now(UTC) + _DAY))


def _wrong_host(ca: "trustme.CA", _hosts: tuple[str, ...]) -> Pems:
    return _pems(ca.issue_cert(_NEVER))


def _untrusted(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    return _pems(type(ca)().issue_cert(*hosts))


def _incomplete(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    chain, key = _pems(ca.create_child_ca().issue_cert(*hosts))
    return chain[:1], key


def _self_signed(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    """Sign the leaf of a sound certificate again, by its own key and in its own name."""
    from cryptography import x509

    chain, pem = _sound(ca, hosts)
    leaf = x509.load_pem_x509_certificate(chain[0])
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [_signed_again(leaf, leaf.subject, [names], pem)], pem


def _without_names(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    """Leave the name to the subject alone, where browsers do not look for it any more."""
    from cryptography import x509

    chain, key = _pems(ca.issue_cert(*hosts, common_name=hosts[0]))
    leaf = x509.load_pem_x509_certificate(chain[0])
    others = [extension.value for extension in leaf.extensions]
    others = [value for value in others if not isinstance(value, x509.SubjectAlternativeName)]
    return [_signed_again(leaf, leaf.issuer, others, ca.private_key_pem.bytes())], key


def _of_an_authority(ca: "trustme.CA", hosts: tuple[str, ...]) -> Pems:
    """Give the server the rights of an authority, as short instructions for OpenSSL do."""
    from cryptography import x509

    chain, key = _sound(ca, hosts)
    leaf = x509.load_pem_x509_certificate(chain[0])
    rights = x509.BasicConstraints(ca=True, path_length=None)
    values = [
        rights if isinstance(extension.value, x509.BasicConstraints) else extension.value
        for extension in leaf.extensions
    ]
    return [_signed_again(leaf, leaf.issuer, values, ca.private_key_pem.bytes())], key


def _signed_again(
    leaf: "x509.Certificate",
    issuer: "x509.Name",
    extensions: Iterable["x509.ExtensionType"],
    pem: bytes,
) -> bytes:
    """Return `leaf` with these extensions in place of its own, signed by the key `pem`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    key = load_pem_private_key(pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    builder = x509.CertificateBuilder(issuer_name=issuer, subject_name=leaf.subject)
    builder = builder.public_key(leaf.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(leaf.not_valid_before_utc)
    builder = builder.not_valid_after(leaf.not_valid_after_utc)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


MAKERS: dict[Certificate, Callable[["trustme.CA", tuple[str, ...]], Pems]] = {
    "sound": _sound,
    "expired": _until(-1),
    "expires soon": _until(_SOON),
    "not yet valid": _from_tomorrow,
    "wrong host": _wrong_host,
    "untrusted": _untrusted,
    "incomplete": _incomplete,
    "self-signed": _self_signed,
    "without names": _without_names,
    "of an authority": _of_an_authority,
}
