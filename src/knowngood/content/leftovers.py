"""What a build leaves in a page by mistake: placeholders, keys in place of texts, crash traces.

All of these are answered with 200, and mean that the page was not finished.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_PLACEHOLDER: Final = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\{#[^{}]*#\}|<%=?[^%]*%>|%\(\w+\)[sd]"  # Jinja, ERB, gettext
)
_CONFLICT: Final = re.compile(rb"^<{7} .*|^={7}\r?$|^>{7} .*", re.M)
_COMMENT: Final = re.compile(rb"/\*(?:[^*]|\*(?!/))*+\*/")
_LETTER: Final = r"[\u0080-\u009f\u00a1-\u00aa\u00ac-\u00b6\u00b8-\u00ba\u00bc-\u00bf]"
_MOJIBAKE: Final = re.compile(
    r"\ufffd|[\u00c2\u00c3][\u0080-\u00bf]"  # letters lost, UTF-8 encoded twice
    # The same of other alphabets; but French has \u00e9\u00a0\u00bb, and Catalan l\u00b7l.
    rf"|(?:[\u00c4-\u00df]{_LETTER}){{2}}|[\u00e0-\u00ef]{_LETTER}{{2}}"
    r"|\?{4,}"  # converted to a charset without these letters
)
_CRASH: Final = re.compile(
    r"Traceback \(most recent call last\)|an error occurred while processing this directive"
    r"|(?:Warning|Notice|Fatal error|Parse error)(?:</b>)?: .{1,300} on line (?:<b>)?\d+"  # PHP
)
_KEY: Final = re.compile(r"[a-z][a-z0-9]*([._][a-z][a-z0-9]*)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_NOTHING: Final = {"None", "null", "undefined", "NaN", "[object Object]"}
_TITLES: Final = "title, h1, h2, h3"
_LABELS: Final = "button, label"
_HEADINGS: Final = "h1, h2, h3, h4, h5, h6, figcaption, dt, th, label, button, a[href]"
_UNFINISHED: Final = {
    '[href*="%("], [src*="%("], [href*="% ("], [src*="% ("]': "a placeholder in a URL",
    'script[src=""], img[src=""], link[href=""]': "an empty URL",
}
_SHOWN: Final = 200  # characters of what is quoted


def problems(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return what is unfinished in a page, given as text and parsed, each in one line."""
    return [*_in_text(text), *_in_elements(tree)]


def conflict_marker(source: bytes) -> str | None:
    """Return the first marker that an unfinished merge left in a script or stylesheet.

    Comments do not count, since they may underline their headings with ``=======``.
    """
    return _first_marker(_COMMENT.sub(b"", source))


def empty_texts(tree: LexborHTMLParser) -> int:
    """Return how many headings, labels, buttons and links of a page hold nothing at all."""
    nodes = tree.css(_HEADINGS)
    return sum(not node.text(strip=True) and not node.css("*")[1:] for node in nodes)


def _in_text(text: str) -> list[str]:
    patterns = {"placeholder": _PLACEHOLDER, "garbled letters": _MOJIBAKE, "crash": _CRASH}
    matches = {what: pattern.search(text) for what, pattern in patterns.items()}
    lines = [f"{what}: {match[0][:_SHOWN]}" for what, match in matches.items() if match]
    marker = _first_marker(text.encode("utf-8", "replace"))
    return [*lines, f"unfinished merge: {marker}"] if marker else lines


def _first_marker(source: bytes) -> str | None:
    marker = _CONFLICT.search(source)
    return marker[0][:_SHOWN].decode("utf-8", "replace").strip() if marker else None


def _in_elements(tree: LexborHTMLParser) -> list[str]:
    titles = [node.text(strip=True) for node in tree.css(_TITLES)]
    labels = [node.text(strip=True) for node in tree.css(_LABELS)]
    keys = [f"key in place of a text: {text}" for text in titles + labels if _KEY.fullmatch(text)]
    nothing = [f"no text: {text}" for text in titles if text in _NOTHING]
    unfinished = [what for selector, what in _UNFINISHED.items() if tree.css_first(selector)]
    return [*keys, *nothing, *unfinished]
