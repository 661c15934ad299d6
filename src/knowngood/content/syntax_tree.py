"""What all that read a tree of tree-sitter have in common.

:mod:`.sandbox_program` imports it, so it imports nothing of this package.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import tree_sitter

BLOCKS: Final = ("program", "statement_block")
FUNCTIONS: Final = {
    *("arrow_function", "function_declaration", "function_expression", "generator_function"),
    *("generator_function_declaration", "method_definition"),
}
EXPRESSIONS: Final = ("arrow_function", "function_expression")
PLAIN_FUNCTIONS: Final = {*EXPRESSIONS, "function_declaration"}
HOISTED: Final = ("function_declaration", "generator_function_declaration")
SHORTHAND: Final = "shorthand_property_identifier"
_ASSIGNMENTS: Final = {"assignment_expression", "augmented_assignment_expression"}
"""In strict mode these bind no name: one that nobody declares throws an error there."""

_BOUND_BY: Final = {
    **dict.fromkeys(("class", "class_declaration", "variable_declarator"), "name"),
    **dict.fromkeys(("generator_function", "generator_function_declaration"), "name"),
    **dict.fromkeys(PLAIN_FUNCTIONS, "name"),
    **dict.fromkeys(("arrow_function", "catch_clause"), "parameter"),
    **dict.fromkeys(_ASSIGNMENTS, "left"),
    **dict.fromkeys(
        ("assignment_pattern", "for_in_statement", "object_assignment_pattern"), "left"
    ),
    "pair_pattern": "value",
}
"""By kind of node, the field that binds a name."""

_BINDING: Final = {
    *("array_pattern", "export_specifier", "formal_parameters", "import_clause"),
    *("import_specifier", "namespace_export", "namespace_import", "rest_pattern"),
    "update_expression",
}
"""Nodes that bind each name in them, or give it to others."""

_CALLERS: Final = frozenset(
    b"done getJSON ready requestAnimationFrame setInterval setTimeout then".split()
)
"""Functions of browsers and jQuery that call their argument where nothing goes wrong."""

_LOADED: Final = {*(b"load", b"DOMContentLoaded"), *(b"onload", b"window.onload", b"self.onload")}
OF_MODULES: Final = {"import_statement": "import", "export_statement": "export"}
_ON_WINDOW: Final = re.compile(r"(?:window|self|globalThis)\.([\w$]+)")
_BOUND: Final = ("identifier", "shorthand_property_identifier_pattern")


class BlockNames(NamedTuple):
    """What a block, or the top of a script, declares by statements of its own.

    Attributes:
        lexical: by name of each class, and of each ``let`` and ``const``, its line.
        hoisted: the functions, and each ``var``.
        twice: the line of the first lexical name that is declared there more than once, and it.
    """

    lexical: dict[str, int]
    hoisted: list[str]
    twice: tuple[int, str] | None


def text_of(node: tree_sitter.Node) -> str:
    """Return the text of a node."""
    return sys.intern((node.text or b"").decode("utf-8", "replace"))  # most stand there often


def walk(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield every node in document order, without recursion: minified scripts nest deep."""
    cursor = root.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _names(declaration: tree_sitter.Node) -> Iterator[str]:
    declarators = [
        part for part in declaration.named_children if part.type == "variable_declarator"
    ]
    for part in declarators or [declaration]:
        yield from bound_names(part.child_by_field_name("name"))


def bound_names(pattern: tree_sitter.Node | None) -> Iterator[str]:
    """Yield the names that a name or a pattern binds: ``a`` and ``c`` of ``{a, b: [c = d]}``."""
    waiting = [pattern] if pattern is not None else []
    for node in waiting:
        if node.type in _BOUND:
            yield text_of(node)
        elif node.type.endswith("pattern"):
            part = node.child_by_field_name("value") or node.child_by_field_name("left")
            waiting += [part] if part is not None else node.named_children


