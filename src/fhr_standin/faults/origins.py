"""Faults of a whole surface: nobody listens, nobody answers, the name is not there."""

from fhr_standin.faults.model import Listens, OriginFault, Surface


def _fault(name: str, doc: str, listens: Listens = "http", host: str = "") -> OriginFault:
    surface: Surface = "submission" if name.startswith("submission") else "content"
    return OriginFault(name, "FAILED", surface, doc, listens=listens, host=host, caught_by="engine")


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
]
