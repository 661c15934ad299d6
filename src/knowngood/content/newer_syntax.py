"""Find syntax in a tree of tree-sitter that only newer browsers read.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import tree_sitter

FIRST_FIREFOX: Final = {
    "=>": 22,
    "template_string": 34,
    r"\u{}": 40,
    "new.target": 41,
    "let": 44,
    "class": 45,
    "a pattern with the flag u": 46,
    "for (const of)": 51,
    "async": 52,
    "**": 52,
    "**=": 52,
    "a comma behind the last argument": 52,
    "... in an object": 55,
    "catch without a name": 58,
    "a line separator in a string": 62,
    "a BigInt": 68,
    "field_definition": 69,
    "_ in a number": 70,
    "??": 72,
    "optional_chain": 74,
    "a pattern with the flag s": 78,
    "a lookbehind": 78,
    "a named group": 78,
    "??=": 79,
    "||=": 79,
    "&&=": 79,
    "private_property_identifier": 90,
    "class_static_block": 93,
}
"""The first Firefox that reads a node (developer.mozilla.org/docs/Web/JavaScript/Reference): most
of what is newer than ECMAScript 5 of 2009. Older ones run nothing of the script."""

_ESCAPED: Final = re.compile(rb"\\.|\[(?:\\.|[^\]\\])*+\]", re.S)
_SEPARATORS: Final = (b"\xe2\x80\xa8", b"\xe2\x80\xa9")  # U+2028, U+2029


def newer(kind: str, node: tree_sitter.Node) -> Iterable[str]:
    """Return what of ``FIRST_FIREFOX`` a node of this kind is."""
    find = _NEWER.get(kind)
    if find is not None:
        return find(node)
    return (kind,) if kind in FIRST_FIREFOX else ()


def _in_list(node: tree_sitter.Node) -> Iterator[str]:
    last = node.child(node.child_count - 2) if node.child_count > 2 else None
    if last is not None and last.type == ",":
        yield "a comma behind the last argument"


def _in_object(node: tree_sitter.Node) -> Iterator[str]:
    if node.parent is not None and node.parent.type in {"object", "object_pattern"}:
        yield "... in an object"


def _in_pattern(node: tree_sitter.Node) -> Iterator[str]:
    bare = _ESCAPED.sub(b"", node.text or b"")
    if re.search(rb"\(\?<[=!]", bare):
        yield "a lookbehind"
    if re.search(rb"\(\?<[\w$]", bare):
        yield "a named group"


def _of_pattern(node: tree_sitter.Node) -> Iterator[str]:
    flags = (node.text or b"").decode("ascii", "replace")
    yield from (f"a pattern with the flag {flag}" for flag in "su" if flag in flags)


def _in_number(node: tree_sitter.Node) -> Iterator[str]:
    text = node.text or b""
    if b"_" in text:
        yield "_ in a number"
    if text.endswith(b"n"):
        yield "a BigInt"


def _in_catch(node: tree_sitter.Node) -> Iterator[str]:
    if node.child_by_field_name("parameter") is None:
        yield "catch without a name"


def _in_escape(node: tree_sitter.Node) -> Iterator[str]:
    if (node.text or b"").startswith(rb"\u{"):
        yield r"\u{}"


def _in_string(node: tree_sitter.Node) -> Iterator[str]:
    parent, text = node.parent, node.text or b""
    if any(mark in text for mark in _SEPARATORS) and parent is not None and parent.type == "string":
        yield "a line separator in a string"


def _in_loop(node: tree_sitter.Node) -> Iterator[str]:
    words = [node.child_by_field_name(name) for name in ("kind", "operator")]
    if [word and word.type for word in words] == ["const", "of"]:
        yield "for (const of)"


def _of_meta(node: tree_sitter.Node) -> Iterator[str]:
    if (node.text or b"").startswith(b"new"):
        yield "new.target"


_NEWER: Final[dict[str, Callable[[tree_sitter.Node], Iterator[str]]]] = {
    "arguments": _in_list,
    "formal_parameters": _in_list,
    "spread_element": _in_object,
    "rest_pattern": _in_object,
    "regex_pattern": _in_pattern,
    "regex_flags": _of_pattern,
    "number": _in_number,
    "catch_clause": _in_catch,
    "escape_sequence": _in_escape,
    "string_fragment": _in_string,
    "for_in_statement": _in_loop,
    "meta_property": _of_meta,
}
