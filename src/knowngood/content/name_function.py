"""Read a function of a bundler's runtime that makes the name of a file of an id.

``e=>"js/"+(594===e?"about":e)+"."+{144:"96fc77d3",594:"4bcd74f5"}[e]+".js"`` is one: it joins
strings, looks up tables and asks whether the id is this or that. Any other function is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

ANY: Final = "\0"
"""An id that stands for all those which the function does not name."""

_Value = Callable[[str], str | None]

_HEAD: Final = (
    r"\.%s\s*=\s*(?:function\s*\(\s*([\w$]+)\s*\)|\(?\s*([\w$]+)\s*\)?\s*=>)"
    r"\s*(?:\{(?:\s|//.*)*return\b)?"
)
_TOKEN: Final = re.compile(
    r"""\s*("[^"\\]*"|'[^'\\]*'|\d[\w.]*|[\w$]+|\.h\(\)|===?|\|\||[+?:(){}\[\],])"""
)
_WHOLE_HASH: Final = re.compile(
    r"""\.h\s*=\s*(?:\(\)\s*=>\s*\(?|function\s*\(\)\s*\{\s*return)\s*["'](\w+)["']"""
)

_MOST_IDS: Final = 5000
_MOST_PARTS: Final = 300
"""What a hostile script may have of both, so that all names take a fraction of a second."""


def names(script: str, member: str) -> dict[str, str]:
    """Return by id the names that the function makes which ``script`` sets as ``member``, such as
    ``u``; that of all other ids by ``ANY``, which it holds. Empty without one that can be read.
    """
    head = re.search(_HEAD % member, script)
    if head is None:
        return {}
    reader = _Reader(script, head.end(), head[1] or head[2])
    try:
        name = reader.choice()
        named = {id_: name(id_) for id_ in [*islice(dict.fromkeys(reader.ids), _MOST_IDS), ANY]}
    except (ValueError, RecursionError):
        return {}
    return {id_: text for id_, text in named.items() if text}


class _Reader:
    """Reads the expression at ``place``, in which ``parameter`` is the id.

    Attributes:
        ids: those which the expression names.
    """

    def __init__(self, script: str, place: int, parameter: str) -> None:
        self._script, self._place, self._parameter = script, place, parameter
        self._token = ""
        self._parts = 0
        self.ids: list[str] = []
        self._step()

    def choice(self) -> _Value:
        """Return what the expression makes of an id, None being its ``undefined`` and ``false``.
        Raises ValueError for one that cannot be read.
        """
        test = self._either()
        if not self._skip("?"):
            return test
        yes = self.choice()
        self._take(":")
        no = self.choice()
        return lambda id_: yes(id_) if test(id_) else no(id_)

    def _either(self) -> _Value:
        first = self._equal()
        if not self._skip("||"):
            return first
        second = self._either()
        return lambda id_: first(id_) or second(id_)

    def _equal(self) -> _Value:
        left = self._sum()
        if not (self._skip("===") or self._skip("==")):
            return left
        right = self._sum()
        self.ids += filter(None, (left(""), right("")))
        return lambda id_: id_ if left(id_) == right(id_) else None

    def _sum(self) -> _Value:
        parts = [self._part()]
        while self._skip("+"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else lambda id_: _joined(part(id_) for part in parts)

    def _part(self) -> _Value:
        """Return a part of a sum. A table stands for itself with the id looked up in it."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise ValueError("too long")
        part = self._step()
        if part == "(":
            value = self.choice()
            self._take(")")
        elif part == "{":
            value = self._table().get
        elif part == self._parameter:
            value = str
        else:
            value = _constant(self._whole_hash() if self._skip(".h()") else _literal(part))
        if self._skip("["):
            self._take(self._parameter)
            self._take("]")
        return value

    def _table(self) -> dict[str, str]:
        table: dict[str, str] = {}
        while not self._skip("}"):
            key = plain(self._step())
            self._take(":")
            table[key] = _literal(self._step())
            self._skip(",")
        self.ids += table
        return table

    def _whole_hash(self) -> str:
        """Return the hash of the whole build, which a function without a parameter returns."""
        match = _WHOLE_HASH.search(self._script)
        if match is None:
            raise ValueError("no hash")
        return match[1]

    def _step(self) -> str:
        """Return the next token, and go on to the one after it; "" where nothing is read."""
        token, match = self._token, _TOKEN.match(self._script, self._place)
        self._token = match[1] if match is not None else ""
        self._place = match.end() if match is not None else self._place
        return token

    def _skip(self, token: str) -> bool:
        """Go on behind the next token if it is this one. Return whether it was."""
        return self._token == token and bool(self._step())

    def _take(self, token: str) -> None:
        if not self._skip(token):
            raise ValueError(self._token)


def plain(token: str) -> str:
    """Return a string, a number or a name as a key of a table: ``"5000"`` of ``5e3``."""
    if token[:1] in {'"', "'"}:
        return token[1:-1]
    return str(int(float(token))) if re.fullmatch(r"\d+(?:e\d)?", token) else token


def _constant(text: str) -> _Value:
    return lambda _: text


def _joined(parts: Iterable[str | None]) -> str | None:
    """Return the sum of texts; None if a table lacks one of them."""
    texts = list(parts)
    return None if None in texts else "".join(map(str, texts))


def _literal(token: str) -> str:
    if token[:1] not in {'"', "'", *"0123456789"}:
        raise ValueError(token)
    return plain(token)
