"""Find syntax in a tree of tree-sitter that only newer browsers read, or none does.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from .syntax_tree import FUNCTIONS, block_names, is_strict, text_of, walk

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
_NO_SPACE: Final = re.compile(b"\xe2\x80\x8b")
_MOST_LOOKED_AT: Final = 1000
_TEXTS: Final = {
    *("comment", "html_comment", "hash_bang_line", "jsx_text", "regex", "regex_pattern", "string"),
    *("string_fragment", "template_string", "escape_sequence"),
}
"""Nodes whose text may be any characters."""
_BLOCKS: Final = ("program", "statement_block")
_OCTAL: Final = re.compile(rb"0[0-7]+")
_OCTAL_ESCAPE: Final = re.compile(rb"\\(?:[1-7][0-7]*|0[0-7]+)")
_NAMES: Final = {
    *("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
}
_NAMES_ELSEWHERE: Final = {"export_specifier", "import_specifier"}  # those of other modules, too
_RESERVED: Final = frozenset(
    b"break case catch class const continue debugger default delete do else enum export extends "
    b"false finally for function if import in instanceof new null return super switch this throw "
    b"true try typeof var void while with".split()
)
"""Words that are no names (ECMA-262, 12.7.2). tree-sitter takes some for one, as ``{class}``."""

_RESERVED_IN_STRICT_MODE: Final = frozenset(
    b"implements interface let package private protected public static yield".split()
)


def newer(kind: str, node: tree_sitter.Node) -> Iterable[str]:
    """Return what of ``FIRST_FIREFOX`` a node of this kind is."""
    find = _NEWER.get(kind)
    if find is not None:
        return find(node)
    return (kind,) if kind in FIRST_FIREFOX else ()


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
        elif kind in _BLOCKS:
            self._read_block(node)
        elif kind in _FORBIDDEN and node.start_byte < self.strict_until:
            self._refuse_in_strict_mode(node)

    def _read_block(self, block: tree_sitter.Node) -> None:
        twice = block_names(block).twice
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
