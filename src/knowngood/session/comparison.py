"""Say in plain words what a failed comparison expected and what it got.

pytest explains a comparison line by line and letter by letter, in Python's terms. For two pages of
ten megabytes that takes minutes and gigabytes; for a person at night it says too much and too
little. Here both sides are cut to what fits a line, in an order that is the same in every run.
"""

from __future__ import annotations

import json
import operator
import reprlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ..safety import and_more

LARGE: Final = 20_000
"""Characters or members of one side up to which pytest may explain a comparison itself."""

_WIDTH: Final = 120  # characters of one side
_AROUND: Final = 40  # characters shown before and after the first difference
_BLOCK: Final = 4096  # compared at once
_CHOICES: Final = 8  # values that were allowed and are named each
_LINES: Final = 20  # differences that are listed
_LINE: Final = 300  # characters of one of them
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_HOLDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "is": operator.eq,
    "!=": operator.ne,
    "is not": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda member, of: member in of,
    "not in": lambda member, of: member not in of,
}
_WORDS: Final = {
    "==": "{}",
    "is": "{}",
    "!=": "anything but {}",
    "is not": "anything but {}",
    "<": "less than {}",
    "<=": "at most {}",
    ">": "more than {}",
    ">=": "at least {}",
    "in": "{}",
    "not in": "anything but {}",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A failed comparison in words.

    Attributes:
        expected: what would have been right; empty if ``lines`` say all.
        got: what there was instead.
        lines: the single differences, where both sides are collections.
        subject: what was compared, as the source has it.
        aspect: what of an answer is wrong, as an :class:`.Aspect`; empty if nobody knows.
    """

    expected: str = ""
    got: str = ""
    lines: tuple[str, ...] = ()
    subject: str = ""
    aspect: str = ""

    @property
    def text(self) -> str:
        """The same as text."""
        if self.lines:
            return "\n".join(self.lines)
        subject = f"{self.subject}: " if self.subject else ""
        return f"{subject}expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that failed: ``left operator right``."""

    operator: str
    left: Any
    right: Any

    @property
    def is_large(self) -> bool:
        """Whether pytest would take too long to explain it."""
        return any(_size(side, LARGE) >= LARGE for side in (self.left, self.right))

    def holds_for(self, status: int, *, got: int) -> bool:
        """Return whether it would hold with ``status`` in place of ``got``, which it compared;
        False if it did not compare that.
        """
        holds = _HOLDS[self.operator]
        if type(self.left) is int and self.left == got:
            return holds(status, self.right)
        return type(self.right) is int and self.right == got and holds(self.left, status)

    def explain(self, *, right_is_expected: bool = True) -> Explanation:
        """Return what was expected and what there was instead."""
        sign, left, right = self.operator, self.left, self.right
        if sign == "==" and isinstance(right, Sequence | Set | Mapping) and not right:
            lines = _members(left)
            if lines:
                first = min(left, key=str) if isinstance(left, Set) else left[0]
                return Explanation(lines=lines, aspect=aspect_of(first))
        expected, got = (right, left) if right_is_expected else (left, right)
        lines = _differences(expected, got) if sign == "==" else ()
        if lines:
            return Explanation(lines=lines)
        if sign in {"in", "not in"} and (not right_is_expected or isinstance(right, str | bytes)):
            part = _plain(left) if sign == "in" else f"no {_plain(left)}"
            is_named = sign == "not in" and isinstance(right, Mapping) and left in right
            return Explanation(f"{part} in it", _plain(right[left] if is_named else right))
        sign = sign if right_is_expected else _MIRRORED.get(sign, sign)
        if expected is None and sign in {"!=", "is not"}:
            return Explanation("something", _plain(got))
        words = _WORDS.get(sign, f"{sign} {{}}")
        return Explanation(words.format(_side(sign, expected)), _plain(got))


def aspect_of(problem: object) -> str:
    """Return the aspect that a problem, or an error, says that it is about; empty for none."""
    return str(getattr(problem, "aspect", ""))


class _Plain(reprlib.Repr):
    """Represents a value as people write it: no names of Python's types, no addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = _WIDTH
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = self.maxfrozenset = 8
        self.maxlevel = 4

    def repr1(self, value: Any, level: int) -> str:
        if isinstance(value, Mapping) and not isinstance(value, dict):
            value = dict(value)
        return super().repr1(value, level)

    def repr_str(self, value: str, level: int) -> str:
        text = value if len(value) <= _WIDTH else f"{value[: _WIDTH - 1]}…"
        return json.dumps(text, ensure_ascii=False)

    def repr_bytes(self, value: bytes, level: int) -> str:
        return repr(value[:_WIDTH]) + ("…" if len(value) > _WIDTH else "")

    def repr_NoneType(self, _value: None, _level: int) -> str:  # noqa: N802 - reprlib's naming
        return "nothing"

    def repr_set(self, value: Any, level: int) -> str:
        members = sorted(self.repr1(m, level - 1) for m in islice(value, 100 * self.maxset))
        more = ", …" if len(value) > self.maxset else ""
        return f"{{{', '.join(members[: self.maxset])}{more}}}" if value else "nothing"

    def repr_frozenset(self, value: Any, level: int) -> str:
        return self.repr_set(value, level)

    def repr_instance(self, value: Any, level: int) -> str:
        if isinstance(source := getattr(value, "html", None), str):
            return " ".join(source[:_WIDTH].split())  # an element of a page
        text = super().repr_instance(value, level)
        return f"a {type(value).__name__}" if " at 0x" in text or " instance at " in text else text


_plain: Final = _Plain().repr


def _side(operator: str, expected: Any) -> str:
    """Return what was expected; of a few values that were allowed or forbidden, each of them."""
    if operator not in {"in", "not in"}:
        return _plain(expected)
    if not isinstance(expected, Sequence | Set) or not 0 < len(expected) <= _CHOICES:
        return f"one of {_plain(expected)}"
    values = map(_plain, expected)
    return " or ".join(sorted(values) if isinstance(expected, Set) else values)


def _members(value: Any) -> tuple[str, ...]:
    """Return the members of what should be empty, a line each."""
    if not isinstance(value, Sequence | Set) or isinstance(value, str | bytes):
        return ()
    members = sorted(value, key=str) if isinstance(value, Set) else value
    lines = [m[:_LINE] if isinstance(m, str) else _plain(m) for m in members[:_LINES]]
    return (*lines, *and_more(len(value) - _LINES))


def _differences(expected: Any, got: Any) -> tuple[str, ...]:
    """Return how two collections or long texts differ, a line each; nothing for other values."""
    if isinstance(expected, Set) and isinstance(got, Set):
        missing, surplus = (sorted(map(_plain, side)) for side in (expected - got, got - expected))
        lines = [f"missing: {member}" for member in missing]
        return tuple([*lines, *(f"not expected: {member}" for member in surplus)][:_LINES])
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        names = [name for name in {**expected, **got} if expected.get(name) != got.get(name)]
        pairs = ((name, _plain(expected.get(name)), _plain(got.get(name))) for name in names)
        return tuple(f"{name}: expected {one}, got {other}" for name, one, other in pairs)[:_LINES]
    place = _first_difference(expected, got)
    if place is None:
        return ()
    if isinstance(expected, str | bytes):
        start, fits = max(0, place - _AROUND), max(len(expected), len(got)) <= _WIDTH
    else:
        start, fits = place, _plain(expected) != _plain(got)  # cut to their first members
    if fits:
        return ()
    one, other = (_plain(side[start : start + 2 * _AROUND]) for side in (expected, got))
    return (f"first difference at {place}: expected {one}, got {other}",)


def _size(value: Any, limit: int) -> int:
    """Return about how many characters and members ``value`` has; stop counting at ``limit``."""
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if not isinstance(value, Mapping | Sequence | Set):
        return 1
    size = len(value)
    if size >= limit:
        return size
    for member in [*value, *value.values()] if isinstance(value, Mapping) else value:
        size += _size(member, limit - size)
        if size >= limit:
            break
    return size


def _first_difference(left: Any, right: Any) -> int | None:
    """Return the first index at which two sequences of one type differ; None for other values."""
    if type(left) is not type(right) or not isinstance(left, str | bytes | list | tuple):
        return None
    start = 0
    while start < len(left) and left[start : start + _BLOCK] == right[start : start + _BLOCK]:
        start += _BLOCK
    pairs = zip(left[start : start + _BLOCK], right[start : start + _BLOCK], strict=False)
    differing = (number for number, (one, other) in enumerate(pairs) if one != other)
    shorter = min(len(left), len(right), start + _BLOCK) - start
    return start + next(differing, shorter)
