"""Read a script by its brackets, strings and patterns alone, in time linear in its size.

Only the open brackets are kept, so that a script of any size takes no memory. This notices a bundle
that was cut short or damaged, but no missing operator, which a bundler refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ..safety import ContentTooLarge, KnowngoodError

DEEPEST: Final = 50_000
"""Brackets that may be open at once. JavaScript engines give up at some ten thousand."""

MOST_TOKENS: Final = 2_000_000
"""Brackets, strings and what stands between them: a bundle of two megabytes has some 450,000."""

_TOKEN: Final = re.compile(
    rb"""
      //[^\n\r]*+
    | /\*(?:[^*]|\*(?!/))*+(?:\*/|(?P<opened>\Z))
    | "(?P<double>(?:[^"\\\n\r]|\\.?+)*+)(?P<closed2>")?+
    | '(?P<single>(?:[^'\\\n\r]|\\.?+)*+)(?P<closed1>')?+
    | (?P<template>`)
    | (?P<slash>/)
    | (?P<bracket>[][(){}])
    | (?P<words>[^"'`/\[\](){}]++)
    """,
    re.X | re.S,
)
_TEMPLATE: Final = re.compile(rb"(?:[^`\\$]|\\.?+|\$(?!\{))*+(`|\$\{)?", re.S)
_PATTERN: Final = re.compile(
    rb"/(?:[^/\\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*+\])++/[A-Za-z]*+"
)
_WORD: Final = re.compile(rb"(\.\s*|#)?([\w$\x80-\xff]+)$|\d\.$")
_BEFORE_A_VALUE: Final = frozenset(
    b"await case delete do else in instanceof new of return throw typeof void yield".split()
)
_HEADS: Final = frozenset(b"for if while with".split())
_BEFORE_A_BLOCK: Final = frozenset([b"", b")", b"}", b"{", b";", b"=>", b"do", b"else"])
_END_OF_LINE: Final = re.compile(rb"[\n\r]|\Z")
_TAIL: Final = 40  # bytes; longer names are no keywords
_CLOSED_BY: Final = {b"(": b")", b"[": b"]", b"{": b"}", b"${": b"}"}


class NotWhole(KnowngoodError):
    """A script that ends within a bracket, string or comment, or closes one that is not open. The
    message has the line.
    """


def scan(source: bytes) -> Iterator[bytes]:
    """Yield the content of every string literal, as it is written, and of templates of one line
    into which nothing is put.

    Raises NotWhole if a bracket, string, template or comment has no partner; ContentTooLarge
    where they nest too deep.
    """
    scanner = _Scanner(source)
    for _ in range(MOST_TOKENS):
        if scanner.place == len(source):
            scanner.end()
            return
        yield from scanner.step()
    raise ContentTooLarge(f"more than {MOST_TOKENS} brackets and strings: too large to be judged")


@dataclass(slots=True)
class _Scanner:
    """A script and how far it has been read.

    Attributes:
        source: the script.
        place: the offset of the next token.
        last: the latest token, white space and comments aside; of names and operators their end.
        value: whether a slash after ``last`` divides, as it does after a value.
        open: of each open bracket: itself, its offset, and whether its end is the end of a
            statement, so that a slash after it begins a pattern.
        dividing: the offset up to which no slash begins a pattern.
    """

    source: bytes
    place: int = 0
    last: bytes = b""
    value: bool = False
    open: list[tuple[bytes, int, bool]] = field(default_factory=list)
    dividing: int = 0

    def step(self) -> Iterator[bytes]:
        """Read one token."""
        token = _TOKEN.match(self.source, self.place)
        assert token is not None  # any byte begins a token
        start, self.place = token.span()
        kind = token.lastgroup or ""
        if kind == "bracket":
            self._turn(token[0], start)
        elif kind == "slash":
            self._slash(start)
        elif kind == "template":
            yield from self._whole_template(start)
        elif kind in {"single", "double"}:
            raise NotWhole(f"a string of line {self._line(start)} is never closed")
        elif kind.startswith("closed"):
            self._now(b"string", value=True)
            yield token[0][1:-1]
        elif kind == "opened":
            raise NotWhole(f"the comment of line {self._line(start)} is never closed")
        elif kind == "words" and not token[0].isspace():
            self._words(token[0][-_TAIL:].rstrip())

    def end(self) -> None:
        """Raise NotWhole where a bracket is still open at the end of the script."""
        if self.open:
            bracket, place, _ = self.open[-1]
            raise NotWhole(f"the {bracket.decode()} of line {self._line(place)} is never closed")

    def _now(self, last: bytes, *, value: bool) -> None:
        self.last, self.value = last, value

    def _words(self, tail: bytes) -> None:
        """Note the last name or operator: it decides what a slash or a brace after it is."""
        word = _WORD.search(tail)
        if word is None:
            self._now(tail[-2:], value=tail.endswith((b"++", b"--")))
        elif word[1] or word[2] is None:
            self._now(b"name", value=True)  # x.return is a name like any other, and 1. a number
        else:
            self._now(word[2], value=word[2] not in _BEFORE_A_VALUE)

    def _turn(self, bracket: bytes, place: int) -> None:
        if bracket in _CLOSED_BY:
            self._open(bracket, place)
            return
        if not self.open or _CLOSED_BY[self.open[-1][0]] != bracket:
            raise NotWhole(f"a {bracket.decode()} closes nothing at line {self._line(place)}")
        opened, start, statement = self.open.pop()
        self._now(bracket, value=not statement)
        if opened == b"${":
            self._template(start)

    def _open(self, bracket: bytes, place: int) -> None:
        if bracket == b"(":
            statement = self.last in _HEADS
        elif bracket == b"{":
            statement = self.last in _BEFORE_A_BLOCK or (self.value and self.last != b"string")
        else:
            statement = False
        self.open.append((bracket, place, statement))
        self._now(bracket, value=False)
        if len(self.open) > DEEPEST:
            raise ContentTooLarge(f"it opens more than {DEEPEST} brackets: too deep to be judged")

    def _slash(self, start: int) -> None:
        """A pattern or a division, by what stands before it."""
        pattern = None
        if not self.value and start >= self.dividing:
            pattern = _PATTERN.match(self.source, start)
            if pattern is None:  # and nothing before the line ends is looked at twice
                self.dividing = _END_OF_LINE.search(self.source, start).start()  # type: ignore[union-attr]
            else:
                self.place = pattern.end()
        self._now(b"/", value=pattern is not None)

    def _whole_template(self, start: int) -> Iterator[bytes]:
        """Read a template, and yield it if it is a string: of one line, with nothing put in, and
        nothing that reads it as a tag does.
        """
        tagged = self.value
        self._template(start)
        text = self.source[start + 1 : self.place - 1]
        if self.last == b"string" and not tagged and b"\n" not in text:
            yield text

    def _template(self, start: int) -> None:
        """Read on within a template, up to its end or to what it puts in."""
        text = _TEMPLATE.match(self.source, self.place)
        assert text is not None  # it may be empty
        self.place = text.end()
        if text[1] is None:
            raise NotWhole(f"the template of line {self._line(start)} is never closed")
        if text[1] == b"${":
            self._open(b"${", start)
        else:
            self._now(b"string", value=True)

    def _line(self, place: int) -> int:
        return self.source.count(b"\n", 0, place) + 1
