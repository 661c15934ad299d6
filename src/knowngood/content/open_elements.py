"""Find the elements of a page that are still open where it ends.

HTML allows to leave out many end tags (https://html.spec.whatwg.org/#optional-tags), such as that
of ``<html>``. A page that was cut short leaves others open, or ends within a tag.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_OPTIONAL: Final = frozenset(
    {"body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr"}
)
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
    | {"wbr"}
)
TEXT_ELEMENTS: Final = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"}
)
"""Elements that hold only text in a browser that runs scripts."""

_TOKEN: Final = re.compile(
    rf"""
      <!--(?P<comment>.*?)(?:-->|(?P<in_comment>\Z))
    | <(?P<text>{"|".join(sorted(TEXT_ELEMENTS))})\b[^>]*+
        (?:>.*?</(?P=text)\b[^>]*+(?:>|(?P<in_end>\Z))|(?P<in_text>.*\Z))
    | <(?P<end>/?)(?P<name>[a-z][^\s/>]*+)(?P<rest>[^>]*+)(?:>|(?P<in_tag>\Z))
    """,
    re.I | re.S | re.X,
)
"""A comment, an element that holds text alone, or another tag; each may be cut off."""

_CUT: Final = ("in_comment", "in_text", "in_end", "in_tag")
_VALUE_WITHOUT_QUOTES: Final = re.compile(r"=\s*+[^\s\"'>]++\Z")
"""An attribute at the end of a tag: a slash behind it is a part of it."""
_NOT_COUNTED: Final = _OPTIONAL | _VOID | TEXT_ELEMENTS | {""}


def at_the_end(text: str) -> list[str]:
    """Return what is open at the end of a page, outermost first, such as ``["<main>", "<div>"]``.

    Elements whose end tag may be left out do not count. ``<noscript>`` counts as a browser that
    runs scripts reads it: all that follows is its text (see ``text_element``).
    """
    stack: list[str] = []
    cut = ""
    for token in _TOKEN.finditer(text):
        name = (token["name"] or "").lower()
        if token["in_comment"] is not None:
            cut = "<!--"
        elif token["in_text"] is not None or token["in_end"] is not None:
            cut = f"<{token['text'].lower()}>"
        elif token["in_tag"] is not None:
            cut = f"<{token['end']}{name}"
        elif token["end"]:
            _close(stack, name)
        elif name and name not in _VOID and not token["rest"].endswith("/"):
            stack.append(name)
    return [f"<{name}>" for name in stack if name not in _OPTIONAL] + ([cut] if cut else [])


def text_element(text: str) -> str:
    """Return the element that is open at the end and takes all that follows for its text, such as
    ``<noscript>``; empty if none is.
    """
    lower = text.lower()
    if all(lower.count(f"<{name}") == lower.count(f"</{name}") for name in TEXT_ELEMENTS):
        return ""  # most pages: to read them to their end would take a hundred times as long
    *_, last = "", *at_the_end(text)
    return last if last.strip("<>") in TEXT_ELEMENTS else ""


def never_closed(text: str, name: str) -> int | None:
    """Return where the last element of this name begins, if the page has fewer end tags of it."""
    lower = text.lower()
    if lower.count(f"<{name}") <= lower.count(f"</{name}"):
        return None  # most pages have none of them
    tags = [token for token in _TOKEN.finditer(text) if (token["name"] or "").lower() == name]
    starts = [tag.start() for tag in tags if not tag["end"]]
    return starts[-1] if 2 * len(starts) > len(tags) else None


def has_end(text: str) -> bool:
    """Return whether a page has ``</html>``."""
    return "</html" in text.lower()


def uneven(text: str) -> dict[str, int]:
    """Return, for each element whose tags do not pair up, how many more start tags than end tags a
    page has. Elements whose end tag may be left out do not count.

    Return nothing for a page without ``</html>``, or one that ends within a text: it is cut short.
    """
    if not has_end(text):
        return {}
    counts: Counter[str] = Counter()
    for token in _TOKEN.finditer(text):
        if any(token[cut] is not None for cut in _CUT):
            return {}
        name = (token["name"] or "").lower()
        if name in _NOT_COUNTED:
            continue
        attributes = token["rest"]
        if not attributes.endswith("/") or _VALUE_WITHOUT_QUOTES.search(attributes):
            counts[name] += -1 if token["end"] else 1
    return {name: count for name, count in counts.items() if count}


def _close(stack: list[str], name: str) -> None:
    """Close the innermost element of this name, and with it those within."""
    for place in range(len(stack) - 1, -1, -1):
        if stack[place] == name:
            del stack[place:]
            return
