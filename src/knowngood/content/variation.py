"""Compare bodies that may differ in every answer: by a nonce, the time, the name of a server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LARGEST: Final = 1 << 20  # bytes of a body that is read as words, which take ten times as much
_WORD: Final = re.compile(rb"[^\s\"'<>]+|[\s\"'<>]")


def differ(one: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """Return whether two resources differ, by several answers for each.

    What differs between answers for one of them does not count. Bodies are compared word by word;
    if their numbers of words differ, only before the first and after the last word that varies.
    Bodies of more than a megabyte are compared as a whole.
    """
    if max(map(len, (*one, *other))) > _LARGEST:
        return not {*one} & {*other}
    ours, theirs = [[_WORD.findall(body) for body in bodies] for bodies in (one, other)]
    if len({len(words) for words in ours + theirs}) == 1:
        columns = zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True)
        return any(len({*a}) == len({*b}) == 1 and a[0] != b[0] for a, b in columns)
    if len({*map(len, ours)}) == len({*map(len, theirs)}) == 1:
        return True
    backwards = ([[*reversed(words)] for words in side] for side in (ours, theirs))
    return _differ_at_the_start(ours, theirs) or _differ_at_the_start(*backwards)


def _differ_at_the_start(ours: list[list[bytes]], theirs: list[list[bytes]]) -> bool:
    """Return whether the sides differ before the first word that varies within one of them."""
    for column in zip(*ours, *theirs, strict=False):
        first, second = {*column[: len(ours)]}, {*column[len(ours) :]}
        if len(first) > 1 or len(second) > 1:
            return False
        if first != second:
            return True
    return False
