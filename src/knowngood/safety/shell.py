"""Write bytes for a shell, so that a line of a report can be pasted into one.

Nothing in the bytes is run: what they hold is quoted. The result is printable ASCII on one line,
so that no terminal, file or clipboard changes it. A secret stands in it as the variable that holds
it, ``"$NAME"``, and is filled in by the shell of the person who pastes the line.

Any POSIX shell understands it. ``$'…'`` would be shorter, but dash does not know it.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from .redaction import split_at_secrets

_RUNS: Final = re.compile(r"[ -~]+|[^ -~]+")
_KEPT_IN_DOUBLE_QUOTES: Final = re.compile(r"[ #%-\[\]-_a-~]*")  # all but "$\`, and ! of history
_BRACES_AT_THE_END: Final = re.compile(r"[$][{](\w+)[}]$")
_ESCAPED_BY_PRINTF: Final = re.compile(r"[^ -~]|\\|^-")


def shell_word(data: bytes) -> str:
    """Return ``data``, without line ends and NUL, as one word of a command line."""
    pieces = list(split_at_secrets(data.decode("latin-1")))
    if len(pieces) > 1 and all(_KEPT_IN_DOUBLE_QUOTES.fullmatch(text) for text, _ in pieces):
        *before, (rest, _) = pieces
        word = "".join(f"{text}${{{variable}}}" for text, variable in before) + rest
        return '"' + _BRACES_AT_THE_END.sub(r"$\1", word) + '"'
    parts = (_quoted(text) + (f'"${variable}"' if variable else "") for text, variable in pieces)
    return "".join(parts) or "''"


def shell_printf(data: bytes) -> str:
    """Return a command that prints ``data``, whatever it holds."""
    pieces = list(split_at_secrets(data.decode("latin-1")))
    text = "%s".join(_printf_format(text) for text, _ in pieces)
    return " ".join(["printf", shlex.quote(text), *(f'"${name}"' for _, name in pieces if name)])


def _quoted(text: str) -> str:
    """Return ``text`` in quotes where it needs them; bytes beyond ASCII are printed into it."""
    return "".join(
        shlex.quote(run) if run.isprintable() and run.isascii() else f'"$({_printf(run)})"'
        for run in _RUNS.findall(text)
    )


def _printf(text: str) -> str:
    return f"printf {shlex.quote(_printf_format(text))}"


def _printf_format(text: str) -> str:
    """Return the format by which ``printf`` prints ``text``, one byte a character."""
    return _ESCAPED_BY_PRINTF.sub(
        lambda match: "\\n" if match[0] == "\n" else f"\\{ord(match[0]):03o}",
        text.replace("%", "%%"),
    )
