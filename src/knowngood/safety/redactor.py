"""Replace secrets in texts, in every form in which they may be written.

A :class:`Redactor` searches a text with one compiled expression that holds all forms of its secrets
(:mod:`.secret_forms`). A :class:`RedactingStream` does the same for bytes that arrive in chunks.

It would not help to keep secrets from pytest: a server may send one back, and a failed comparison
then shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_letters, digits
from typing import Any, Final, TypeAlias

from .secret_forms import LONGEST_CHARACTER, forms_of

MASK: Final = "***"

SHORTEST: Final = 4
"""Characters that a secret must have; shorter ones stand in many words by chance."""

_SHORTEST_PART: Final = 8
"""Characters from which the part of a secret in front of a semicolon is hidden, too: a media type
is cut there."""

_ELLIPSIS: Final = re.compile(r"\.{3,}|…|\xe2\x80\xa6")
_OF_ELLIPSIS: Final = ".…\xe2\x80\xa6"
_OF_FORMS: Final = ascii_letters + digits + "+/-_%&#;\\'\""  # beside a secret's own characters

Spans: TypeAlias = list[tuple[int, int]]


class Redactor:
    """Replaces some secrets in texts. Values shorter than ``SHORTEST`` are left out.

    Attributes:
        values: the secrets; without any, texts come back as they are.

    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = frozenset(value for value in values if len(value) >= SHORTEST)
        parts = {value.partition(";")[0] for value in self.values}
        hidden = self.values.union(part for part in parts if len(part) >= _SHORTEST_PART)
        longest_first = sorted(hidden, key=len, reverse=True)
        forms = "|".join(form for value in longest_first for form in forms_of(value))
        self._forms = re.compile(f"(?=({forms}))")  # looked ahead for, since secrets may overlap
        self._quoted = {quoted for value in self.values for quoted in _quoted(value)}
        self._characters = "".join(self.values) + _OF_FORMS
        self._longest = LONGEST_CHARACTER * max(map(len, self.values), default=0)

    def __bool__(self) -> bool:
        return bool(self.values)

    def __call__(self, text: str) -> str:
        """Return ``text`` without the secrets."""
        return _masked(text, self.spans(text)) if self.values else text

    def of_bytes(self, data: bytes) -> bytes:
        """Return ``data`` without the secrets, whatever else it holds."""
        return self(data.decode("latin-1")).encode("latin-1") if self.values else data

    def deep(self, value: Any) -> Any:
        """Return lists, tuples and dicts without the secrets in any text of theirs, keys too."""
        kind = type(value)
        if not self.values:
            return value
        if kind is str:
            return self(value)
        if kind is bytes:
            return self.of_bytes(value)
        if kind in (list, tuple):
            return kind(map(self.deep, value))
        if kind is dict:
            return {self.deep(key): self.deep(member) for key, member in value.items()}
        return value

    def spans(self, text: str) -> Spans:
        """Return where secrets stand in ``text``, in order; those that overlap as one."""
        whole = (match.span(1) for match in self._forms.finditer(text))
        merged: Spans = []
        for start, end in sorted([*whole, *self._cut_short(text)]):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _cut_short(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the pieces of secrets beside an ellipsis, by which pytest shortens values."""
        for ellipsis in _ELLIPSIS.finditer(text):
            left, right = ellipsis.span()
            before, behind = text[max(0, left - SHORTEST) : left], text[right : right + SHORTEST]
            for quoted in self._quoted:
                sizes = range(SHORTEST, len(quoted))
                if before in quoted:
                    ends = (size for size in sizes if text.endswith(quoted[:size], 0, left))
                    yield from ((left - size, left) for size in ends)
                if behind in quoted:
                    begins = (size for size in sizes if text.startswith(quoted[-size:], right))
                    yield from ((right, right + size) for size in begins)

    def stream(self) -> RedactingStream:
        """Return a stream for bytes that arrive in chunks."""
        return RedactingStream(self)

    def unfinished(self, text: str) -> int:
        """Return where the end of ``text`` begins that may be the beginning of a secret.

        That end holds characters of forms alone, or has one ellipsis among them.
        """
        rest = text.rstrip(self._characters)
        ellipsis = len(rest) - len(rest.rstrip(_OF_ELLIPSIS))
        rest = rest[: len(rest) - min(3, ellipsis)].rstrip(self._characters)
        return max(len(rest), len(text) - self._longest)


class RedactingStream:
    """Redacts bytes as they arrive. Holds back only what may be the beginning of a secret."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, data: bytes) -> bytes:
        """Return what can be let through now that ``data`` has arrived."""
        if not self._redactor:
            return data
        text = self._held + data.decode("latin-1")
        spans = self._redactor.spans(text)
        cut = self._redactor.unfinished(text)
        cut = next((start for start, end in spans if start < cut < end), cut)
        self._held = text[cut:]
        return _masked(text[:cut], [span for span in spans if span[1] <= cut]).encode("latin-1")

    def flush(self) -> bytes:
        """Return what was held back, at the end of the stream."""
        rest, self._held = self._held, ""
        return self._redactor(rest).encode("latin-1")


def _quoted(value: str) -> set[str]:
    """Return ``value`` as it is, and as ``repr`` and JSON may write it within a longer text."""
    doubled = value.replace("\\", r"\\")
    return {value, doubled, doubled.replace("'", r"\'"), doubled.replace('"', r"\"")}


def _masked(text: str, spans: Spans) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], MASK]
        at = end
    return "".join([*parts, text[at:]])
