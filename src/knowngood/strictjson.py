"""JSON as a page's own parser takes it, and nothing more.

``json.loads`` accepts what ``JSON.parse`` refuses (NaN, a byte-order mark by way of utf-8-sig)
and passes over what nobody meant (duplicate keys, numbers beyond a double).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn


def loads(text: str | bytes) -> Any:
    """The document in ``text``; bytes must be UTF-8.

    Raises ValueError with the place for anything but RFC 8259 JSON without a byte-order mark,
    with unique keys and finite numbers.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"not JSON: not UTF-8 at byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise ValueError("not JSON: it begins with a byte-order mark, which JSON.parse refuses")
    if not text.strip():
        raise ValueError("not JSON: the body is empty")
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise ValueError(f"not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise ValueError("not JSON worth reading: nested too deep") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        count = Counter(name for name, _ in pairs)
        twice = sorted(name for name, times in count.items() if times > 1)
        raise ValueError(f"not JSON one can rely on: key given twice: {', '.join(twice)}")
    return result


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"not JSON one can rely on: {digits} is beyond any double")
    return number


def _whole(digits: str) -> int:
    _finite(digits)
    return int(digits)
