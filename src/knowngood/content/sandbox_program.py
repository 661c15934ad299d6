"""The program of :mod:`.sandbox`: parse the HTML or JavaScript on standard input within limits.

It imports few modules of this package, so that it starts in a twentieth of a second. Small scripts
are parsed by the same functions without a process of their own.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from knowngood.content import (
    early_errors,
    module_names,
    script_loads,
    script_uses,
    syntax_tree,
    unset_names,
)
from knowngood.content.script_syntax import SyntaxReader, plain_string
from knowngood.content.syntax_tree import text_of

if TYPE_CHECKING:
    import tree_sitter

TOO_MUCH: Final = 9
"""The exit code for a source that takes more memory than allowed."""

_SPARE: Final = 8 << 20  # bytes that the C library asks for beyond what is used
_STATM: Final = Path("/proc/self/statm")
_USING: Final = re.compile(rb"(?<![.\w$])using(?![\w$]|[ \t]+[\w$])")
"""A variable of this name. tree-sitter takes the word for the beginning of a declaration, as in
``using file = open()``, whatever follows it; jQuery UI has such a variable."""


class ScriptFacts(NamedTuple):
    """What is known of a script once it is parsed.

    Attributes:
        markup: the line of the first element of markup, if there is one.
        error: the line from which on it does not parse, if it does not.
        empty: whether it holds nothing but comments.
        strings: its string literals, one a line: those that are not empty, need no unescaping and
            hold no line end. A template into which nothing is put is one.
        uses: what a call of each function of its top uses; with :mod:`.script_uses`'s keys.
        new: what it has of ``newer_syntax.FIRST_FIREFOX``, and the first line of each.
        module: what of it only modules can hold, with the line; None if there is nothing.
        early: why browsers run nothing of it though it parses, if they do not.
        lexical: the classes and what ``let`` and ``const`` declare at its top.
        hoisted: the functions and what ``var`` declares there.
        assigned: what statements of its top give a value; ``window.onload`` is ``onload``.
        shared: all names that it binds outside functions, for certain or not.
        imports: what its ``import`` and ``export`` statements name, as it is written.
        module_names: the names that these statements are about.
        loads: the workers and the scripts that it loads.
        unset: what its top uses above the ``var`` that gives it a value.
        undeclared: what it gives a value in strict mode alone, and declares nowhere.
    """

    markup: int | None
    error: int | None
    empty: bool
    strings: str
    uses: dict[str, script_uses.Uses]
    new: dict[str, int]
    module: str | None
    early: str | None
    lexical: list[str]
    hoisted: list[str]
    assigned: list[str]
    shared: list[str]
    imports: list[str]
    module_names: module_names.ModuleNames
    loads: list[script_loads.ScriptLoad]
    unset: list[str]
    undeclared: list[str]


def parse_javascript(source: bytes) -> ScriptFacts:
    """Return what tree-sitter finds in a script."""
    root = _javascript_parser().parse(source).root_node
    if root.has_error and _USING.search(source):
        root = _javascript_parser().parse(_USING.sub(b"us1ng", source)).root_node
    syntax = SyntaxReader(source)
    early, uses = early_errors.EarlyErrors(), script_uses.UseReader()
    for node in syntax_tree.walk(root):
        kind = node.type
        syntax.read(kind, node)
        early.read(kind, node)
        uses.read(kind, node, early.strict_until)
    top, undeclared = syntax_tree.block_names(root), uses.undeclared()
    return ScriptFacts(
        syntax.markup,
        syntax.error,
        empty=all(node.type == "comment" for node in root.children),
        strings="\n".join(syntax.strings),
        uses=uses.by_function(),
        new=syntax.new,
        module=syntax.module,
        early=early.problem or early_errors.invisible(root, source) or early_errors.never_run(root),
        lexical=list(top.lexical),
        hoisted=top.hoisted,
        assigned=sorted(set(_assigned(root)).difference(undeclared)),
        shared=sorted(uses.shared),
        imports=list(_imports(root)),
        module_names=module_names.read(root),
        loads=list(script_loads.read(root, source, uses.called_of_others())),
        unset=unset_names.unset_names(root, source),
        undeclared=undeclared,
    )


@cache
def _javascript_parser() -> tree_sitter.Parser:
    import tree_sitter
    import tree_sitter_javascript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


def _imports(root: tree_sitter.Node) -> Iterator[str]:
    for node in root.children:
        source = node.child_by_field_name("source") if node.type in syntax_tree.OF_MODULES else None
        if source is not None:
            yield from plain_string(source)


def _assigned(root: tree_sitter.Node) -> Iterator[str]:
    for statement in root.named_children:
        part = statement.named_child(0) if statement.type == "expression_statement" else None
        if part is not None and part.type == "assignment_expression":
            left = part.child_by_field_name("left")
            yield from syntax_tree.bound_names(left)
            if left is not None and text_of(left) == "window.onload":
                yield "onload"


def _parse_html(source: bytes) -> object:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        return LexborHTMLParser(source.decode("utf-8", "replace"))
    except SelectolaxError:
        raise MemoryError from None


def main(language: str, allowed: int, seconds: int) -> int:
    """Parse standard input, and print the facts about a script as JSON.

    Return the exit code: 0, or ``TOO_MUCH`` where parsing takes more than ``allowed`` bytes. What
    exceeds its limits may also end by a signal, as after ``seconds`` of processor time.
    """
    parse = _parse_html if language == "html" else parse_javascript
    parse(b"")  # loads the library, which must not count
    source = sys.stdin.buffer.read()
    _set_limits(allowed, seconds)
    before = _memory()
    try:
        parsed = parse(source)
    except MemoryError:
        return TOO_MUCH
    if _memory() - before > allowed:
        return TOO_MUCH
    if isinstance(parsed, ScriptFacts):
        json.dump(parsed, sys.stdout)
    return 0


def _set_limits(allowed: int, seconds: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if _STATM.exists():
        most = _pages(0) + allowed + _SPARE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _memory() -> int:
    """Return the bytes of memory in use; where these are not known, the most there were so far."""
    import resource

    if _STATM.exists():
        return _pages(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _pages(field: int) -> int:
    import resource

    return int(_STATM.read_text().split()[field]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
