"""Read the source of a check: which statement stands at a line, what a name is made from."""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache
from typing import Final, TypeGuard

_FILLED_BY: Final = {"append", "extend", "add", "update", "insert"}
_STATUS_WORDS: Final = {"status_code", "is_success", "raise_for_status", "is_redirect"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def around(filename: str, line: int) -> tuple[Function | None, ast.stmt | None]:
    """Return the function and the statement that a line stands in, as far as there is a source."""
    tree = tree_of(filename)
    return (None, None) if tree is None else _around(tree, line)


@lru_cache(1024)  # many cases fail at one line
def _around(tree: ast.Module, line: int) -> tuple[Function | None, ast.stmt | None]:
    return _function_at(tree, line), _statement_at(tree, line)


@lru_cache(256)
def nodes(tree: ast.AST | None) -> tuple[ast.AST, ...]:
    """Return all nodes of a syntax tree, as of a function or a file; none without a source."""
    return tuple(ast.walk(tree)) if tree is not None else ()


def tree_of(filename: str) -> ast.Module | None:
    """Return the syntax tree of a file as it is now: a process may run a suite, have it changed,
    and run it again. None if there is no source that can be read.
    """
    linecache.checkcache(filename)
    return _parsed("".join(linecache.getlines(filename)))


@lru_cache(64)
def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _function_at(tree: ast.Module, line: int) -> Function | None:
    functions = [
        node for node in ast.walk(tree) if isinstance(node, Function) and contains(node, line)
    ]
    return functions[-1] if functions else None


def _statement_at(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the smallest statement around a line."""
    statements = [
        node for node in ast.walk(tree) if isinstance(node, ast.stmt) and contains(node, line)
    ]
    return min(statements, key=lambda node: (node.end_lineno or 0) - node.lineno, default=None)


def head(node: ast.stmt | None) -> ast.AST | None:
    """Return what of a statement is evaluated at its own line: of a loop, what it runs over."""
    match node:
        case ast.For():
            return node.iter
        case ast.If() | ast.While() | ast.Assert():
            return node.test
        case ast.With():
            return ast.Tuple([item.context_expr for item in node.items], ast.Load())
    return node


def contains(node: ast.AST, line: int) -> bool:
    """Return whether a node reaches over a line."""
    start, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    return bool(start <= line <= end)


def bound(target: ast.AST | None) -> set[str]:
    """Return the names in ``target``: those that it binds, where it is a target."""
    return {node.id for node in ast.walk(target or ast.Pass()) if isinstance(node, ast.Name)}


def binds(node: ast.AST, name: str) -> TypeGuard[ast.For | ast.Assign]:
    """Return whether ``node`` is a loop or an assignment that binds ``name``."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.For) else targets
    return any(name in bound(target) for target in targets)


@lru_cache(4096)  # of many cases that fail at one line
def ended_loop(function: Function | None, name: str, line: int) -> ast.For | None:
    """Return the loop that binds ``name``, if it is over at ``line``: then the name holds the last
    of many, which need not be the one that failed.
    """
    binding = [node for node in nodes(function) if binds(node, name)]
    last = max((node.lineno for node in binding if node.lineno <= line), default=0)
    loops = (node for node in nodes(function) if isinstance(node, ast.For))
    around = (loop for loop in loops if contains(loop, last))
    return next((loop for loop in around if not contains(loop, line)), None)


@lru_cache(4096)
def sources(function: Function | None, name: str, line: int) -> tuple[ast.expr, ...]:
    """Return the expressions that ``name`` was made from or filled with before ``line``."""
    before = (node for node in nodes(function) if getattr(node, "lineno", line) <= line)
    return tuple(source for node in before for source in sources_in(node, name))


def sources_in(node: ast.AST, name: str) -> list[ast.expr]:
    """Return the expressions from which ``node`` binds or fills ``name``."""
    match node:
        case ast.Assign(targets, value) if any(name in bound(target) for target in targets):
            return [value]
        case ast.For(target, source) | ast.withitem(source, target) if name in bound(target):
            return [source]
        case ast.AugAssign(target, _, value) | ast.NamedExpr(target, value) if name in bound(
            target
        ):
            return [value]
        case ast.AnnAssign(target, _, ast.expr() as value) if name in bound(target):
            return [value]
        case ast.Call(ast.Attribute(ast.Name(owner), method), arguments):
            return arguments if owner == name and method in _FILLED_BY else []
    return []


def names_status(node: ast.AST | None) -> bool:
    """Return whether ``node`` names the status of an answer."""
    names = (n.attr for n in ast.walk(node or ast.Pass()) if isinstance(n, ast.Attribute))
    return not _STATUS_WORDS.isdisjoint(names)
