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
from ..mutation import Remedy

_BUILTINS: Final[Mapping[str, Any]] = {"len": len, "set": set, "str": str}
_NAMES: Final = frozenset({"response", "resource", "checks", "hashlib", *_BUILTINS})

_OF_DEPLOYMENT: Final = (
    *(AssertionError, LookupError, TypeError, ValueError, AttributeError),
    ArithmeticError,
)
"""What a line raises where the answer is not what it expects (docs/checks.md, rule 3)."""

_RESOURCE_KINDS: Final = {"javascript": "script", "ecmascript": "script", "css": "stylesheet"}


Judge = Callable[[Response], bool]
"""Return whether a remedy holds for an answer, or raise what the line raises."""


def names_in(remedy: Remedy) -> set[str]:
    """Return the names that a line reads; of a schema, that of the answer that it checks."""
    if not isinstance(remedy, str):
        return {"response"}
    return {node.id for node in ast.walk(ast.parse(remedy)) if isinstance(node, ast.Name)}


def words_in(remedy: Remedy) -> set[str]:
    """Return the words and numbers that a line expects."""
    tree = ast.parse(remedy) if isinstance(remedy, str) else ast.Module([], [])
    constants = (str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {word for constant in constants for word in re.findall(r"[\w-]+", constant)}


def can_be_tried(remedy: Remedy) -> bool:
    """Return whether a remedy reads nothing but an answer that was recorded.

    Nothing else is run: a line may hold words that a server has chosen.
    """
    tree = ast.parse(remedy) if isinstance(remedy, str) else ast.Module([], [])
    attributes = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    private = any(attribute.startswith("_") for attribute in attributes)
    return names_in(remedy) <= _NAMES and not private


def is_proven(
    remedy: Remedy, recorded: Iterable[Exchange], changed: Mapping[Exchange, Exchange]
) -> bool:
    """Return whether a remedy holds for all answers as they were ``recorded``, and fails for one of
    them as it is ``changed``.
    """
    recorded = list(recorded)
    holds = _line(remedy) if isinstance(remedy, str) else _schema(remedy)
    mutants = [changed[exchange] for exchange in recorded if exchange in changed]
    fails = any(_judged(holds, exchange) is False for exchange in mutants)
    return fails and all(_judged(holds, exchange) for exchange in recorded)


def _judged(holds: Judge, exchange: Exchange) -> bool | None:
    """Return whether a remedy holds for an answer; None where no check would get to read it."""
    try:
        return holds(respond(exchange))
    except _OF_DEPLOYMENT:
        return False
    except Exception:  # noqa: BLE001 - such as Blocked: the run is INCONCLUSIVE then
        return None


def _line(line: str) -> Judge:
    code = compile(line, "remedy", "exec")

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
