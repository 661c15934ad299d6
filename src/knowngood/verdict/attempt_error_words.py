"""Say in a few words why there is no usable answer, and when there was one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from ..fetch import AttemptError
from ..safety import listed

NO_ANSWER: Final = {
    AttemptError.DNS: "its name does not resolve",
    AttemptError.REFUSED: "connection refused",
    AttemptError.UNREACHABLE: "no route to it",
    AttemptError.RESET: "connection reset",
    AttemptError.TLS: "TLS failed",
    AttemptError.TIMEOUT: "timeout",
}
BROKEN_ANSWER: Final = {
    AttemptError.TRUNCATED: "is cut short",
    AttemptError.TOO_LARGE: "is too large",
    AttemptError.PROTOCOL: "is answered with broken HTTP",
    AttemptError.ENCODING: "cannot be decoded",
    AttemptError.REDIRECT: "redirects wrongly",
}


_PHASES: Final = {
    "untrusted": "untrusted: its issuer is unknown, or the server sends no certificate of it",
}
"""Words for phases that alone do not say what to look at."""


def error_words(error: str, phase: str) -> str:
    """Return why there is no usable answer, in words, with the phase that the attempt was in."""
    words = {**NO_ANSWER, **BROKEN_ANSWER}[AttemptError(error)]
    return f"{words} ({_PHASES.get(phase, phase)})" if phase else words


def silence_words(error: str, phase: str, exchange: Mapping[str, Any]) -> str:
    """Return that an answer does not come, or that it begins with the status of an error, which
    says more, and does not end.
    """
    attempts = exchange.get("attempts") or [{}]
    status = int(attempts[-1].get("status") or 0)
    if status >= 400:
        return f"is {status}, and the body of the answer does not end"
    return f"gives no answer: {error_words(error, phase)}"


def origin_url(url: str) -> str:
    """Return the beginning of ``url``, up to its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def success_words(exchanges: Sequence[Mapping[str, Any]]) -> str:
    """Return that the request of the first of ``exchanges``, which failed, succeeded in others: by
    chance, or with other headers. Empty if it did not, was not sent again, or fails by now with
    those headers, too.
    """
    same = [exchange for exchange in exchanges if _request(exchange) == _request(exchanges[0])]
    alike = [e for e in same if e.get("request_headers") == same[0].get("request_headers")]
    others = [exchange for exchange in same if exchange not in alike]
    if len(alike) < 2 or _succeeded(alike[0]):
        return ""
    if any(map(_succeeded, alike)):
        successes = [exchange["status"] for exchange in same if _succeeded(exchange)]
        return f", but {successes[0]} in {len(successes)} of {len(same)} answers"
    if not others or not all(map(_succeeded, others)):
        return ""
    sent = [[tuple(header) for header in e["request_headers"]] for e in (alike[0], others[0])]
    differing = set(sent[0]) ^ set(sent[1])
    names = dict.fromkeys(pair[0] for pair in (*sent[0], *sent[1]) if pair in differing)
    return f", but {others[0]['status']} with other headers ({listed(list(names), 2)})"


def _request(exchange: Mapping[str, Any]) -> tuple[str, str]:
    return exchange["method"], exchange["url"]


def _succeeded(exchange: Mapping[str, Any]) -> bool:
    return 200 <= int(exchange.get("status", 0)) < 300
