"""Quote text from outside in Markdown, so that none of it acts as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ..safety import one_line

_ACTIVE: Final = re.compile(r"[\\`*_\[\](){}<>#+!|~&:@$=]|^-|^\d+[.)](?!\S)|www\.", re.I)
"""What GitHub reads as emphasis, code, link, HTML, heading, list, mention or formula."""

_WIDEST: Final = 1000  # characters of one line
_WIDEST_CODE: Final = 4000  # more for a line of code: half a command is another command


def plain(text: str) -> str:
    """Return ``text`` as one line of Markdown without any markup."""
    line = one_line(text, _WIDEST).strip()
    return _ACTIVE.sub(lambda match: _escaped(match[0]), line)


def _escaped(active: str) -> str:
    """Escape punctuation with a backslash; write a letter or digit by its number."""
    if active.isalnum() or len(active) > 1:
        return f"&#{ord(active[0])};{active[1:]}"
    return f"\\{active}"


def code(text: str) -> str:
    """Return ``text`` as code within a line."""
    line = one_line(text, _WIDEST) or " "
    ticks = _longer_than_any(line, 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"{ticks}{line}{ticks}"


def code_block(lines: Iterable[str], language: str = "") -> str:
    """Return ``lines`` as a block of code; a line break within one does not start another."""
    text = "\n".join(one_line(line, _WIDEST_CODE) for line in lines)
    ticks = _longer_than_any(text, 3)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longer_than_any(text: str, least: int) -> str:
    """Return more backticks than ``text`` has in a row, so that none of its own ends the code."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
