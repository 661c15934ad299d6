"""Try what would catch a mutant: it must hold for what was recorded, and not for the mutant."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from .. import checks
from ..checks import Resource
from ..fetch import Exchange, Response, respond
from ..mutation import Expectation

_BUILTINS: Final[Mapping[str, Any]] = {"len": len, "set": set, "str": str}
_NAMES: Final = frozenset({"response", "resource", "checks", "hashlib", *_BUILTINS})

_OF_DEPLOYMENT: Final = (
    *(AssertionError, LookupError, TypeError, ValueError, AttributeError),
    ArithmeticError,
)
"""What a line raises where the answer is not what it expects (docs/checks.md, rule 3)."""

_RESOURCE_KINDS: Final = {"javascript": "script", "ecmascript": "script", "css": "stylesheet"}


Judge = Callable[[Response], bool]
"""Return whether an expectation holds for an answer, or raise what the line raises."""


def names_in(expectation: Expectation) -> set[str]:
    """Return the names that a line reads; of a schema, that of the answer that it checks."""
    if not isinstance(expectation, str):
        return {"response"}
    return {node.id for node in _nodes(expectation) if isinstance(node, ast.Name)}


def words_in(expectation: Expectation) -> set[str]:
    """Return the words and numbers that a line expects."""
    nodes = _nodes(expectation)
    constants = (str(node.value) for node in nodes if isinstance(node, ast.Constant))
    return {word for constant in constants for word in re.findall(r"[\w-]+", constant)}


def can_be_tried(expectation: Expectation) -> bool:
    """Return whether an expectation reads nothing but an answer that was recorded.

    Nothing else is run: a line may hold words that a server has chosen.
    """
    names = names_in(expectation)
    attributes = (n.attr for n in _nodes(expectation) if isinstance(n, ast.Attribute))
    return bool(names) and names <= _NAMES and not any(a.startswith("_") for a in attributes)


def _nodes(expectation: Expectation) -> list[ast.AST]:
    """Return all nodes of a line's syntax tree; none for a schema, and for what is no Python, such
    as the advice of a suite's own mutation.
    """
    try:
        return list(ast.walk(ast.parse(expectation))) if isinstance(expectation, str) else []
    except (SyntaxError, ValueError):
        return []


def is_proven(
    expectation: Expectation, recorded: Iterable[Exchange], changed: Mapping[Exchange, Exchange]
) -> bool:
    """Return whether an expectation holds for all answers as they were ``recorded``, and fails for
    one of them as it is ``changed``.
    """
    recorded = list(recorded)
    holds = _line(expectation) if isinstance(expectation, str) else _schema(expectation)
    mutants = [changed[exchange] for exchange in recorded if exchange in changed]
    fails = any(_judged(holds, exchange) is False for exchange in mutants)
    return fails and all(_judged(holds, exchange) for exchange in recorded)


def _judged(holds: Judge, exchange: Exchange) -> bool | None:
    """Return whether an expectation holds for an answer; None if no check gets to read it."""
    try:
        return holds(respond(exchange))
    except _OF_DEPLOYMENT:
        return False
    except Exception:  # noqa: BLE001 - such as Blocked: the run is INCONCLUSIVE then
        return None


def _line(line: str) -> Judge:
    code = compile(line, "expectation", "exec")

    def holds(response: Response) -> bool:
        names = {"response": response, "resource": _resource(response), "checks": checks}
        exec(code, {"__builtins__": _BUILTINS, "hashlib": hashlib, **names})  # noqa: S102 - our own
        return True

    return holds


def _schema(schema: Mapping[str, Any]) -> Judge:
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema)
    return lambda response: validator.is_valid(response.json())


def _resource(response: Response) -> Resource:
    """Return the answer as what a page needs, as far as its media type tells what that is."""
    kinds = (kind for part, kind in _RESOURCE_KINDS.items() if part in response.media_type)
    url = str(response.url)
    return Resource(url, next(kinds, "image"), url, url, exchange=response.exchange)
