"""What the text of a script says, whatever of it runs: its strings, words and selectors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from . import javascript
from .result_cache import cached_by_content

_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*+\*/|(?<![:\w\"'\\/])//[^\n]*+")
LITERAL: Final = re.compile(r"""(["'])((?:(?!\1)[^\\\n]|\\.)*+)(?:\1(\s*:)?)?""")
"""A string of a script, and the colon after it where it is a key."""
_SELECTOR: Final = re.compile(r"[#.][\w-]+")
_LOOK_UP: Final = (
    r"""(?:\bgetElementById|\bquerySelector|(?<![\w$])\$|\bjQuery)\(\s*+["']([^"'\n]*+)["']\s*+\)"""
)
_ASKED: Final = re.compile(
    rf"\bif\s*+\(\s*+!?\s*+[\w$.]*?{_LOOK_UP}\s*+[)&|]"  # if (document.getElementById("a"))
    rf"|{_LOOK_UP}(?:\.length\b|\?\.)"
    # a = document.getElementById("a"); if (!a)
    rf"|([\w$]++)\s*+=\s*+[\w$.]*?{_LOOK_UP}\s*+;?\s*+if\s*+\(\s*+!?\s*+\3\s*+[)&|]"
)
"""A script looks an element up and asks whether it is there."""
_KEY: Final = re.compile(r"[{,]\s*([A-Za-z_$][\w$]*)\s*:")
_MEMBER: Final = re.compile(r"\.\s*([A-Za-z_$][\w$]*)")


def without_comments(source: bytes) -> str:
    """Return the text of a script but for its comments."""
    return _COMMENT.sub("", source.decode("utf-8", "replace"))


@cached_by_content
def members(source: bytes) -> frozenset[str]:
    """Return the names that a script looks up in something, as ``name`` of ``window.name``."""
    return frozenset(_MEMBER.findall(without_comments(source)))


@cached_by_content
def words(source: bytes, *, names: frozenset[str]) -> frozenset[str]:
    """Return those of ``names`` that stand in a script as a word, but in its comments."""
    return names.intersection(re.findall(r"[\w$]+", without_comments(source)))


@cached_by_content
def keys(source: bytes) -> frozenset[str]:
    """Return the keys of the object literals of a small script. Keys may stand in quotes."""
    bare = LITERAL.sub(lambda text: f"{text[2]}:" if text[3] else "0", without_comments(source))
    return frozenset(_KEY.findall(bare))


@cached_by_content
def selectors(source: bytes) -> frozenset[str]:
    """Return every CSS selector of an id or class that string literals of a script may name.

    ``"menu"`` may be an id that the script looks up: it counts as ``#menu``.
    """
    texts = javascript.strings(source)
    return frozenset(
        selector for text in texts for selector in (f"#{text}", *_SELECTOR.findall(text))
    )


@cached_by_content
def needed_selectors(source: bytes) -> frozenset[str]:
    """Return these ``selectors`` but for those of elements that the script does without: it asks
    whether they are there, as for a survey in one language.
    """
    text = without_comments(source)
    asked = {name for match in _ASKED.findall(text) for name in (match[0], match[1], match[3])}
    return selectors(source).difference(*((f"#{name}", *_SELECTOR.findall(name)) for name in asked))


def reads_fragments(source: bytes) -> bool:
    """Return whether a script may act on the fragments of URLs by itself."""
    return re.search(rb"\b(?:on)?hash(?:change)?\b|\bhref\b|:target", source) is not None


def reads_its_place(source: bytes) -> bool:
    """Return whether a script may act on the place of its element: it may stand in several."""
    acts = rb"document\.write|\bcurrentScript\b|TagName\(\s*[\"']script"
    return re.search(acts, source) is not None


def names_file(path: str, sources: Iterable[bytes]) -> bool:
    """Return whether a source names a file, as ``config.json`` or as ``"config" + ".json"``."""
    stem, _, ending = path.rpartition("/")[2].partition(".")
    name = re.compile(rf"{re.escape(stem)}\W{{0,9}}{re.escape(ending)}".encode())
    return any(name.search(source) for source in sources)
