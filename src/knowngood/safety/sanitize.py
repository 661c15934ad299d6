"""Make text from a deployment safe to print.

A body or header may have anything in it: escape sequences that rewrite the terminal, line ends that
forge a line of the report, megabytes. All that is printed or written goes through here.
"""

from __future__ import annotations

import re
from typing import Final

from .redaction import redact
from .wording import and_more

_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)

_WIDEST: Final = 1000  # characters of an indented line


def one_line(text: str, limit: int = 200) -> str:
    """Return ``text`` as one line of at most ``limit`` characters.

    Secrets are redacted before the cut. Control and direction characters are escaped.
    """
    cut = redact(text)[: limit + 1]
    safe = _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", cut)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def first_lines(text: str, count: int = 12, width: int = 160) -> list[str]:
    """Return the first ``count`` lines of ``text`` that are not empty, each safe to print, and how
    many more there are.
    """
    all_lines = [line for line in redact(text)[: 64 * 1024].split("\n") if line.strip()]
    first = [one_line(line, width) for line in all_lines[:count]]
    return [*first, *and_more(len(all_lines) - len(first))]


def indented_lines(text: str) -> str:
    """Return all lines of ``text``, each safe to print and indented by four spaces."""
    return "".join(f"    {one_line(line, _WIDEST)}\n" for line in text.splitlines())


def encodable(text: str) -> str:
    """Return ``text`` with lone surrogates escaped: no file and no pipe to a worker takes them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
