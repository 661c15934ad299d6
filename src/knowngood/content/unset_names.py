"""Find in a tree of tree-sitter what a script uses above the ``var`` that gives it a value, where
it is undefined: a member or a call of it ends the script.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from .syntax_tree import EXPRESSIONS, is_called_at_once, text_of

if TYPE_CHECKING:
    import tree_sitter

_FIRST_PART: Final = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "call_expression": "function",
    "member_expression": "object",
    "new_expression": "constructor",
    "subscript_expression": "object",
    "variable_declarator": "value",
}
"""By kind of node, the field of what is evaluated first in it."""
_OPENED: Final = ("member_expression", "subscript_expression", "call_expression", "new_expression")
"""Of these, undefined has none."""
_GOES_ON: Final = {
    *("class_declaration", "comment", "empty_statement", "expression_statement"),
    *("function_declaration", "lexical_declaration", "variable_declaration"),
}
"""Statements behind which a function goes on for certain."""


def unset_names(root: tree_sitter.Node, source: bytes) -> list[str]:
    """Return the names that statements of a script's top, or of a function that is called where it
    stands, use first, and a ``var`` further down gives a value. Nothing before the use has the
    name, and no function of the script.
    """
    given = {
        text_of(name): part.start_byte
        for statement in root.named_children
        if statement.type == "variable_declaration"
        for part in statement.named_children
        if part.child_by_field_name("value") is not None
        and (name := part.child_by_field_name("name")) is not None
        and name.type == "identifier"
    }
    return [
        text_of(use)
        for use in (_used_first(root) if given else ())
        if given.get(text_of(use), 0) > use.end_byte and _is_first(text_of(use), use, source)
    ]


def _used_first(block: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield the names of which the statements of a block use a member or a call before all else."""
    for statement in block.named_children:
        if statement.type not in _GOES_ON and block.type == "statement_block":
            return
        if statement.type in {"expression_statement", "variable_declaration"}:
            node, outer = statement.named_child(0), statement
            while node is not None and (inner := _first_part(node)) is not None:
                node, outer = inner, node
            if node is not None and node.type == "identifier" and outer.type in _OPENED:
                yield node
            body = _run_at_once(node) if node is not None else None
            yield from _used_first(body) if body is not None else ()


def _run_at_once(function: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the body of a function that runs to its end where it stands; None for another node."""
    if function.type not in EXPRESSIONS:
        return None
    body = function.child_by_field_name("body")
    waits = any(child.type == "async" for child in function.children)
    is_block = body is not None and body.type == "statement_block"
    return body if is_block and not waits and is_called_at_once(function) else None


def _first_part(node: tree_sitter.Node) -> tree_sitter.Node | None:
    if any(child.type == "optional_chain" for child in node.children):
        return None
    if node.type in {"parenthesized_expression", "sequence_expression"}:
        return node.named_child(0)
    if node.type == "unary_expression" and node.children[0].type == "!":
        return node.named_child(0)
    return node.child_by_field_name(_FIRST_PART.get(node.type, ""))


def _is_first(name: str, use: tree_sitter.Node, source: bytes) -> bool:
    word = re.compile(rb"(?<![\w$])%s(?![\w$])" % re.escape(name.encode()))
    first = word.search(source)
    hoisted = re.search(rb"function\s*\*?\s*%s" % word.pattern, source)
    return first is not None and first.start() == use.start_byte and hoisted is None
