"""Keep secrets out of what this process writes.

:func:`hide_secrets` sets the secrets of this process. From then on a :class:`.Redactor` removes
them from stdout and stderr; :func:`redact` and :func:`redact_data` do so for other texts and data.
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
    """Hide also the values of these environment variables in all that this process prints.

    This cannot be undone, since exit handlers print, too.
    """
    by_value = {value: variable for variable, value in variables.items()}
    _Process.variables = {**by_value, **_Process.variables}
    hidden = _Process.redactor.values
    secrets = hidden.union(by_value)
    if secrets != hidden:
        _Process.redactor = Redactor(secrets)
        for stream in (sys.stdout, sys.stderr):
            redact_stream(stream)


def redact(text: str) -> str:
    """Return ``text`` without the secrets of this process."""
    return _Process.redactor(text)


def redacted_beginning(data: bytes, most: int) -> bytes:
    """Return the first ``most`` bytes of ``data`` without the secrets of this process. Leave out an
    end that may be the beginning of a secret.
    """
    stream = _Process.redactor.stream()
    beginning = stream.feed(data[:most])
    return beginning if len(data) > most else beginning + stream.flush()


def redact_data(value: _T) -> _T:
    """Return plain data without the secrets of this process; see :meth:`.Redactor.deep`."""
    redacted: _T = _Process.redactor.deep(value)
    return redacted


def split_at_secrets(text: str) -> Iterator[tuple[str, str]]:
    """Yield each piece of ``text`` that is before a secret, with the variable of that secret.

    A secret in another form than its plain value is masked, as a part of its piece. The last piece
    has no variable.
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

    Change its ``write`` in place: pytest's capture and terminal refer to the object.
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
