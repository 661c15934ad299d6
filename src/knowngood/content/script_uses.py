"""Find in a tree of tree-sitter the names that a script uses and does not bind.

Only the text shows what a script does, so every rule prefers to miss a use: what stands behind a
condition, in a loop, in ``try``, or after a place where a function may end, is not sure to run.
A condition itself is.

:mod:`.sandbox_program` imports it, so of this package it imports :mod:`.syntax_tree` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from .syntax_tree import (
    FUNCTIONS,
    HOISTED,
    PLAIN_FUNCTIONS,
    SHORTHAND,
    asks_for,
    binds,
    is_called_at_once,
    is_given_value,
    is_handed_over,
    name_of_function,
    text_of,
)

if TYPE_CHECKING:
    import tree_sitter

WHILE_LOADED: Final = ""
"""The key for what a script uses while it is loaded."""

ONCE_LOADED: Final = "(once loaded)"
"""The key for what the functions use that a script has the browser call later, as by
``$(document).ready(…)`` or ``setTimeout(…)``."""

ANYWHERE: Final = "(anywhere)"
"""The key for what the script uses, whether that surely runs or not; called is what it calls but in
``try``."""

_SCOPES: Final = {"class_body", *FUNCTIONS}
"""Nodes that have statements of their own, which run when somebody calls them."""

UNSURE: Final = {
    *("binary_expression", "for_in_statement", "for_statement", "if_statement"),
    *("labeled_statement", "switch_statement", "ternary_expression", "try_statement"),
    "while_statement",
}
"""Nodes that may run in part, or not at all, or of which a fault does not matter."""

_CERTAIN: Final = {
    "binary_expression": "left",
    "for_statement": "initializer",
    "if_statement": "condition",
    "switch_statement": "value",
    "ternary_expression": "condition",
    "while_statement": "condition",
}
"""By kind of such a node, the field of the part that runs whenever the node is reached."""

_NAMES: Final = {"identifier", SHORTHAND, f"{SHORTHAND}_pattern"}
_READ: Final = _NAMES | _SCOPES | UNSURE | {"return_statement", "throw_statement"}

_CALLS: Final = {"call_expression": "function", "new_expression": "constructor"}
"""By kind of call, the field that holds what is called."""


@dataclass(eq=False, slots=True)
class _Function:
    """A function, or the whole script.

    Attributes:
        is_shared: whether the page can call it by its name.
        used: what it surely uses, its own functions, too.
        called: which of these it calls.
        parts: the functions in it that run whenever it does.
        handed_over: the functions, or their names, that it has the browser call later.
        unsure: how many conditions stand around the node that is read.
        may_be_over: whether it may have ended before that node.
    """

    is_shared: bool = False
    used: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    parts: list[_Function] = field(default_factory=list)
    handed_over: list[_Function | str] = field(default_factory=list)
    unsure: int = 0
    may_be_over: bool = False

    def is_sure(self) -> bool:
        return not (self.unsure or self.may_be_over)


class _Open(NamedTuple):
    """A node that is being read, or its part that surely runs.

    Attributes:
        end: the byte behind it.
        kind: the kind of the node.
        rest_until: of such a part, the byte behind the node; else 0.
    """

    end: int
    kind: str
    rest_until: int = 0


class Uses(NamedTuple):
    """The names that a part of a script uses and the script nowhere binds.

    Attributes:
        used: all of them.
        called: those that it calls.
    """

    used: list[str]
    called: list[str]


class UseReader:
    """Finds what a script uses, from its nodes in document order."""

    def __init__(self) -> None:
        self._script = _Function()
        self._functions = [self._script]  # around the node that is read
        self._open: list[_Open] = []  # the nodes around it that matter
        self._named: defaultdict[str, list[_Function]] = defaultdict(list)
        self._used: set[str] = set()
        self._called: set[str] = set()
        self._bound: set[str] = set()
        self._asked: set[str] = set()  # whether they are there at all
        self._assigned: set[str] = set()  # in strict mode
        self.shared: set[str] = set()  # what it binds outside functions, for certain or not

    def read(self, kind: str, node: tree_sitter.Node, strict_until: int) -> None:
        """Read the next node of this kind; up to the byte ``strict_until`` is strict mode."""
        if kind not in _READ:
            return
        while self._open and self._open[-1][0] <= node.start_byte:
            self._leave(self._open.pop())
        if kind in _NAMES:
            self._read_name(node, is_strict=node.start_byte < strict_until)
            return
        if kind in _SCOPES:
            self._functions.append(self._function(node))
        elif kind in UNSURE:
            if not may_skip_a_part(node):
                return
            certain = certain_part(node)
            if certain is not None:
                self._open.append(_Open(certain.end_byte, kind, node.end_byte))
                return
            self._functions[-1].unsure += 1
        self._open.append(_Open(node.end_byte, kind))

    def _leave(self, part: _Open) -> None:
        if part.rest_until:
            self._functions[-1].unsure += 1
            self._open.append(_Open(part.rest_until, part.kind))
        elif part.kind in _SCOPES:
            self._functions.pop()
        elif part.kind in UNSURE:
            self._functions[-1].unsure -= 1
        else:
            self._functions[-1].may_be_over = True

    def undeclared(self) -> list[str]:
        """Return what it gives a value in strict mode and nowhere declares."""
        return sorted(self._assigned - self._bound)

    def called_of_others(self) -> set[str]:
        """Return what it calls and does not bind, and may have asked for."""
        return self._called - self._bound

    def by_function(self) -> dict[str, Uses]:
        """Return by function of the script's top what a call of it uses; with the keys above."""
        loaded = self._reached([self._script])
        later = self._with_handed_over(loaded)[len(loaded) :]
        called = sorted(self.called_of_others() - self._asked)
        uses = {WHILE_LOADED: self._names(loaded), ONCE_LOADED: self._names(later)}
        uses[ANYWHERE] = Uses(sorted(self._used - self._bound - self._asked), called)
        for name, functions in self._named.items():
            if name and len(functions) == 1 and functions[0].is_shared:
                uses[name] = self._names(self._with_handed_over(self._reached(functions)))
        return uses

    def _read_name(self, node: tree_sitter.Node, *, is_strict: bool) -> None:
        name, parent = text_of(node), node.parent
        if parent is not None and asks_for(parent):
            self._asked.add(name)
            return
        if is_strict and parent is not None and is_given_value(parent, node):
            self._assign(name)
            return
        if parent is None or binds(parent, node):
            self._bind(name, parent)
            return
        self._used.add(name)
        function = self._functions[-1]
        is_called = parent.child_by_field_name(_CALLS.get(parent.type, "")) == node
        if is_called and not any(part.kind == "try_statement" for part in self._open):
            self._called.add(name)
        if function.is_sure():
            function.used.add(name)
            if is_called:
                function.called.add(name)
            elif is_handed_over(node):
                function.handed_over.append(name)

    def _assign(self, name: str) -> None:
        """Note a name that gets a value in strict mode. Where nobody declares it, that is never
        right; so it counts behind an early return, too.
        """
        self._assigned.add(name)
        if not self._functions[-1].unsure:
            self._functions[-1].used.add(name)

    def _bind(self, name: str, parent: tree_sitter.Node | None) -> None:
        self._bound.add(name)
        around = len(self._functions) - 1
        if around == 0 or (around == 1 and parent is not None and parent.type in HOISTED):
            self.shared.add(name)

    def _function(self, node: tree_sitter.Node) -> _Function:
        """Return a function that begins here, and note when it runs."""
        outer = self._functions[-1]
        name, on_window = name_of_function(node)
        function = _Function(is_shared=on_window or outer is self._script)
        self._named[name].append(function)
        if node.type in PLAIN_FUNCTIONS and outer.is_sure():
            if is_called_at_once(node):
                outer.parts.append(function)
            elif is_handed_over(node):
                outer.handed_over.append(function)
        return function

    def _reached(self, functions: Iterable[_Function]) -> list[_Function]:
        """Return these functions and all that they surely call."""
        reached: dict[_Function, None] = {}
        waiting = list(functions)
        while waiting:
            function = waiting.pop()
            if function not in reached:
                reached[function] = None
                waiting += function.parts
                waiting += (callee for name in function.called for callee in self._only(name))
        return list(reached)

    def _with_handed_over(self, reached: list[_Function]) -> list[_Function]:
        """Return these functions, and then what the browser calls for them later."""
        every = dict.fromkeys(reached)
        waiting = list(reached)
        while waiting:
            later: list[_Function] = []
            for handed in waiting.pop().handed_over:
                later += self._only(handed) if isinstance(handed, str) else [handed]
            new = [callee for callee in self._reached(later) if callee not in every]
            every.update(dict.fromkeys(new))
            waiting += new
        return list(every)

    def _only(self, name: str) -> list[_Function]:
        """Return the function of this name; nothing if there are several or none."""
        functions = self._named.get(name, [])
        return functions if len(functions) == 1 else []

    def _names(self, functions: Sequence[_Function]) -> Uses:
        used = set[str]().union(*(function.used for function in functions))
        called = set[str]().union(*(function.called for function in functions))
        own = self._bound | self._asked
        return Uses(sorted(used - own), sorted(called - own))


def may_skip_a_part(node: tree_sitter.Node) -> bool:
    """Return whether a node whose kind is in ``UNSURE`` is one: ``a && b``, and not ``a + b``."""
    if node.type != "binary_expression":
        return True
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type in {"&&", "||", "??"}


def certain_part(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the part of such a node that runs whenever the node is reached; None for none."""
    return node.child_by_field_name(_CERTAIN.get(node.type, ""))
