"""Keep secrets out of what this process writes.

:func:`hide_secrets` tells this process its secrets; from then on stdout and stderr go through a
:class:`.Redactor` of them. :func:`redact` and :func:`redact_data` apply it to other texts and data.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from .redactor import MASK, Redactor

_T = TypeVar("_T")


class _Process:
    """Holds the secrets of this process.

    Attributes:
        redactor: hides them.
        variables: the environment variable that holds each, by value.
    """

    redactor = Redactor()
    variables: ClassVar[Mapping[str, str]] = {}


def hide_secrets(variables: Mapping[str, str]) -> None:
    """Hide the values of these environment variables, too, in everything that this process prints.

    This cannot be undone, since what runs last, such as an exit handler, prints as well.
    """
    by_value = {value: variable for variable, value in variables.items()}
    _Process.variables = {**by_value, **_Process.variables}
    known = _Process.redactor.values
    secrets = known.union(by_value)
    if secrets != known:
        _Process.redactor = Redactor(secrets)
        for stream in (sys.stdout, sys.stderr):
            redact_stream(stream)


def redact(text: str) -> str:
    """Return ``text`` without the secrets of this process."""
    return _Process.redactor(text)


def redacted_beginning(data: bytes, most: int) -> bytes:
    """Return the first ``most`` bytes of ``data`` without the secrets of this process, and without
    what may be the beginning of one that is cut off there.
    """
    stream = _Process.redactor.stream()
    beginning = stream.feed(data[:most])
    return beginning if len(data) > most else beginning + stream.flush()


def redact_data(value: _T) -> _T:
    """Return plain data without the secrets of this process; see :meth:`.Redactor.deep`."""
    redacted: _T = _Process.redactor.deep(value)
    return redacted


def split_at_secrets(text: str) -> Iterator[tuple[str, str]]:
    """Yield ``text`` in pieces: the text before a secret, and the variable that holds that.

    A secret in any form but its plain value is masked, and is part of a piece. The last piece has
    no variable.
    """
    piece, at = "", 0
    for start, end in _Process.redactor.spans(text) if has_secrets() else ():
        variable = _Process.variables.get(text[start:end], "")
        piece, at = piece + text[at:start] + ("" if variable else MASK), end
        if variable:
            yield piece, variable
            piece = ""
    yield piece + text[at:], ""


def has_secrets() -> bool:
    """Return whether this process has secrets to hide."""
    return bool(_Process.redactor)


def redact_stream(stream: Any) -> None:
    """Redact every later ``write`` to ``stream``, a text stream or a binary one.

    The object stays the same, since pytest's capture and its terminal already hold it.
    """
    for target in (stream, getattr(stream, "buffer", None)):
        if target is not None and not hasattr(target, "redacts"):
            target.write = _redacting(target.write)
            target.redacts = True


def _redacting(write: Callable[[Any], int]) -> Callable[[Any], int]:
    def write_redacted(data: Any) -> int:
        if isinstance(data, str):
            write(redact(data))
            return len(data)
        content = bytes(data)
        write(_Process.redactor.of_bytes(content))
        return len(content)

    return write_redacted
