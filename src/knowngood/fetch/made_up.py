"""Recognise names that a check makes up in each run: ids of documents, times, nonces.

A replayed check sends other names than the recorded one. Texts are split into words; if two texts
have the same number of words, those that differ stand for each other.
"""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[\w-]+")
_SHORTEST: Final = 4
"""Letters of a word that is translated; a shorter one may stand in a text by chance."""

MADE_UP: Final = re.compile(r"(?=[\w-]*\d)[\w-]{6,}")
"""What looks made up: six letters or more, with a digit among them."""


def differing_words(recorded: str, sent: str) -> dict[str, str] | None:
    """Return which word of ``sent`` stands for which of ``recorded``; None if the texts differ in
    more than words.
    """
    old, new = _WORD.findall(recorded), _WORD.findall(sent)
    if len(old) != len(new) or _WORD.sub("", recorded) != _WORD.sub("", sent):
        return None
    return {a: b for a, b in zip(old, new, strict=True) if a != b}


def is_made_up(word: str) -> bool:
    """Return whether a word looks like a name that a check made up."""
    return MADE_UP.fullmatch(word) is not None


def is_id(segment: str) -> bool:
    """Return whether a segment of a URL is another in each run: a number, which the service counts,
    or a name that the check makes up.
    """
    return segment.isdecimal() or is_made_up(segment)


def has_made_up_word(text: str) -> bool:
    """Return whether a text has a word that looks like a name that a check made up."""
    return any(map(is_made_up, _WORD.findall(text)))


def translated(text: str, words: dict[str, str]) -> str:
    """Return ``text`` with all words replaced that stand for others and are long enough."""
    known = {old: new for old, new in words.items() if len(old) >= _SHORTEST}
    return _WORD.sub(lambda word: known.get(word[0], word[0]), text) if known else text
