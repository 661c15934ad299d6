"""Say in a few words why there is no usable answer."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from ..fetch import AttemptError

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


def error_words(error: str, phase: str) -> str:
    """Return why there is no usable answer, in words, with the phase that the attempt was in."""
    words = {**NO_ANSWER, **BROKEN_ANSWER}[AttemptError(error)]
    return f"{words} ({phase})" if phase else words


def origin_url(url: str) -> str:
    """Return the beginning of ``url``, up to its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
