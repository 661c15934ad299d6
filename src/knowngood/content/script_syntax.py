"""Find in a tree of tree-sitter where a script does not parse, and what single nodes say of it.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.newer_syntax` and
:mod:`.syntax_tree` alone.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from . import newer_syntax, syntax_tree
from .syntax_tree import text_of

if TYPE_CHECKING:
    import tree_sitter

_IDENTIFIERS: Final = ("identifier", "property_identifier", "shorthand_property_identifier")
_STRINGS: Final = ("string", "template_string")
_QUOTES: Final = frozenset("\u2018\u2019\u201a\u201c\u201d\u201e")
_CONTINUED: Final = re.compile(rb"\\(?:\r\n|.)", re.S)
_EMPTY_PLACE: Final = re.compile(rb"[{(,]\s*+(?:,|/[*/])")
"""What may be an empty place in a list: another comma, or a comment before it."""

_LISTS: Final = ("arguments", "object", "object_pattern")
_NAMELESS: Final = re.compile(rb"(?:async[ \t]+)?function(?![\w$])|class(?![\w$])")
_MARKUP: Final = ("jsx_element", "jsx_self_closing_element")


class SyntaxReader:
    """Reads a script node by node.

    Attributes:
        markup: the line of the first element of markup, if there is one.
        error: the line from which on it does not parse, if it does not.
        module: what of it only modules can hold, with the line; None if there is nothing.
        strings: its string literals, as ``ScriptFacts`` has them.
        new: what it has of ``newer_syntax.FIRST_FIREFOX``, and the first line of each.
    """

    def __init__(self, source: bytes) -> None:
        self.markup: int | None = None
        self.error: int | None = None
        self.module: str | None = None
        self.strings: list[str] = []
        self.new: dict[str, int] = {}
        self._source = source
        self._may_quote = b"\xe2\x80" in source
        self._may_have_gaps = _EMPTY_PLACE.search(source) is not None

    def read(self, kind: str, node: tree_sitter.Node) -> None:
        """Read a node of this kind."""
        for feature in newer_syntax.newer(kind, node):
            self.new.setdefault(feature, node.start_point.row + 1)
        if self.markup is None and kind in _MARKUP:
            self.markup = node.start_point.row + 1
        if self.error is None and self._is_wrong(kind, node):
            self.error = node.start_point.row + 1
        if kind in _STRINGS:
            self.strings += plain_string(node)
        if self.module is None and (what := _of_modules(kind, node)):
            self.module = f"{what} at line {node.start_point.row + 1}"

    def _is_wrong(self, kind: str, node: tree_sitter.Node) -> bool:
        return (
            node.is_error
            or node.is_missing
            or (self._may_quote and _is_quoted(node))
            or (kind == "string" and _holds_line_end(node))
            or (self._may_have_gaps and kind in _LISTS and _has_empty_place(node))
            or _lacks_a_part(kind, node, self._source)
        )


def _is_quoted(node: tree_sitter.Node) -> bool:
    """Return whether a name holds a typographic quote, which tree-sitter takes for a letter."""
    return node.type in _IDENTIFIERS and not _QUOTES.isdisjoint(text_of(node))


def _holds_line_end(string: tree_sitter.Node) -> bool:
    """Return whether a string goes on behind the end of a line that no backslash continues:
    tree-sitter takes white space before the closing quote for space between tokens.
    """
    bare = _CONTINUED.sub(b"", string.text or b"")
    return b"\n" in bare or b"\r" in bare


def _lacks_a_part(kind: str, node: tree_sitter.Node, source: bytes) -> bool:
    """Return whether a node is a ``try`` without ``catch``, a function or class that is declared
    without a name, or an ``await`` in a function that is not ``async``, which tree-sitter takes. A
    function of an old script may be called ``await``.
    """
    if kind == "try_statement":
        return not any(map(node.child_by_field_name, ("handler", "finalizer")))
    if kind == "expression_statement":
        return _NAMELESS.match(source, node.start_byte) is not None
    if not _awaits(kind, node):
        return False
    around = syntax_tree.function_around(node)
    return around is not None and all(child.type != "async" for child in around.children)


def _has_empty_place(node: tree_sitter.Node) -> bool:
    """Return whether nothing stands between two commas, or before the first, where only an array
    may have a hole.
    """
    kinds = [child.type for child in node.children if child.type != "comment"]
    return any(after == "," and before in {"(", "{", ","} for before, after in pairwise(kinds))


def _of_modules(kind: str, node: tree_sitter.Node) -> str | None:
    """Return what a node is that only modules can hold; None for any other."""
    if _awaits(kind, node) and syntax_tree.function_around(node) is None:
        return "await outside functions"
    if kind == "meta_property" and text_of(node).startswith("import"):
        return "import.meta"
    return syntax_tree.OF_MODULES.get(kind)


def _awaits(kind: str, node: tree_sitter.Node) -> bool:
    """Return whether a node is an ``await``, and not a call of a function of this name."""
    return kind == "await_expression" and node.children[-1].type != "parenthesized_expression"


def plain_string(literal: tree_sitter.Node) -> list[str]:
    """Return the text of a string that needs no unescaping and into which nothing is put."""
    parts, around = literal.named_children, literal.parent
    is_tagged = around is not None and around.child_by_field_name("arguments") == literal
    if len(parts) != 1 or parts[0].type != "string_fragment" or is_tagged:
        return []
    text = text_of(parts[0])
    return [text] if "\n" not in text else []
