"""Tell a script with the texts of another language from another script."""

from __future__ import annotations

import re
from typing import Final

from . import leftovers
from .script_text import LITERAL, without_comments

_TEXT: Final = re.compile(r"[^\x00-\x7f]|\\u[0-9a-fA-F]{4}|\S \S")
"""In a string that people read."""
_TEXT_OR_WORD: Final = re.compile(rf"{_TEXT.pattern}|[\"'][^\W\d_]+[\"']\Z")
_FILE_OF_TEXTS: Final = re.compile(
    r"(?:.*[/._-])?(?:i18n|l10n|lang|languages?|locales?|messages|strings|texts|translations?)"
    r"(?:[._-][^/]*)?",
    re.I | re.S,
)
_NO_TEXT: Final = re.compile(r"[\"']\S*[/#]\S*[\"']")  # a URL, a path, a selector


def is_translation(source: bytes, model: bytes, path: str) -> bool:
    """Return whether a script, or a JSON document, differs from ``model`` in texts alone, and in
    most of them: it holds those of another language, rendered, and is no other release's.

    One word alone may be a name, but in a file that its ``path`` calls one of texts.
    """
    ours, theirs = without_comments(source), without_comments(model)
    if _code(ours) != _code(theirs) or leftovers.spoils(ours, theirs):
        return False
    literals = zip(LITERAL.finditer(ours), LITERAL.finditer(theirs), strict=True)
    pairs = [(our[0], their[0]) for our, their in literals]
    others = [pair for pair in pairs if pair[0] != pair[1]]
    texts = [pair for pair in pairs if any(map(_TEXT.search, pair))]
    translated = [pair for pair in others if pair in texts]
    if _FILE_OF_TEXTS.fullmatch(path):
        translated = [pair for pair in others if all(map(_TEXT_OR_WORD.search, pair))]
    if any(_NO_TEXT.fullmatch(side) for pair in others for side in pair):
        return False
    return 2 * len(translated) > max(len(texts), len(others))


def _code(text: str) -> list[str]:
    """Return the words of a script but for its strings; keys are not left out."""
    return LITERAL.sub(lambda string: string[0] if _is_key(string) else " 0 ", text).split()


def _is_key(string: re.Match[str]) -> bool:
    """Return whether a string is a key; before a colon it may also be the first choice of two."""
    before = string.string[max(0, string.start() - 100) : string.start()].rstrip()
    return bool(string[3]) and before.endswith(("{", ","))
