"""Secrets, replaced by ``***`` in whatever is about to leave the process.

:class:`Redactor` knows some secrets and all their disguises. One of them is the process's own:
:func:`hide_secrets` tells it secrets and puts it in front of stdout and stderr; :func:`redact` and
:func:`redact_data` apply it to a text and to plain data.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from .secret_encodings import STARTED, Disguise, disguises

MASK: Final = "***"

SHORTEST: Final = 4
"""Characters that a secret must have. Shorter ones stand in every other word by chance, and a
report without those would say nothing."""

_TELLING: Final = 8
"""Characters of a longer secret that must not be seen either, from its beginning."""

_WIDEST: Final = 24
"""Characters that one of a secret may become: an entity of an entity of an entity."""

_ESCAPING: Final = frozenset("%&\\")
_DISGUISING: Final = _ESCAPING | set("'+_-")
"""Characters with which a disguise of another character begins."""

_ELLIPSIS: Final = re.compile(r"\.{3,}|…|\xe2\x80\xa6")
_Tokens: TypeAlias = list[tuple[re.Pattern[str], ...]]
_Spans: TypeAlias = list[tuple[int, int]]
_T = TypeVar("_T")


class Redactor:
    """Replaces some secrets in texts. Without any it returns what it is given.

    Values shorter than ``SHORTEST`` are left out.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = frozenset(value for value in values if len(value) >= SHORTEST)
        found = [each for value in self.values for each in disguises(value)]
        self._tokens = [[tuple(map(_compiled, token)) for token in each] for each in found]
        self._heads = re.compile(_heads(found))
        self._begins = re.compile(_begins(found))
        self._longest = max(map(_most, found), default=0)
        self._quoted = sorted({form for each in self.values for form in (each, repr(each)[1:-1])})

    def __bool__(self) -> bool:
        return bool(self.values)

    def __call__(self, text: str) -> str:
        """``text`` without the secrets."""
        spans = self._spans(text) if self.values else []
        if not spans:
            return text
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], MASK]
            at = end
        return "".join([*parts, text[at:]])

    def of_bytes(self, data: bytes) -> bytes:
        """``data`` without the secrets, whatever else it holds."""
        return self(data.decode("latin-1")).encode("latin-1") if self.values else data

    def deep(self, value: _T) -> _T:
        """Lists, tuples and dicts with every text in them, keys too, without the secrets."""
        return self._deep(value) if self.values else value

    def stream(self) -> RedactingStream:
        """For bytes that arrive a part at a time."""
        return RedactingStream(self)

    def unfinished(self, text: str) -> int:
        """Where the end of ``text`` begins that may be the beginning of a secret."""
        window = max(0, len(text) - self._longest)
        close = max(0, len(text) - SHORTEST * _WIDEST)  # so near the end a head may be cut off
        places = {match.start() for match in self._heads.finditer(text, window)}
        places |= {match.start() for match in self._begins.finditer(text, close)}
        cut = next((at for at in sorted(places) if self._read(text, at).unfinished), len(text))
        spans = self._spans(text) if cut < len(text) else []
        return next((start for start, end in spans if start < cut < end), cut)

    def _deep(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return self(value)
        if kind is bytes:
            return self.of_bytes(value)
        if kind in (list, tuple):
            return kind(map(self._deep, value))
        if kind is dict:
            return {self._deep(key): self._deep(each) for key, each in value.items()}
        return value

    def _spans(self, text: str) -> _Spans:
        """Where secrets stand; those that overlap or touch as one."""
        heads = [match.start() for match in self._heads.finditer(text)]
        whole = [(at, end) for at in heads if (end := self._read(text, at).end)]
        merged: _Spans = []
        for start, end in sorted([*whole, *self._cut_short(text)]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _cut_short(self, text: str) -> Iterator[tuple[int, int]]:
        """What is left of a secret in front of an ellipsis or behind it: pytest shortens long
        values so.
        """
        for match in _ELLIPSIS.finditer(text):
            left, right = match.span()
            before = text[max(0, left - SHORTEST) : left]
            behind = text[right : right + SHORTEST]
            for form in self._quoted:
                sizes = range(SHORTEST, len(form))
                if before in form:
                    yield from ((left - n, left) for n in sizes if text.endswith(form[:n], 0, left))
                if behind in form:
                    found = (n for n in sizes if text.startswith(form[-n:], right))
                    yield from ((right, right + n) for n in found)

    def _read(self, text: str, at: int) -> _Read:
        """What of any secret stands in ``text`` at ``at``."""
        escaped = text[at : at + 1] in _DISGUISING
        likely = (each for each in self._tokens if escaped or each[0][0].match(text, at))
        found = [_read(tokens, text, at) for tokens in likely]
        end = max((each.end for each in found), default=0)
        return _Read(end, any(each.unfinished for each in found))


class RedactingStream:
    """Redacts bytes as they arrive. Held back is only what may be the beginning of a secret."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, data: bytes) -> bytes:
        """What can be let through now that ``data`` has arrived."""
        if not self._redactor:
            return data
        text = self._held + data.decode("latin-1")
        cut = self._redactor.unfinished(text)
        self._held = text[cut:]
        return self._redactor(text[:cut]).encode("latin-1")

    def flush(self) -> bytes:
        """What was held back, at the end."""
        rest, self._held = self._held, ""
        return self._redactor(rest).encode("latin-1")


class _Read(NamedTuple):
    """Where a secret ends (0 when none stands there), and whether the text ends within one."""

    end: int = 0
    unfinished: bool = False


def _read(tokens: _Tokens, text: str, at: int) -> _Read:
    """What of one secret stands in ``text`` at ``at``. More than half of it, and eight
    characters, are as good as all: a media type, say, ends at the first semicolon.
    """
    places, unfinished, end = {at}, False, 0
    for done, forms in enumerate(tokens):
        end = max(places) if done >= max(_TELLING, (len(tokens) + 1) // 2) else 0
        unfinished |= len(text) in places or any(_started(text, place) for place in places)
        tried = ((form, place) for place in places for form in _worth_trying(forms, text, place))
        found = (form.match(text, place) for form, place in tried)
        places = {match.end() for match in found if match is not None}
        if not places:
            return _Read(end, unfinished)
    return _Read(max(places), unfinished)


def _started(text: str, place: int) -> bool:
    return text[place : place + 1] in _ESCAPING and STARTED.match(text, place) is not None


def _worth_trying(
    forms: tuple[re.Pattern[str], ...], text: str, place: int
) -> tuple[re.Pattern[str], ...]:
    """The first form of a character is itself; the others all begin in a way of their own."""
    return forms if text[place : place + 1] in _DISGUISING else forms[:1]


_compiled: Final = cache(re.compile)


def _heads(found: list[Disguise]) -> str:
    """Finds where any of these may stand, by its beginning. The rest is read token by token,
    since an expression for a secret of a thousand characters takes seconds to compile.
    """
    heads = {"".join(f"(?:{'|'.join(token)})" for token in each[:SHORTEST]) for each in found}
    return f"(?={_begins(found)})(?={'|'.join(sorted(heads))})"


def _begins(found: list[Disguise]) -> str:
    """The characters that any of these can begin with, as itself or in disguise."""
    plain = {form[1:-1] if form[0] == "[" else form for (form, *_), *_ in found}
    return "[" + "".join(sorted(each for each in plain if len(each) <= 2)) + r"%&\\+_-]"


def _most(disguise: Disguise) -> int:
    """How many characters a disguise may take."""
    return sum(_WIDEST if len(token) > 1 else 1 for token in disguise)


class _Process:
    """What this process hides."""

    redactor = Redactor()


def hide_secrets(values: Iterable[str]) -> None:
    """From now on nothing that this process prints holds one of these, to its end: what runs
    last, such as an exit handler, prints as well.
    """
    known = _Process.redactor.values
    wanted = known.union(values)
    if wanted != known:
        _Process.redactor = Redactor(wanted)
        for stream in (sys.stdout, sys.stderr):
            redact_stream(stream)


def redact(text: str) -> str:
    """``text`` without what this process hides."""
    return _Process.redactor(text)


def redact_data(value: _T) -> _T:
    """Plain data without what this process hides; see :meth:`Redactor.deep`."""
    return _Process.redactor.deep(value)


def has_secrets() -> bool:
    """Whether this process has anything to hide."""
    return bool(_Process.redactor)


def redact_stream(stream: Any) -> None:
    """Have everything written to ``stream`` redacted, each ``write`` by itself. The object stays
    the same, since pytest's capture and its terminal already hold it.
    """
    for each in (stream, getattr(stream, "buffer", None)):
        if each is not None and "write" not in vars(each):
            each.write = _covered(each.write)


def _covered(write: Callable[[Any], int]) -> Callable[[Any], int]:
    def redacting(data: Any) -> int:
        if isinstance(data, str):
            write(redact(data))
            return len(data)
        content = bytes(data)
        write(_Process.redactor.of_bytes(content))
        return len(content)

    return redacting
