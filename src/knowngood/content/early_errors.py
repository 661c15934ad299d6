"""Find in a tree of tree-sitter why a browser runs nothing of a script that parses.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Final

from .syntax_tree import (
    BLOCKS,
    FUNCTIONS,
    block_names,
    bound_names,
    function_around,
    is_strict,
    text_of,
    walk,
)

if TYPE_CHECKING:
    import tree_sitter

_LEFT: Final = {
    *("do_statement", "for_in_statement", "for_statement", "labeled_statement"),
    *("switch_statement", "while_statement"),
}
"""What ``break`` leaves."""
_NO_SPACE: Final = re.compile(b"\xe2\x80\x8b")
_MOST_LOOKED_AT: Final = 1000
_TEXTS: Final = {
    *("comment", "html_comment", "hash_bang_line", "jsx_text", "regex", "regex_pattern", "string"),
    *("string_fragment", "template_string", "escape_sequence"),
}
"""Nodes whose text may be any characters."""
_RESERVED: Final = frozenset(
    b"break case catch class const continue debugger default delete do else enum export extends "
    b"false finally for function if import in instanceof new null return super switch this throw "
    b"true try typeof var void while with".split()
)
"""Words that are no names (ECMA-262, 12.7.2). tree-sitter takes some for one, as ``{class}``."""
_NAMES: Final = {
    *("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
}
_NAMES_ELSEWHERE: Final = {"export_specifier", "import_specifier"}  # those of other modules, too
_OCTAL: Final = re.compile(rb"0[0-7]+")
_OCTAL_ESCAPE: Final = re.compile(rb"\\(?:[1-7][0-7]*|0[0-7]+)")
_RESERVED_IN_STRICT_MODE: Final = frozenset(
    b"implements interface let package private protected public static yield".split()
)


class EarlyErrors:
    """What keeps browsers from running any of a script that parses.

    Attributes:
        problem: the first error, with its line, if there is one.
        strict_until: the byte up to which what was read last is in strict mode.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self.strict_until = 0

    def read(self, kind: str, node: tree_sitter.Node) -> None:
        """Read the next node of this kind, in document order."""
        if self.problem:
            return
        if kind in _NAMES and _is_name_of(node, _RESERVED):
            self.problem = f"line {node.start_point.row + 1} has {text_of(node)} for a name"
        elif kind == "class_body":
            self.strict_until = max(self.strict_until, node.end_byte)
        elif kind in BLOCKS:
            self._read_block(node)
        elif kind in _WRONG and (what := _WRONG[kind](node)):
            self.problem = f"{what} at line {node.start_point.row + 1}"
        elif kind in _FORBIDDEN and node.start_byte < self.strict_until:
            self._refuse_in_strict_mode(node)

    def _read_block(self, block: tree_sitter.Node) -> None:
        names = block_names(block)
        twice = names.twice or min(_of_parameters(block, names.lexical), default=None)
        if twice is not None:
            self.problem = f"line {twice[0]} declares {twice[1]}, which is declared already"
        elif block.end_byte > self.strict_until and is_strict(block):
            self.strict_until = block.end_byte
            function = block.parent
            head = function.named_children[:-1] if function is not None else ()
            for node in (node for part in head for node in walk(part)):
                self._refuse_in_strict_mode(node)

    def _refuse_in_strict_mode(self, node: tree_sitter.Node) -> None:
        what = _FORBIDDEN[node.type](node) if node.type in _FORBIDDEN else ""
        if what and self.problem is None:
            self.problem = f"{what} at line {node.start_point.row + 1}, which strict mode forbids"


def _of_parameters(
    block: tree_sitter.Node, lexical: Mapping[str, int]
) -> Iterator[tuple[int, str]]:
    """Yield which of the ``lexical`` names of a function's body its parameters have, too, each
    after its line.
    """
    function = block.parent if lexical else None
    if function is None or function.type not in {"catch_clause", *FUNCTIONS}:
        return
    one, several = map(function.child_by_field_name, ("parameter", "parameters"))
    patterns = several.named_children if several is not None else [one]
    for name in (name for pattern in patterns for name in bound_names(pattern)):
        if name in lexical:
            yield lexical[name], name


def _return_outside(statement: tree_sitter.Node) -> str:
    return "" if function_around(statement) is not None else "return outside functions"


