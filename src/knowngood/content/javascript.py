"""Whether a script is whole: parsed, never run.

tree-sitter's JavaScript grammar reads every dialect of today. Of what Mozilla's own JavaScript 1.7
and 1.8 added it is given ``[for (x of xs) x]`` and ``for each`` in words that it knows; where a
script uses more of that and does not parse, only the brackets are counted. Large scripts are read
by their tokens, see :mod:`knowngood.content.javascript_lexer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import tree_sitter
import tree_sitter_javascript

from ..safety.limits import cached_by_content
from . import javascript_lexer
from .media_types import SCRIPT_TYPES

PARSED: Final = 128 * 1024
"""Bytes up to which a script is parsed: jQuery minified, 90,000 bytes, is. The tree of this many
takes up to 50 MB, and the worst of sources three seconds."""

_PARSER: Final = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
_CLOSED_BY: Final = {"(": ")", "[": "]", "{": "}", "${": "}"}
_MOZILLA: Final = re.compile(r";\s*version\s*=\s*[\"']?1\.[678]", re.I)
_CLAUSE: Final = rb"(?:for\s*+(?:each\s*+)?+|if\s*+)\([^()]*+\)"
_COMPREHENSION: Final = re.compile(rb"\[\s*+(?=for\b)(?:%s\s*+)++" % _CLAUSE)
_FOR_EACH: Final = re.compile(rb"\bfor(\s++)each\b")
_ONLY_MOZILLA: Final = re.compile(
    rb"""
      [\[(]\s*+for\b                           # a comprehension that was not rewritten
    | [\w\])]\s++for\s*+(?:each\s*+)?+\(       # a generator expression
    | \blet\s*+\(                             # let (x = 1) ...
    | \bcatch\s*+\(\s*+[\w$]++\s++if\b        # catch (e if ...)
    | \bfunction\b[^(){}]{0,99}+\([^()]{0,999}+\)\s*+[^\s{]  # function (x) x * x
    | \byield\b                              # in a function like any other
    """,
    re.X,
)
_ON_WINDOW: Final = re.compile(rb"\b(?:window|self|globalThis)\.([\w$]++)\s*+=(?!=)")
_NAMED: Final = re.compile(
    rb"(?:^|[;{}\n])\s{0,99}+function\s++([\w$]++)|(?<![.\w$])([\w$]++)\s*+=\s*+function|"
    rb"\b(?:window|self|globalThis)\.([\w$]++)\s*+=(?!=)"
)
_DECLARING: Final = ("variable_declaration", "lexical_declaration", "expression_statement")
_MARKUP: Final = ("jsx_element", "jsx_self_closing_element")


def is_javascript(kind: str) -> bool:
    """Whether the ``type`` attribute of a script element makes browsers run it."""
    return not kind.strip() or kind.strip().lower() == "module" or bool(SCRIPT_TYPES.match(kind))


def is_mozilla(kind: str) -> bool:
    """Whether the ``type`` attribute asks for Mozilla's own JavaScript 1.6 to 1.8."""
    return bool(_MOZILLA.search(kind))


@cached_by_content
def trouble(source: bytes, *, mozilla: bool = False) -> str | None:
    """Why ``source`` is no whole script, with the line; None when it is one.

    ``mozilla`` says that it is written in Mozilla's JavaScript 1.7 or 1.8.
    """
    if not source.strip():
        return "the script is empty"
    start = source.lstrip()
    if start.startswith(b"<") and not start.startswith(b"<!--"):
        return "markup in place of script at line 1"
    if len(source) > PARSED:
        return _scanned(source)
    root = _PARSER.parse(source).root_node
    markup = next((node for node in _walk(root) if node.type in _MARKUP), None)
    if markup is not None:
        return f"markup in place of script at line {markup.start_point.row + 1}"
    if mozilla and root.has_error:
        source, odd = _today(source), _unbalanced(root)
        if odd or _ONLY_MOZILLA.search(source):
            return odd
        root = _PARSER.parse(source).root_node
    if not root.has_error:
        return None
    broken = next(node for node in _walk(root) if node.is_error or node.is_missing)
    return f"does not parse from line {broken.start_point.row + 1} on"


@cached_by_content
def strings(source: bytes) -> tuple[str, ...]:
    """Every string literal of ``source`` that needs no unescaping and is not empty, in order.

    A template's fragments are no literals: what stands between them is known to the page only.
    """
    literals = _literals(source) if len(source) <= PARSED else _scanned_literals(source)
    return tuple(literal.decode("utf-8", "replace") for literal in literals)


def _literals(source: bytes) -> Iterator[bytes]:
    root = _PARSER.parse(source).root_node
    for node in _walk(root):
        parts = node.named_children if node.type == "string" else []
        if len(parts) == 1 and parts[0].type == "string_fragment" and parts[0].text:
            yield parts[0].text


def _scanned_literals(source: bytes) -> Iterator[bytes]:
    with suppress(javascript_lexer.NotWhole):  # which is for another check to tell
        for literal in javascript_lexer.scan(source):
            if literal and b"\\" not in literal:
                yield literal


def _scanned(source: bytes) -> str | None:
    try:
        for _ in javascript_lexer.scan(source):
            pass
    except javascript_lexer.NotWhole as found:
        return str(found)
    return None


@cached_by_content
def says_something(source: bytes) -> bool:
    """Whether ``source`` holds anything but comments; of one too large to be parsed it is taken
    for granted.
    """
    if len(source) > PARSED:
        return True
    return any(node.type != "comment" for node in _PARSER.parse(source).root_node.children)


@cached_by_content
def declares(source: bytes) -> frozenset[str]:
    """The names that ``source`` gives the whole page: functions and variables of its top, and what
    it sets on ``window``. Of one too large to be parsed, or that does not parse, those further down
    count too: rather one too many.
    """
    root = _PARSER.parse(source).root_node if len(source) <= PARSED else None
    if root is None or root.has_error:
        found = {name for names in _NAMED.findall(source) for name in names}
    else:
        found = {*_ON_WINDOW.findall(source), *_at_the_top(root)}
    return frozenset(name.decode("utf-8", "replace") for name in found if name)


def _at_the_top(root: tree_sitter.Node) -> Iterator[bytes]:
    for node in root.named_children:
        parts = node.named_children if node.type in _DECLARING else [node]
        for part in parts:
            side = "left" if part.type == "assignment_expression" else "name"
            name = part.child_by_field_name(side)
            if name is not None:
                yield name.text or b""


def _today(source: bytes) -> bytes:
    """Mozilla's comprehensions and ``for each`` in the words of today, line by line as they were:
    what stands there need not mean the same, but parse where theirs does.
    """
    plain = _COMPREHENSION.sub(lambda found: b"[0," + b"\n" * found[0].count(b"\n"), source)
    return _FOR_EACH.sub(rb"for\1", plain)


def _unbalanced(root: tree_sitter.Node) -> str | None:
    open_brackets: list[tuple[str, int]] = []
    for node in _walk(root):
        if node.child_count or node.is_missing:
            continue
        line = node.start_point.row + 1
        if node.type in _CLOSED_BY:
            open_brackets.append((node.type, line))
        elif node.type in _CLOSED_BY.values() and (
            not open_brackets or _CLOSED_BY[open_brackets.pop()[0]] != node.type
        ):
            return f"a {node.type} closes nothing at line {line}"
    if open_brackets:
        bracket, line = open_brackets[-1]
        return f"the {bracket} of line {line} is never closed"
    return None


def _walk(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Every node in document order, without recursion: minified scripts nest deep."""
    cursor = root.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
