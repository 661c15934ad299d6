"""Find in a tree of tree-sitter which names a module takes of others, and which it gives them.

:mod:`.sandbox_program` imports it, so it imports of this package :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .syntax_tree import bound_names, text_of

if TYPE_CHECKING:
    import tree_sitter


class ModuleNames(NamedTuple):
    """The names that the ``import`` and ``export`` statements of a module are about.

    Attributes:
        taken: what it imports, or exports of another: the other as it is written, and the name.
        given: what it exports.
        given_on: whose exports it exports all, by ``export * from``, as it is written.
    """

    taken: list[list[str]]
    given: list[str]
    given_on: list[str]


def read(root: tree_sitter.Node) -> ModuleNames:
    """Return the names of a module. One that is written with escapes is left as it is."""
    names = ModuleNames([], [], [])
    for node in root.children:
        other = node.child_by_field_name("source")
        source = _unquoted(other) if other is not None else ""
        if node.type == "import_statement":
            names.taken.extend([source, name] for name in _imported(node))
        elif node.type == "export_statement":
            pairs = list(_specified(node, "export_clause", "export_specifier"))
            if other is not None:
                names.taken.extend([source, name] for name, _ in pairs)
            names.given.extend(given for _, given in pairs)
            names.given.extend(_declared(node))
            if any(child.type == "*" for child in node.children):
                names.given_on.append(source)
    return names


def _imported(node: tree_sitter.Node) -> Iterator[str]:
    """Yield the names that a statement imports; none of what is no script, which it says."""
    if any(child.type == "import_attribute" for child in node.children):
        return
    for clause in _of_type(node, "import_clause"):
        if any(_of_type(clause, "identifier")):
            yield "default"
        for name, _ in _specified(clause, "named_imports", "import_specifier"):
            yield name


def _specified(node: tree_sitter.Node, group: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield of ``{a, b as c}`` the first and the last name of each part."""
    for names in _of_type(node, group):
        for part in _of_type(names, kind):
            yield _unquoted(part.children[0]), _unquoted(part.children[-1])


def _declared(export: tree_sitter.Node) -> Iterator[str]:
    """Yield the names that an ``export`` gives to what it declares itself."""
    if any(child.type == "default" for child in export.children):
        yield "default"
        return
    for namespace in _of_type(export, "namespace_export"):
        yield _unquoted(namespace.children[-1])
    declaration = export.child_by_field_name("declaration")
    parts = [declaration, *declaration.named_children] if declaration is not None else []
    for part in parts:
        yield from bound_names(part.child_by_field_name("name"))


def _of_type(node: tree_sitter.Node, kind: str) -> Iterator[tree_sitter.Node]:
    return (child for child in node.children if child.type == kind)


def _unquoted(node: tree_sitter.Node) -> str:
    return text_of(node).strip("\"'") if node.type == "string" else text_of(node)
