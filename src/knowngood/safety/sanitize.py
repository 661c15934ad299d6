"""Words of a stranger, made safe to print.

A body or a header may hold anything: escape sequences that rewrite the terminal, line ends that
forge a line of the report, a megabyte of nothing. What leaves the process goes through here.
"""

from __future__ import annotations

import re
from typing import Final

from .redact import redact

_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)


def one_line(text: str, limit: int = 200) -> str:
    """One line of ``text``, control and direction characters escaped, at most ``limit`` long.
    What the process hides is replaced before anything is cut off.
    """
    cut = redact(text)[: limit + 1]
    safe = _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", cut)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def first_lines(text: str, count: int = 12, width: int = 160) -> list[str]:
    """The first ``count`` lines of ``text``, each made plain, with a word on what is left out."""
    all_lines = [line for line in redact(text)[: 64 * 1024].split("\n") if line.strip()]
    shown = [one_line(line, width) for line in all_lines[:count]]
    left = len(all_lines) - len(shown)
    return [*shown, f"… {left} more lines"] if left else shown


def encodable(text: str) -> str:
    """``text`` with lone surrogates escaped: no file holds them, and no worker can send them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def indented_lines(text: str, width: int = 1000) -> str:
    """Every line of ``text`` made plain, and behind four spaces."""
    return "".join(f"    {one_line(line, width)}\n" for line in text.splitlines())
