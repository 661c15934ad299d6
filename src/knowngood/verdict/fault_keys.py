"""By what a fault is known again: in a baseline, in the next run, at another place.

Secrets are masked, as in a verdict file.
"""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from ..safety import redact
from .attempt_error_words import NO_ANSWER
from .outcome import EDGE_OF, Outcome
from .symptom import ABOUT_CONTENT, ID, Symptom, has_wrong_status, lasting

_PORT: Final = re.compile(r":\d+$")


def culprits(outcome: Outcome) -> tuple[str, ...]:
    """Return the URLs that a failure is about, without nonces: of its first exchange and further
    ones, or else all that it reads.
    """
    exchanges = (*outcome.exchanges[:1], *outcome.further)
    urls = [str(exchange["url"]) for exchange in exchanges] or outcome.reads
    return tuple(map(lasting, urls))


def failure_keys(outcome: Outcome) -> frozenset[str]:
    """Return keys that identify a failure in another run, one for each URL: check, case, path and
    class. A baseline that has all of them knows the failure.

    An edge counts without its port, which may be any free one.
    """
    case = [
        _PORT.sub("", value) if name.startswith(EDGE_OF) else value
        for name, value in outcome.values.items()
    ]
    paths = {ID.sub("{id}", urlsplit(url).path) for url in culprits(outcome)} or {""}
    kind = _fault_kind(outcome.kind)
    return frozenset(redact("\n".join((outcome.check, *case, path, kind))) for path in paths)


def cause_key(lead: Symptom, answered: Container[str]) -> str:
    """Return the same key for one fault in two runs: what went wrong, with which status, and where.

    A fault of content, or without a URL, has its check in it as well. How many cases and URLs it
    has is chance, and so is which requests met a silent origin.
    """
    outcome = lead.outcome
    silent = outcome.kind in NO_ANSWER and outcome.origin not in answered
    place = "" if silent else urlsplit(lead.place).path
    status = lead.trouble if lead.url and has_wrong_status(outcome) else ""
    check = "" if silent or (place and lead.trouble) else outcome.check
    parts = (_fault_kind(outcome.kind), status, check, outcome.origin, ID.sub("{id}", place))
    return sha256(redact("\n".join(parts)).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def place_keys(cause: Mapping[str, Any], *, silent: bool) -> set[Hashable]:
    """Return what identifies a cause of a verdict document at another place: its kind and where it
    is, and where a URL may have several faults, the check. ``silent`` says that nobody answered.
    """
    urls = [urlsplit(lasting(url)) for url in cause["urls"]]
    if cause["kind"] == "unsteady":
        return {("unsteady", silent, url.netloc) for url in urls}
    by_check = cause["kind"] in ABOUT_CONTENT or not urls
    check = cause["claims"][0]["check"] if by_check and cause["claims"] else ""
    kind = "silence" if silent else cause["kind"]
    paths = {f"{url.netloc}{ID.sub('{id}', url.path)}" for url in urls} or {""}
    return {(kind, check, path) for path in paths}


def _fault_kind(kind: str) -> str:
    """Return the kind of a fault in which two runs agree. All kinds of silence are one: it
    is chance whether a server that goes down refuses or resets.
    """
    return "silence" if kind in NO_ANSWER else kind
