"""Write bytes for a shell, so that a line of a report can be pasted into one.

The bytes are quoted, so the shell runs nothing in them. The result is one line of printable ASCII,
which no terminal, file or clipboard changes. A secret becomes its variable, ``"$NAME"``, which the
shell of the reader fills in.

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
    """Return ``data``, which has no line end and no NUL, as one word of a command line."""
    pieces = list(split_at_secrets(data.decode("latin-1")))
    if len(pieces) > 1 and all(_KEPT_IN_DOUBLE_QUOTES.fullmatch(text) for text, _ in pieces):
        *before, (last, _) = pieces
        word = "".join(f"{text}${{{variable}}}" for text, variable in before) + last
        return '"' + _BRACES_AT_THE_END.sub(r"$\1", word) + '"'
    parts = (_quoted(text) + (f'"${variable}"' if variable else "") for text, variable in pieces)
    return "".join(parts) or "''"


def shell_printf(data: bytes) -> str:
    """Return a command that prints ``data``, which may be any bytes."""
    pieces = list(split_at_secrets(data.decode("latin-1")))
    text = "%s".join(_printf_format(text) for text, _ in pieces)
    return " ".join(["printf", shlex.quote(text), *(f'"${name}"' for _, name in pieces if name)])


def _quoted(text: str) -> str:
    """Return ``text`` in quotes if it needs them, with ``$(printf …)`` for bytes beyond ASCII."""
    return "".join(
        shlex.quote(run) if run.isprintable() and run.isascii() else f'"$({_printf(run)})"'
        for run in _RUNS.findall(text)
    )


def _printf(text: str) -> str:
    return f"printf {shlex.quote(_printf_format(text))}"


def _printf_format(text: str) -> str:
    """Return the format for ``printf`` to print ``text``, whose characters are bytes."""
    return _ESCAPED_BY_PRINTF.sub(
        lambda match: "\\n" if match[0] == "\n" else f"\\{ord(match[0]):03o}",
        text.replace("%", "%%"),
    )
