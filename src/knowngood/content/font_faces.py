"""Tell which of the files that a @font-face names browsers ask for: the first that they can read.

The others are spare, for browsers of old (https://www.w3.org/TR/css-fonts-4/#src-desc). Debian's
packages, for one, leave them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tinycss2.ast import Node

_OF_OLD: Final = {"eot", "embedded-opentype", "svg"}
"""Formats, and ends of names, that no browser reads any more."""


def spare_urls(nodes: list[Any]) -> set[str]:
    """Return the URLs among the rules of a stylesheet that no browser asks for."""
    needed, named = set[str](), set[str]()
    waiting = [nodes]
    while waiting:
        in_font = False
        for node in without_space(waiting.pop()):
            if node.type == "{} block" and in_font:
                sources = [part for part in _split(node.content, ";") if _is_source(part)]
                named.update(_url(one) for source in sources for one in _split(source, ","))
                for source in sources[-1:]:  # the last one is what counts
                    needed.update(_url(one) for one in _first(source))
            elif node.type == "{} block":
                waiting.append(node.content)
            in_font = node.type == "at-keyword" and node.lower_value == "font-face"
    return named - needed


def without_space(nodes: Iterable[Any]) -> Iterator[Any]:
    """Yield the nodes that are neither white space nor a comment."""
    return (node for node in nodes if node.type not in {"whitespace", "comment"})


def _first(source: list[Node]) -> list[list[Node]]:
    """Return the alternatives of a ``src`` up to the first file that every browser can read,
    without those that none can; all of them if there is none.
    """
    alternatives = list(_split(source, ","))
    read = [one for one in alternatives if not _is_of_old(one)]
    for place, alternative in enumerate(read, 1):
        if _url(alternative) and not any(map(_is_tech, alternative)):
            return read[:place]
    return alternatives


def _is_source(declaration: list[Node]) -> bool:
    first = next(without_space(declaration), None)
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
