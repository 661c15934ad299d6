"""Tell which of the files that a @font-face names browsers load: the first that they can read.

The others are for browsers of old. A deployment may do without them
(https://www.w3.org/TR/css-fonts-4/#src-desc).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tinycss2.ast import Node

_OF_OLD: Final = {"eot", "embedded-opentype", "svg"}
"""Formats, and ends of names, that no browser reads any more."""


def loaded(content: list[Node]) -> list[Node]:
    """Return the nodes of a @font-face without the sources that no browser loads."""
    declarations = list(_split(content, ";"))
    sources = [declaration for declaration in declarations if _is_source(declaration)]
    others = [node for part in declarations if not _is_source(part) for node in part]
    return others + (_first(sources[-1]) if sources else [])  # the last one is what counts


def _first(source: list[Node]) -> list[Node]:
    """Return the alternatives of a ``src`` up to the first file that every browser can read,
    without those that none can; all of them if there is none.
    """
    nodes: list[Node] = []
    for alternative in _split(source, ","):
        if not _is_of_old(alternative):
            nodes += alternative
            if _url(alternative) and not any(map(_is_tech, alternative)):
                return nodes
    return source


def _is_source(declaration: list[Node]) -> bool:
    names = (node for node in declaration if node.type not in {"whitespace", "comment"})
    first = next(names, None)
    return first is not None and first.type == "ident" and first.lower_value == "src"


def _is_of_old(alternative: list[Any]) -> bool:
    named = [_argument(n) for n in alternative if n.type == "function" and n.lower_name == "format"]
    path = _url(alternative).partition("#")[0].partition("?")[0]
    return (named[0] if named else path.rpartition(".")[2]).lower() in _OF_OLD


def _is_tech(node: Any) -> bool:
    """Return whether a node says what else a browser must know, such as of colours."""
    return bool(node.type == "function" and node.lower_name == "tech")


def _url(alternative: list[Any]) -> str:
    """Return the address of a file; empty for a font of the reader's own machine."""
    for node in alternative:
        if node.type == "url":
            return str(node.value)
        if node.type == "function" and node.lower_name == "url":
            return _argument(node)
    return ""


def _argument(function: Any) -> str:
    """Return the first string or name in the brackets of a function."""
    values = (n.value for n in function.arguments if n.type in {"string", "ident"})
    return next(values, "")


def _split(nodes: list[Node], at: str) -> Iterator[list[Node]]:
    part: list[Node] = []
    for node in nodes:
        if node == at:
            yield part
            part = []
        else:
            part.append(node)
    yield part
