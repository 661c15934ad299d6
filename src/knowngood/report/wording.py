"""Word an attempt, an exchange and a check alike in all reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from ..safety import plural

_DAY: Final = 86400

_EXPIRES_SOON: Final = 14 * _DAY
"""Seconds before its end in which a certificate is a warning. Let's Encrypt renews 30 days before
the end; less than half of that is late."""

_ATTEMPTS: Final = 4  # attempts that a line names


def attempt_words(attempt: Mapping[str, Any]) -> str:
    """Return an attempt in a few words: ``timeout (connect) after 5.00 s``."""
    return f"{_result(attempt)} after {attempt['seconds']:.2f} s"


def attempts_words(attempts: Sequence[Mapping[str, Any]]) -> str:
    """Return what the attempts ended in: the first ones, how many more, and the last."""
    words = list(map(attempt_words, attempts))
    hidden = len(words) - _ATTEMPTS
    more = [f"{hidden} more"] if hidden > 0 else []
    return " → ".join([*words[: _ATTEMPTS - 1], *more, *words[_ATTEMPTS - 1 :][-1:]])


def got_words(exchange: Mapping[str, Any]) -> str:
    """Return an exchange in words, with the number of attempts if there were several: ``404 Not
    Found, text/html, 5 bytes from 192.0.2.1 in 0.25 s``.
    """
    attempts = exchange["attempts"]
    effort = f"in {exchange['seconds']:.2f} s"
    if len(attempts) > 1:
        effort += f", {len(attempts)} attempts"
    if "status" not in exchange:
        late = attempts[-1]["error"] == "timeout"
        setting = "; an attempt has a third of probe in [budget]" if late else ""
        return f"no usable answer: {_result(attempts[-1])} {effort}{setting}"
    target = f" → {exchange['location']}" if exchange.get("location") else ""
    return (
        f"{_status_words(exchange['status'])}{target}, {exchange['media_type'] or 'no media type'}"
        f", {plural(exchange['bytes'], 'byte')} from {exchange['address'] or 'unknown'} {effort}"
    )


def _result(attempt: Mapping[str, Any]) -> str:
    """Return what an attempt ended in: its error and how far it got, or its status."""
    phase = f" ({attempt['phase']})" if attempt["phase"] else ""
    return f"{attempt['error'] or _status_words(attempt['status'])}{phase}"


def _status_words(status: int) -> str:
    """Return a status with its name, ``404 Not Found``, or the number if it has no name."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def certificate_warnings(ends: Iterable[tuple[str, float]], now: float) -> Iterator[str]:
    """Yield a warning for each certificate that ends soon. ``ends`` are origins, and when the
    certificate of each ends; all times are in seconds since the epoch.
    """
    for origin, end in ends:
        if end - now < _EXPIRES_SOON:
            days = (end - now) / _DAY
            yield f"the certificate of {origin} expires in {days:.1f} days"


UNSTEADY: Final = " (unsteady: too many retries)"
"""What follows the claim of a check that is unsteady."""


def result_word(bad: int, advisory: int, *, unsteady: bool) -> str:
    """Return ``FAIL``, ``warn`` or ``ok`` for a check, by its bad cases and how many of them an
    advisory accepts.
    """
    if bad > advisory or unsteady:
        return "FAIL"
    return "warn" if advisory else "ok"
