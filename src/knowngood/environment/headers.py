"""What an environment expects of the headers of its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """What one response header must be for some URLs.

    Attributes:
        kind: the name of the table below [headers], for messages.
        paths: matches the whole path of the URLs that the rule is for.
        header: the name of the header, in lower case.
        expected: what matches its whole value, or the largest Cache-Control lifetime in seconds,
            or None where the header must not be sent.
    """

    kind: str
    paths: re.Pattern[str]
    header: str
    expected: re.Pattern[str] | int | None

    def problem(self, values: list[str]) -> str | None:
        """Return what is wrong with a header that has these values; None where nothing is. One that
        a server and a proxy before it send alike counts once.
        """
        value = ", ".join(dict.fromkeys(values))
        if self.expected is None:
            return f'{self.header}: expected none, found "{value}"' if values else None
        if not values:
            return f"{self.header}: not sent; [headers.{self.kind}] expects {self._expected_words}"
        if isinstance(self.expected, int):
            return self._lifetime_problem(value, self.expected)
        if not self.expected.fullmatch(value):
            return f'{self.header}: expected /{self.expected.pattern}/, found "{value}"'
        return None

    @property
    def _expected_words(self) -> str:
        """What is expected, in words."""
        if isinstance(self.expected, int):
            return f"a max-age of at most {self.expected} s"
        return f"/{self.expected.pattern}/" if self.expected is not None else "none"

    def _lifetime_problem(self, value: str, most: int) -> str | None:
        """Return what is wrong with a Cache-Control of this value; None where nothing is.
        ``no-store`` and ``no-cache`` are always short enough (RFC 9111, 5.2.2).
        """
        directives = {part.strip().lower() for part in value.split(",")}
        if directives & {"no-store", "no-cache"}:
            return None
        ages = [int(age) for age in re.findall(r"(?:max-age|s-maxage)\s*=\s*\"?(\d+)", value, re.I)]
        if not ages:
            return f'{self.header}: expected a max-age of at most {most} s, found "{value}"'
        if max(ages) > most:
            return f'{self.header}: expected at most {most} s, found "{value}"'
        return None