def block_names(block: tree_sitter.Node) -> BlockNames:
    """Return what a block, or the top of a script, declares."""
    lexical: dict[str, int] = {}
    hoisted: list[str] = []
    twice = None
    for statement in block.named_children:
        kind = statement.type
        if kind in HOISTED or kind == "variable_declaration":
            hoisted += _names(statement)
        elif kind in {"lexical_declaration", "class_declaration"}:
            for name in _names(statement):
                if name in lexical and twice is None:
                    twice = statement.start_point.row + 1, name
                lexical.setdefault(name, statement.start_point.row + 1)
    both = [(lexical[name], name) for name in hoisted if name in lexical]
    return BlockNames(lexical, hoisted, min(filter(None, [twice, *both]), default=None))


def is_strict(block: tree_sitter.Node) -> bool:
    """Return whether a block puts what is in it into strict mode: the top of a module, or that of
    a script or function that begins with ``"use strict"``.
    """
    around = block.parent
    if around is None and any(part.type in OF_MODULES for part in block.named_children):
        return True
    if around is not None and around.type not in FUNCTIONS:
        return False
    for statement in block.named_children:
        text = statement.named_child(0) if statement.type == "expression_statement" else None
        if statement.type != "comment" and (text is None or text.type != "string"):
            return False
        if text is not None and (text.text or b"")[1:-1] == b"use strict":
            return True
    return False


def function_around(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the function that a node stands in; None outside of all."""
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around


def is_called_at_once(function: tree_sitter.Node) -> bool:
    """Return whether a function is called where it stands: ``(function () {}())``, also by way of
    ``call`` or ``apply``.
    """
    node, parent = function, function.parent
    while parent is not None and parent.type == "parenthesized_expression":
        node, parent = parent, parent.parent
    member = parent.child_by_field_name("property") if parent is not None else None
    if parent is not None and member is not None and member.text in {b"call", b"apply"}:
        node, parent = parent, parent.parent
    return parent is not None and parent.child_by_field_name("function") == node


def is_handed_over(node: tree_sitter.Node) -> bool:
    """Return whether the browser will call a function, or the function of a name."""
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None else None
    if left is not None:
        return left != node and left.text in _LOADED
    call = parent.parent if parent is not None and parent.type == "arguments" else None
    callee = call.child_by_field_name("function") if call is not None else None
    first = parent.named_child(0) if parent is not None else None
    if callee is None or first is None:
        return False
    name = (callee.child_by_field_name("property") or callee).text
    if name == b"addEventListener":
        return first != node and (first.text or b"").strip(b"\"'") in _LOADED
    return name in _CALLERS or (name in {b"$", b"jQuery"} and node.type in EXPRESSIONS)


def name_of_function(function: tree_sitter.Node) -> tuple[str, bool]:
    """Return the name by which others call a function, empty for none, and whether it is set on
    ``window``.
    """
    name, parent = function.child_by_field_name("name"), function.parent
    if function.type == "function_declaration" and name is not None:
        return text_of(name), False
    field_name = "left" if parent is not None and "assignment" in parent.type else "name"
    name = parent.child_by_field_name(field_name) if parent is not None else None
    if name is None or function.type not in PLAIN_FUNCTIONS:
        return "", False
    on_window = _ON_WINDOW.fullmatch(text_of(name))
    if on_window:
        return on_window[1], True
    return (text_of(name) if name.type == "identifier" else ""), False


def asks_for(parent: tree_sitter.Node) -> bool:
    """Return whether a node asks for the type of a name in it, or deletes it."""
    operator = parent.child_by_field_name("operator")
    return operator is not None and operator.type in {"typeof", "delete"}


def is_given_value(parent: tree_sitter.Node, node: tree_sitter.Node) -> bool:
    """Return whether a name stands at the left of an assignment."""
    return parent.type in _ASSIGNMENTS and parent.child_by_field_name("left") == node


def binds(parent: tree_sitter.Node, node: tree_sitter.Node) -> bool:
    """Return whether a name is bound where it stands."""
    kind = parent.type
    if kind in _BINDING or node.type == f"{SHORTHAND}_pattern":
        return True
    return parent.child_by_field_name(_BOUND_BY.get(kind, "")) == node
