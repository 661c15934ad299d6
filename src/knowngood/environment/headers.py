"""Compare the headers of an answer with what the environment expects."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

_SINGLE: Final = {"access-control-allow-credentials", "access-control-allow-origin"}
"""Headers that browsers take only if they are sent once, however alike the values are."""


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """What one response header must be for some URLs.

    Attributes:
        kind: the name of the table below [headers], for messages.
        paths: matches the whole path of the URLs that the rule is for.
        header: the name of the header, in lower case.
        expected: a pattern for its whole value; or the seconds that browsers may keep an answer; or
            None if the header must not be sent.
    """

    kind: str
    paths: re.Pattern[str]
    header: str
    expected: re.Pattern[str] | int | None

    def problem(self, headers: Any) -> str | None:
        """Return what is wrong with the header in ``headers`` (``httpx.Headers``); None if nothing
        is. A value that is sent twice, as by a server and a proxy, counts once, but for what
        browsers then refuse.
        """
        values = headers.get_list(self.header)
        value = ", ".join(values if self.header in _SINGLE else dict.fromkeys(values))
        if self.expected is None:
            return f'{self.header}: expected none, found "{value}"' if values else None
        by_expires = isinstance(self.expected, int) and "expires" in headers
        if not values and not by_expires:
            return f"{self.header}: not sent; [headers.{self.kind}] expects {self._expected_words}"
        if isinstance(self.expected, int):
            return self._lifetime_problem(value, headers, self.expected)
        if not self.expected.fullmatch(value):
            return f'{self.header}: expected /{self.expected.pattern}/, found "{value}"'
        return None

    @property
    def _expected_words(self) -> str:
        """The expected value, in words."""
        if isinstance(self.expected, int):
            return f"a max-age of at most {self.expected} s"
        return f"/{self.expected.pattern}/" if self.expected is not None else "none"

    def _lifetime_problem(self, value: str, headers: Any, most: int) -> str | None:
        """Return why browsers may keep an answer for too long by its Cache-Control ``value``, or by
        Expires; None if they may not. ``no-store`` and ``no-cache`` are always short enough
        (RFC 9111, 5.2.2).
        """
        directives = {part.strip().lower() for part in value.split(",")}
        if directives & {"no-store", "no-cache"}:
            return None
        ages = _ages("max-age", value) or _ages("s-maxage", value)
        if not ages and "expires" in headers:
            age = _until_expired(headers)
            expires = f'found "{headers["expires"]}", {age:.0f} s from its Date'
            return f"expires: expected at most {most} s, {expires}" if age > most else None
        if not ages:
            return f'{self.header}: expected a max-age of at most {most} s, found "{value}"'
        if max(ages) > most:
            return f'{self.header}: expected at most {most} s, found "{value}"'
        return None


def _ages(directive: str, value: str) -> list[int]:
    """Return the seconds of a directive; behind a semicolon browsers read none."""
    pattern = rf"(?:\A|,)\s*{directive}\s*=\s*\"?(\d+)"
    return [int(age) for age in re.findall(pattern, value, re.I)]


def _until_expired(headers: Any) -> float:
    """Return the seconds that an answer may be kept by its Expires (RFC 9111, 4.2.1); 0 for a value
    that is no date, such as ``0`` (5.3).
    """
    expires, date = (_seconds(headers.get(name, "")) for name in ("expires", "date"))
    return 0.0 if expires is None else expires - (time.time() if date is None else date)


def _seconds(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
