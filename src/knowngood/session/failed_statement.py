"""Find the answers that a failed statement of a check is about.

A failure must point at the URL that is wrong, not at the one that was read last. So the source is
read: the names in the failed statement, what they were made from in the same function, or else all
answers in the frame.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from types import FrameType, TracebackType
from typing import Any, Final

from ..fetch import Client, Exchange, Resource, Response, source_of_document
from . import check_source

_LIBRARIES: Final = {"knowngood", "_pytest", "pluggy", "httpx"} | sys.stdlib_module_names
"""Packages whose frames are not a check's own code."""

_MEMBERS: Final = 2000  # members of one collection that are looked at


@dataclass(slots=True)
class Answers:
    """The answers that an expression reads.

    Attributes:
        single: those that have a name of their own, in the order of the expression.
        members: those in collections, such as all pages of a site.
        found_in: for a resource, the URL of the answer that refers to it.
    """

    single: dict[Exchange, None] = field(default_factory=dict)
    members: dict[Exchange, None] = field(default_factory=dict)
    found_in: dict[Exchange, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.single or self.members)

    def add(self, value: object) -> bool:
        """Add what ``value`` holds; return whether it holds an answer."""
        exchange = self._exchange(value)
        if exchange is not None:
            self.single.setdefault(exchange)
            return True
        members = list(filter(None, map(self._exchange, _members(value))))
        self.members.update(dict.fromkeys(members))
        return bool(members)

    def _exchange(self, value: object) -> Exchange | None:
        if isinstance(value, Resource) and value.exchange is not None:
            self.found_in.setdefault(value.exchange, value.found_in)
        return _exchange(value)


def _exchange(value: object) -> Exchange | None:
    """Return the exchange of an answer, or of the document that ``value`` was read from."""
    if isinstance(value, Response | Resource):
        return value.exchange
    return value if isinstance(value, Exchange) else source_of_document(value)


def _holds_client(value: object, depth: int = 3) -> bool:
    """Return whether ``value`` is a client, or a function or an object that reaches one."""
    if isinstance(value, Client):
        return True
    if depth == 0 or isinstance(value, Response | Resource | type(sys)):
        return False
    arguments = value.args if isinstance(value, partial) else ()
    attributes = getattr(value, "__dict__", {})
    held = (*_enclosed(value), *arguments, *attributes.values())
    return any(_holds_client(one, depth - 1) for one in held)


def _enclosed(function: object) -> Iterator[object]:
    """Yield the values that a function takes from around it, as far as they are there yet."""
    for cell in getattr(function, "__closure__", None) or ():
        with suppress(ValueError):  # an empty cell
            yield cell.cell_contents


def _members(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        value = list(islice(value.values(), _MEMBERS))
    if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes | bytearray):
        return islice(value, _MEMBERS)
    return ()


class Statement:
    """A statement of a check at which it failed.

    Attributes:
        node: its syntax tree; None if there is no source.
    """

    def __init__(self, frame: FrameType, line: int) -> None:
        self._locals: Mapping[str, Any] = frame.f_locals
        self._line = line
        self._function, self.node = check_source.around(frame.f_code.co_filename, line)
        self._nodes = check_source.nodes(self._function)

    def answers(self, node: ast.AST | None = None) -> Answers:
        """Return the answers that ``node``, or else the whole statement, reads."""
        answers = Answers()
        start = node if node is not None else check_source.head(self.node)
        if start is not None:
            self._read(start, answers, set())
        return answers

    def answers_in_frame(self) -> Answers:
        """Return the answers that local names hold, the last one bound first."""
        answers = Answers()
        for name, value in reversed(list(self._locals.items())):
            if self._ended_loop(name) is None:
                answers.add(value)
        return answers

    def answers_of_loop(self) -> Answers:
        """Return all answers of the loops around the statement: it failed at one of them, and the
        check did not reach the ones after it.
        """
        answers = Answers()
        names = check_source.bound(check_source.head(self.node))
        for node in self._nodes:
            if not isinstance(node, ast.For):
                continue
            if check_source.contains(node, self._line) and names & check_source.bound(node.target):
                self._read(node.iter, answers, set())
        return answers

    def sends_request(self) -> bool:
        """Return whether the statement itself sends a request, ``assert client.get(url).text``, or
        calls what holds a client: a fixture's function, an object of the suite's own.
        """
        head = check_source.head(self.node)
        calls = [node for node in ast.walk(head) if isinstance(node, ast.Call)] if head else []
        owners = (c.func.value if isinstance(c.func, ast.Attribute) else c.func for c in calls)
        return any(_holds_client(self.value(owner)) for owner in owners)

    def value(self, node: ast.AST) -> object:
        """Return the value of a local name; None for any other expression."""
        return self._locals.get(node.id) if isinstance(node, ast.Name) else None

    def is_about_status(self, status: int, declared: int | None) -> bool:
        """Return whether the status of an answer is what failed.

        It is if the statement names it. Otherwise, unless the check ``declared`` it, a server's
        error is, and any status but a success in a check that never names a status.
        """
        if check_source.names_status(check_source.head(self.node)):
            return True
        if status == declared:
            return False
        return status >= 500 or (status >= 300 and not check_source.names_status(self._function))

    def _read(self, node: ast.AST, answers: Answers, seen: set[str]) -> None:
        if isinstance(node, ast.Subscript) and answers.add(self.item(node)):
            return
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = self._locals.get(node.value.id)
            if _exchange(owner) is None and answers.add(
                getattr(owner, "__dict__", {}).get(node.attr)
            ):
                return
        if isinstance(node, ast.Name):
            self._read_name(node.id, answers, seen)
        for child in ast.iter_child_nodes(node):
            self._read(child, answers, seen)

    def _read_name(self, name: str, answers: Answers, seen: set[str]) -> None:
        loop = self._ended_loop(name)
        if loop is None and answers.add(self._locals.get(name)):
            return
        if name in seen:
            return
        seen.add(name)
        is_variable = loop is not None and name in check_source.bound(loop.target)
        made_from = check_source.sources(self._function, name, self._line)
        for source in [loop.iter] if loop is not None and is_variable else made_from:
            self._read(source, answers, seen)

    def item(self, node: ast.Subscript) -> object:
        """Return ``name[index]`` of a local collection; None for any other expression."""
        owner = self.value(node.value)
        index = node.slice.value if isinstance(node.slice, ast.Constant) else self.value(node.slice)
        if isinstance(owner, Sequence | Mapping) and isinstance(index, int | str):
            try:
                return owner[index]  # type: ignore[index]
            except (LookupError, TypeError):  # a text has no keys, and a list none that are texts
                return None
        return None

    def _ended_loop(self, name: str) -> ast.For | None:
        return check_source.ended_loop(self._function, name, self._line)


def failed_statement(traceback: TracebackType | None) -> Statement | None:
    """Return the innermost statement of the check's own code that reads an answer, or else the
    innermost one.
    """
    statements = []
    while traceback is not None:
        frame = traceback.tb_frame
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _LIBRARIES:
            statements.append(Statement(frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    reading = (statement for statement in reversed(statements) if statement.answers())
    return next(reading, statements[-1] if statements else None)
