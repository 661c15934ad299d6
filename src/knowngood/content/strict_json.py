"""Read JSON as strictly as a browser.

``json.loads`` accepts what ``JSON.parse`` refuses (NaN, a byte-order mark), and duplicate keys and
numbers beyond a double.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from typing import Any, Final, NoReturn

from ..safety import ContentTooLarge, one_line
from .media_types import WEB_PAGE, undeclared_gzip
from .problem import Aspect

LARGEST: Final = 4 << 20
"""Bytes of a document that is read; as text it may take four times as many."""

MOST: Final = 200_000
"""Brackets and commas of a document that is read. There are about as many values, and each takes up
to 150 bytes once it is read."""

_START: Final = 40  # characters of what is there in place of JSON
_HEAD: Final = 10_000  # characters of a page in which its title stands

_TITLE: Final = re.compile(r"<title\b[^<>]*>\s*([^<]*[^<\s])", re.I)


class NotJSON(ValueError):
    """A text is not JSON, or none that one can rely on."""

    aspect = Aspect.JSON


def loads(text: str | bytes) -> Any:
    """Return the document in ``text``; bytes must be UTF-8.

    Raises NotJSON with the place for anything but RFC 8259 JSON without a byte-order mark,
    with unique keys and finite numbers. Raises ContentTooLarge for a document that is too large.
    """
    text = _sound_text(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        start = text.lstrip()
        if error.pos == len(text) - len(start):
            raise NotJSON(f"not JSON: {_instead(start)}") from None
        place = f"line {error.lineno} column {error.colno}"
        raise NotJSON(f"not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise NotJSON("not JSON worth reading: nested too deep") from None


def _instead(text: str) -> str:
    """Return what is there in place of JSON: a web page, by its title, or how it begins."""
    if not WEB_PAGE.match(text):
        first = one_line(text.partition("\n")[0], _START)
        return f'it begins with "{first}"'
    title = _TITLE.search(text[:_HEAD])
    name = f', "{one_line(unescape(title[1]), _START)}",' if title else ""
    return f"a web page{name} in its place"


def _sound_text(text: str | bytes) -> str:
    if len(text) > LARGEST:
        raise ContentTooLarge(
            f"JSON of {len(text)} bytes: too large to be judged (most: {LARGEST})"
        )
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            trouble = undeclared_gzip(error.object) or f"not UTF-8 at byte {error.start}"
            raise NotJSON(f"not JSON: {trouble}") from None
    if text.startswith("\ufeff"):
        raise NotJSON("not JSON: it begins with a byte-order mark, which JSON.parse refuses")
    if not text or text.isspace():
        raise NotJSON("not JSON: the body is empty")
    if sum(map(text.count, "[{,")) > MOST:
        raise ContentTooLarge(
            f"JSON of more than {MOST} brackets and commas: too large to be judged"
        )
    return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = given_twice(name for name, _ in pairs)
        raise NotJSON(f"not JSON one can rely on: key given twice: {twice}")
    return result


def given_twice(names: Iterable[str]) -> str:
    """Return the first names that are there more than once, in one line; empty for none."""
    twice = sorted(one_line(name, 60) for name, times in Counter(names).items() if times > 1)
    return ", ".join(twice[:5])


def _refuse(name: str) -> NoReturn:
    raise NotJSON(f"not JSON: {name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJSON(f"not JSON one can rely on: {digits[:60]} is beyond any double")
    return number


def _whole(digits: str) -> int:
    _finite(digits)
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite, parse_int=_whole
)
