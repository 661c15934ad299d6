"""See texts whose letters a build or a server has garbled.

They were encoded twice, read in another code page, or lost what is beyond ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from typing import Final

_LETTER: Final = r"[\u0080-\u009f\u00a1-\u00aa\u00ac-\u00b6\u00b8-\u00ba\u00bc-\u00bf]"
MOJIBAKE: Final = re.compile(
    r"\ufffd|[\u00c2\u00c3][\u0080-\u00bf]"  # letters lost, UTF-8 encoded twice
    # The same of other alphabets; but French has \u00e9\u00a0\u00bb, and Catalan l\u00b7l.
    rf"|(?:[\u00c4-\u00df]{_LETTER}){{2}}|[\u00e0-\u00ef]{_LETTER}{{2}}"
    # The same, read as Windows-1252, which has letters in place of control characters.
    r"|\u00e2\u20ac|\u00e2\u201e\u00a2"
    r"|\u00c3[\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u2030\u20ac]"
    # The same, read on a Mac, beside letters that are sound.
    r"|(?<=[a-z])\u221a[\u00a7\u2202\u00ba\u00a9\u00ae\u2020]|\u201a\u00c4[\u00ec\u00ee\u00f4\u00fa\u00f9]"
    r"|(?:(?<=>)\s*+|(?<=\?\? ))\?{4,}"  # converted to a charset without these letters
)

_LANGUAGE: Final = re.compile(
    r"(?:az|br|ca|cs|cy|da|de|eo|es|et|eu|fi|fo|fr|fy|ga|gd|gl|hr|hsb|hu|is|it|lt|lv|mt|nb|nn|no|oc"
    r"|pl|pt|rm|ro|sk|sl|sq|sv|tr|vi)(?:-|\Z)"
)
"""Those of Latin letters in which hardly a page does with the letters of ASCII."""
_WORD: Final = re.compile(r"(?<![^\s(\"'>])[A-Za-z]+(?:'?\?{1,2}[a-z]+)+\??(?![^\s)\"',;:.!<])")
"""``Donn?es``, ``l'?tat``; not ``search?q=1``."""
_TEXTS: Final = 3
"""So many texts have lost letters: one may have a pattern, such as ``colou?r``, or a typing error
at the end of a question.
"""

_CODE_PAGES: Final = (
    *("cp437", "cp850", "cp852", "cp866"),  # the console of Windows
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp874", "cp932", "gb18030", "cp949", "big5", "koi8_r", "mac_roman"),
)
"""What machines read texts as. Windows-1252 is none of them: :mod:`.leftovers` sees less of it."""

_LATIN_1: Final = re.compile(
    r"[\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192]"
)
"""Letters of Windows-1252 beyond ASCII."""

_MANY: Final = 30
"""So many of them, and as half of the letters of all such texts, no language has: they are those of
Windows-1251 or another code page, where nobody named it. In 1,300,000 published translations hardly
one text has so many.
"""

_OF_TWO_ALPHABETS: Final = re.compile(
    r"(?<![^\W\d_])[\u0430-\u045f\u0491][\u0400-\u042f\u0490]{3,}(?![^\W\d_])"
    r"|[a-z]{2}[\u0400-\u04ff\u0590-\u06ff][a-z]{2}"
)
"""A word as ``rUSSKIJ`` in Cyrillic letters: of KOI8, read as Windows-1251, or the other way round.
A Cyrillic, Hebrew or Arabic letter in a Latin word: of Windows-1252, read as another code page; but
some type the Latin ``i`` in Ukrainian words.
"""

_REGAINED: Final = 6
"""So many letters a page must have regained; a few characters may be one by chance."""

_SHARE: Final = 0.8
"""The part of what is to be decoded that must be letters. Of sound texts it is 0.61 at most (18,450
samples of Django's translations into a hundred languages)."""


def with_its_word(match: re.Match[str]) -> str:
    """Return what matched in a text, with what its word has before it."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    return re.split(r"[\s<>]", before)[-1] + match[0]


def lost_letters(text: str, language: str, texts: Collection[str]) -> str:
    """Return one of the ``texts`` of a page that lost its letters, empty for none. A page with more
    texts that have such letters did not lose them. ``text`` is its source.
    """
    if not _LANGUAGE.match(language) or not _WORD.search(text):
        return ""
    source = unescape(text)
    lost = [t for t in texts if t.isascii() and (word := _WORD.search(t)) and word[0] in source]
    whole = [t for t in texts if any(c.isalpha() and not c.isascii() for c in t)]
    return min(lost) if len(lost) >= max(_TEXTS, len(whole)) else ""


def misread_letters(texts: Collection[str]) -> str:
    """Return one of a page's texts if another code page garbled them; empty if all are sound."""
    letters_beyond = [text for text in sorted(texts) if not text.isascii()]
    of_two = [text for text in letters_beyond if _OF_TWO_ALPHABETS.search(text)]
    if len(of_two) >= _TEXTS:
        return of_two[-1]
    garbled = "\n".join(letters_beyond)
    if sum(not character.isascii() for character in garbled) < _REGAINED:
        return ""
    if len(_LATIN_1.findall(garbled)) > max(_MANY, sum(map(str.isalpha, garbled)) / 2):
        return letters_beyond[-1]
    for code_page in _CODE_PAGES:
        raw = garbled.encode(code_page, "replace")
        lost = raw.count(b"?") - garbled.count("?")
        meant = raw.decode("utf-8", "replace")
        letters = sum(not character.isascii() for character in meant) - meant.count("\ufffd")
        if letters >= _REGAINED and letters >= _SHARE * (letters + meant.count("\ufffd") + lost):
            return letters_beyond[-1]
    return ""
