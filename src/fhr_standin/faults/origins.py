"""Faults of a whole surface: nobody listens, nobody answers, the name is not there."""

from fhr_standin.faults.model import Certificate, Listens, OriginFault, Verdict

_EVERYTHING = ("/*",)
_ERRORS: dict[Listens, str] = {
    "http": "dns",  # the port is sound, the name is not
    "plain http": "tls",
    "refuses": "refused",
    "resets": "reset",
    "keeps silent": "timeout",
}


def _fault(
    name: str,
    doc: str,
    listens: Listens = "http",
    host: str = "",
    certificate: Certificate | None = None,
) -> OriginFault:
    return OriginFault(
        name,
        "FAILED",
        "submission" if name.startswith("submission") else "content",
        doc,
        listens,
        host,
        caught_by="engine",
        certificate=certificate,
        touches=_EVERYTHING,
        error=_ERRORS[listens],
    )


def _certificate(
    name: str,
    doc: str,
    kind: Certificate,
    verdict: Verdict = "FAILED",
    *,
    holds: bool = False,
) -> OriginFault:
    # Checks run as ever where the certificate holds for them: for what asks as curl does.
    return OriginFault(
        name,
        verdict,
        "submission" if name.startswith("submission") else "content",
        doc,
        caught_by="check" if holds else "engine",
        certificate=kind,
        touches=_EVERYTHING,
        status=None if holds else 200,
        error="" if holds else "tls",
    )


FAULTS = [
    _fault("content-refused", "nothing listens on the port of content", "refuses"),
    _fault("content-resets", "each connection to content is reset", "resets"),
    _fault(
        "content-silent", "content takes each connection and never answers on it", "keeps silent"
    ),
    # RFC 6761: names below `invalid` never resolve.
    _fault("content-unresolved", "the name of content does not resolve", host="fhr.invalid"),
    _fault("submission-refused", "nothing listens on the port of submission", "refuses"),
    _fault("submission-resets", "each connection to submission is reset", "resets"),
    _fault(
        "submission-silent",
        "submission takes each connection and never answers on it",
        "keeps silent",
    ),
    _fault("submission-unresolved", "the name of submission does not resolve", host="fhr.invalid"),
    _certificate("certificate-expired", "the certificate of content ended yesterday", "expired"),
    _certificate(
        "certificate-expires-soon",
        "the certificate of content ends in three days",
        "expires soon",
        "PASSED",
        holds=True,
    ),
    _certificate(
        "certificate-not-yet-valid",
        "the certificate of content begins tomorrow",
        "not yet valid",
    ),
    _certificate(
        "certificate-wrong-host", "the certificate of content is another host's", "wrong host"
    ),
    _certificate(
        "certificate-untrusted",
        "the certificate of content comes from an authority that nobody trusts",
        "untrusted",
    ),
    _certificate(
        "certificate-chain-incomplete",
        "the intermediate that issued the certificate of content is not sent",
        "incomplete",
    ),
    _certificate(
        "certificate-self-signed", "content vouches for its certificate by itself", "self-signed"
    ),
    _certificate(
        "certificate-without-names",
        "the certificate of content has its host's name as that of its subject alone",
        "without names",
        holds=True,
    ),
    _certificate(
        "submission-certificate-without-names",
        "the certificate of submission has its host's name as that of its subject alone",
        "without names",
        holds=True,
    ),
    _certificate(
        "certificate-of-an-authority",
        "the certificate of content may issue others",
        "of an authority",
        holds=True,
    ),
    _fault(
        "tls-handshake-silent",
        "content takes each connection over TLS and never answers the handshake",
        "keeps silent",
        certificate="sound",
    ),
    _fault(
        "tls-port-speaks-http",
        "content speaks plain HTTP where https is said",
        "plain http",
        certificate="sound",
    ),
]
