"""Stylesheets by their tokens, as browsers split them: whether one is whole, and what it loads.

One regular expression, after https://www.w3.org/TR/css-syntax-3/#tokenization, whose repetitions
never give back what they took: whatever is sent is read in time linear in its size, and nothing of
it is kept but the brackets that are open. (A parser that keeps its tokens takes 300 bytes for one
of ``;;;;``.)
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from ..safety.limits import ContentTooLarge, cached_by_content

LARGEST: Final = 4 << 20
"""Bytes of a stylesheet that is read: Bootstrap has 280,000, GitHub's largest 700,000."""

DEEPEST: Final = 100_000
"""Brackets open at once that are followed. Sound stylesheets open fewer than ten."""

_NAME: Final = rb"(?:[\w\-\x80-\xff]|\\[^\n\r\f])"
_TOKEN: Final = re.compile(
    rb"""
      /\*(?:[^*]|\*(?!/))*+(?:(?P<comment>\*/)|(?P<cut0>\Z))
    | "(?P<double>(?:[^"\\\n\r\f]|\\.?+)*+)(?:"|(?=[\n\r\f])|(?P<cut1>\Z))
    | '(?P<single>(?:[^'\\\n\r\f]|\\.?+)*+)(?:'|(?=[\n\r\f])|(?P<cut2>\Z))
    | [uU][rR][lL]\((?!\s*+["'])(?P<url>(?:[^\\)]|\\.?+)*+)(?:\)|(?P<cut3>\Z))
    | (?:\#|[-+]?(?:\d++\.?\d*+|\.\d++))%(name)s*+
    | @(?P<at>%(name)s++)
    | (?P<function>%(name)s++)\(
    | (?P<bracket>[][(){}])
    | (?P<end>;)
    | (?P<space>\s++)
    | %(name)s++
    | .
    """
    % {b"name": _NAME},
    re.X | re.S,
)
_CLOSED_BY: Final = {b"(": b")", b"url": b")", b"[": b"]", b"{": b"}"}
_CUT: Final = {"cut0": "comment", "cut1": "double", "cut2": "single", "cut3": "url"}
_ESCAPED: Final = re.compile(rb"\\(?:[0-9a-fA-F]{1,6}+\s?|[^\n\r\f])")
_ESCAPE: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6}+)(?:\r\n|\s)?|\r\n|[\n\r\f]|(.)|\Z)", re.S)
_NOT_IN_URL: Final = re.compile(rb"[\"'(\x00-\x20\x7f]|\\[\n\r\f]")
_CHARSET: Final = re.compile(rb'@charset "(utf-8|us-ascii|iso-8859-\d+|windows-125\d)";', re.I)
_MARKS: Final = ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))


@cached_by_content
def trouble(source: bytes) -> str | None:
    """Why ``source`` is no whole stylesheet; None when it is one.

    CSS closes by itself what a file leaves open, so that a stylesheet cut short still parses.
    Raises Unjudgeable for one too large or too deep.
    """
    empty, rule = True, False
    kind, around = "", list[bytes]()
    for kind, word, around in _tokens(_utf8(source)[0]):
        if not around and kind not in {"space", "comment"}:
            empty = False
            rule |= kind == "at" or word == b"{"
    if kind == "open" or around:
        return "something that the stylesheet opens is never closed"
    return None if empty or rule else "the stylesheet holds no rule"


@cached_by_content
def says_something(source: bytes) -> bool:
    """Whether ``source`` declares anything, or has a rule of another kind, such as an import.
    Raises Unjudgeable for one too large or too deep.
    """
    for kind, word, around in _tokens(_utf8(source)[0]):
        if not around and kind == "at":
            return True
        if around[:1] == [b"{"] and kind not in {"space", "comment"} and word != b"}":
            return True
    return False


def urls(source: bytes) -> Iterator[tuple[str, bool]]:
    """The URLs that a stylesheet loads, in their order, and of each whether it is an import.

    A prelude's URLs name things: @namespace and @document load nothing. Raises Unjudgeable for
    one too large or too deep.
    """
    text, charset = _utf8(source)
    importing = False
    for kind, word, around in _tokens(text):
        quoted = kind == "string" and around[-1:] == [b"url"]
        if not around and kind in {"at", "end", "bracket"}:
            importing = kind == "at" and word.lower() == b"import"
        elif importing and around in ([], [b"url"]) and kind in {"string", "url"}:
            importing = False
            yield _unescaped(word, charset), True
        elif around[:1] == [b"{"] and (kind == "url" or quoted):
            yield _unescaped(word, charset), False


def _tokens(text: bytes) -> Iterator[tuple[str, bytes, list[bytes]]]:
    """Each token's kind, its word, and the brackets open around it, outermost first. Last comes
    one of kind ``open``, where the end of the file cuts a comment, a string or a URL short.
    """
    around: list[bytes] = []
    kind = ""
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or "other"
        group = _CUT.get(kind, kind)
        word = token[group] or b"" if token.lastgroup else b""
        yield _kind(group, word), word, around
        if group == "function":
            around.append(b"url" if _unescaped(word, "utf-8").lower() == "url" else b"(")
        elif group == "bracket":
            _turn(word, around)
        if len(around) > DEEPEST:
            raise ContentTooLarge(f"it opens more than {DEEPEST} brackets: too deep to be judged")
    if kind in _CUT:
        yield "open", b"", around


def _kind(group: str, word: bytes) -> str:
    if group == "url" and _NOT_IN_URL.search(_ESCAPED.sub(b"", word.strip())):
        return "bad-url"
    return "string" if group in {"double", "single"} else group


def _turn(bracket: bytes, around: list[bytes]) -> None:
    """What closes nothing is passed over, as browsers do."""
    if bracket in _CLOSED_BY:
        around.append(bracket)
    elif around and _CLOSED_BY[around[-1]] == bracket:
        around.pop()


def _utf8(source: bytes) -> tuple[bytes, str]:
    """The source in a charset that keeps ASCII as it is, and that charset."""
    if len(source) > LARGEST:
        raise ContentTooLarge(
            f"a stylesheet of {len(source)} bytes: too large to be judged (most: {LARGEST})"
        )
    for mark, name in _MARKS:
        if source.startswith(mark):
            return source[len(mark) :].decode(name, "replace").encode(), "utf-8"
    declared = _CHARSET.match(source)
    return source.removeprefix(codecs.BOM_UTF8), declared[1].decode() if declared else "utf-8"


def _unescaped(word: bytes, charset: str) -> str:
    return _ESCAPE.sub(_character, word.decode(charset, "replace").strip(" \t\r\n\f"))


def _character(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2] or ""
    number = int(escape[1], 16)
    sound = 0 < number < 0x110000 and not 0xD800 <= number < 0xE000
    return chr(number) if sound else "\ufffd"