def _jump_outside(statement: tree_sitter.Node) -> str:
    """Return what a ``break`` or ``continue`` is that stands in nothing that it could leave."""
    around = statement.parent
    while around is not None and around.type not in {"class_static_block", *FUNCTIONS}:
        if around.type in _LEFT:
            return ""
        around = around.parent
    return f"{statement.type.removesuffix('_statement')} outside loops"


def _without_value(declarator: tree_sitter.Node) -> str:
    declaration = declarator.parent
    is_const = declaration is not None and declaration.children[0].type == "const"
    has_value = declarator.child_by_field_name("value") is not None
    return "a const without a value" if is_const and not has_value else ""


_WRONG: Final[dict[str, Callable[[tree_sitter.Node], str]]] = {
    "return_statement": _return_outside,
    "break_statement": _jump_outside,
    "continue_statement": _jump_outside,
    "variable_declarator": _without_value,
}
"""By kind of node, what is wrong with it wherever a script has it; empty if nothing is."""


def invisible(root: tree_sitter.Node, source: bytes) -> str | None:
    """Return the first space without a width between the tokens of a script, with its line:
    tree-sitter takes it for white space, and no browser does.
    """
    for match in islice(_NO_SPACE.finditer(source), _MOST_LOOKED_AT):
        node = root.descendant_for_byte_range(*match.span())
        if node is not None and node.type not in _TEXTS:
            line = source.count(b"\n", 0, match.start()) + 1
            return f"a space without a width (U+200B) at line {line}"
    return None


def never_run(root: tree_sitter.Node) -> str | None:
    """Return what of a script no browser runs, whatever happens: what stands behind an error that a
    bundler writes when its build has failed, or a function in brackets that lost what called it, as
    the ``$`` of ``$(function () {})``.
    """
    for statement in root.named_children:
        line = statement.start_point.row + 1
        if statement.type == "throw_statement":
            return f"line {line} throws an error, whatever happens"
        if _is_function_in_brackets(statement):
            return f"nobody calls the function in brackets at line {line}"
    return None


def _is_function_in_brackets(statement: tree_sitter.Node) -> bool:
    part = statement.named_child(0) if statement.type == "expression_statement" else None
    if part is None or part.type != "parenthesized_expression":
        return False
    inner = [node for node in part.named_children if node.type != "comment"]
    return len(inner) == 1 and inner[0].type in FUNCTIONS


def _reserved_in_strict_mode(name: tree_sitter.Node) -> str:
    return f"the name {text_of(name)}" if _is_name_of(name, _RESERVED_IN_STRICT_MODE) else ""


def _is_name_of(node: tree_sitter.Node, words: Container[bytes]) -> bool:
    """Return whether a name is one of ``words``, where no other module gave it."""
    return node.text in words and (node.parent is None or node.parent.type not in _NAMES_ELSEWHERE)


def _octal(number: tree_sitter.Node) -> str:
    return "an octal number" if _OCTAL.fullmatch(number.text or b"") else ""


def _octal_escape(escape: tree_sitter.Node) -> str:
    in_string = escape.parent is not None and escape.parent.type == "string"
    is_octal = in_string and _OCTAL_ESCAPE.fullmatch(escape.text or b"")
    return "an octal escape in a string" if is_octal else ""


def _deleted_name(expression: tree_sitter.Node) -> str:
    parts = [expression.child_by_field_name(name) for name in ("operator", "argument")]
    deletes_name = [part and part.type for part in parts] == ["delete", "identifier"]
    return "delete of a name" if deletes_name else ""


def _alike_parameters(parameters: tree_sitter.Node) -> str:
    names = [part.text for part in parameters.named_children if part.type == "identifier"]
    return "two parameters of one name" if len(set(names)) < len(names) else ""


_FORBIDDEN: Final[dict[str, Callable[[tree_sitter.Node], str]]] = {
    **dict.fromkeys(_NAMES, _reserved_in_strict_mode),
    "with_statement": lambda _: "with",
    "number": _octal,
    "escape_sequence": _octal_escape,
    "unary_expression": _deleted_name,
    "formal_parameters": _alike_parameters,
}
"""By kind of node, what of it strict mode forbids; empty if it allows it."""
