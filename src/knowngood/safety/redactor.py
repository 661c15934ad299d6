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
"""Characters that the part of a secret before a semicolon must have to be hidden by itself: a media
type is cut at its semicolon."""

_ELLIPSIS: Final = re.compile(r"\.{3,}|…|\xe2\x80\xa6")
_OF_ELLIPSIS: Final = ".…\xe2\x80\xa6"
_OF_FORMS: Final = ascii_letters + digits + "+/-_%&#;\\'\""  # beside a secret's own characters

Spans: TypeAlias = list[tuple[int, int]]


class Redactor:
    """Replaces secrets in texts. Values shorter than ``SHORTEST`` are left out.

    Attributes:
        values: the secrets; without any, texts stay as they are.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = frozenset(value for value in values if len(value) >= SHORTEST)
        parts = {value.partition(";")[0] for value in self.values}
        hidden = self.values.union(part for part in parts if len(part) >= _SHORTEST_PART)
        longest_first = sorted(hidden, key=len, reverse=True)
        forms = "|".join(form for value in longest_first for form in forms_of(value))
        self._forms = re.compile(f"(?=({forms}))")  # a lookahead, since secrets may overlap
        self._quoted = {quoted for value in self.values for quoted in _quoted(value)}
        self._characters = "".join(self.values) + _OF_FORMS
        self._longest = LONGEST_CHARACTER * max(map(len, self.values), default=0)

    def __bool__(self) -> bool:
        return bool(self.values)

    def __call__(self, text: str) -> str:
        """Return ``text`` without the secrets."""
        return _masked(text, self.spans(text)) if self.values else text

    def of_bytes(self, data: bytes) -> bytes:
        """Return ``data``, in any encoding, without the secrets."""
        return self(data.decode("latin-1")).encode("latin-1") if self.values else data

    def deep(self, value: Any) -> Any:
        """Return plain data without the secrets in any text, keys included."""
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
        """Return start and end of each secret in ``text``, in order. Merge those that overlap."""
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
            start, end = ellipsis.span()
            before, after = text[max(0, start - SHORTEST) : start], text[end : end + SHORTEST]
            for quoted in self._quoted:
                sizes = range(SHORTEST, len(quoted))
                if before in quoted:
                    heads = (size for size in sizes if text.endswith(quoted[:size], 0, start))
                    yield from ((start - size, start) for size in heads)
                if after in quoted:
                    tails = (size for size in sizes if text.startswith(quoted[-size:], end))
                    yield from ((end, end + size) for size in tails)

    def stream(self) -> RedactingStream:
        """Return a stream for bytes that arrive in chunks."""
        return RedactingStream(self)

    def unfinished(self, text: str) -> int:
        """Return the index from which ``text`` may be the beginning of a secret.

        From there on it has only characters of forms, and at most one ellipsis among them.
        """
        before = text.rstrip(self._characters)
        ellipsis = len(before) - len(before.rstrip(_OF_ELLIPSIS))
        before = before[: len(before) - min(3, ellipsis)].rstrip(self._characters)
        return max(len(before), len(text) - self._longest)


class RedactingStream:
    """Redacts bytes as they arrive. Holds back only what may be the beginning of a secret."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, data: bytes) -> bytes:
        """Take ``data``, and return all that can be no beginning of a secret."""
        if not self._redactor:
            return data
        text = self._held + data.decode("latin-1")
        spans = self._redactor.spans(text)
        cut = self._redactor.unfinished(text)
        cut = next((start for start, end in spans if start < cut < end), cut)
        self._held = text[cut:]
        return _masked(text[:cut], [span for span in spans if span[1] <= cut]).encode("latin-1")

    def flush(self) -> bytes:
        """Return what is still held back, at the end of the stream."""
        text, self._held = self._held, ""
        return self._redactor(text).encode("latin-1")


def _quoted(value: str) -> set[str]:
    """Return ``value`` and its forms in the output of ``repr`` and JSON."""
    doubled = value.replace("\\", r"\\")
    return {value, doubled, doubled.replace("'", r"\'"), doubled.replace('"', r"\"")}


def _masked(text: str, spans: Spans) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], MASK]
        at = end
    return "".join([*parts, text[at:]])
