"""See texts whose letters beyond ASCII became question marks, as in an export in ASCII."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from . import page_texts

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

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


def with_its_word(match: re.Match[str]) -> str:
    """Return what matched in a text, with what its word has before it."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    return re.split(r"[\s<>]", before)[-1] + match[0]


def lost_letters(text: str, tree: LexborHTMLParser) -> str:
    """Return a text of a page that lost its letters, empty for none. A page with more texts that
    have such letters did not lose them. ``text`` is its source.
    """
    root = tree.css_first("html[lang]")
    lang = root.attributes.get("lang") if root is not None else None
    if not _LANGUAGE.match(lang or "") or not _WORD.search(text):
        return ""
    source, texts = unescape(text), page_texts.shown(tree)
    lost = [t for t in texts if t.isascii() and (word := _WORD.search(t)) and word[0] in source]
    whole = [t for t in texts if any(c.isalpha() and not c.isascii() for c in t)]
    return min(lost) if len(lost) >= max(_TEXTS, len(whole)) else ""
