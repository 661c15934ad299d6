"""Find what would catch a mutant, and the test function where it belongs.

What is offered was tried: it holds for all answers that the test function reads, and fails for the
mutant. Where no test function reads the answer alone, a new one is offered.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import count
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from .. import checks
from ..checks import Resource
from ..content import json_schema, media_types
from ..fetch import Blocked, Exchange, NoAnswer, Response, Tape, is_id, respond
from ..mutation import Expectation
from ..verdict.outcome import FAILED, classify
from .mutants import Mutant
from .remedy import Place, Remedy
from .remedy_places import RemedyPlaces
from .url_kinds import kind_in_words

_SHORTEST: Final = 4  # characters of a part that tell one name from others
_IMPORTS: Final = {"checks": "from knowngood import checks", "hashlib": "import hashlib"}

_BUILTINS: Final[Mapping[str, Any]] = {"len": len, "set": set, "str": str}
_NAMES: Final = frozenset({"response", "resource", "checks", "hashlib", *_BUILTINS})

Judge = Callable[[Response], bool]
"""Return whether an expectation holds for an answer, or raise what the line raises."""


class Remedies:
    """Finds what would catch mutants of what ``tape`` holds, and which of ``places`` it fits."""

    def __init__(self, tape: Tape, places: RemedyPlaces) -> None:
        self._tape = tape
        self._places = places
        self._schemas: dict[str, Place | None] = {}

    def of(self, mutant: Mutant) -> Remedy | None:
        """Return what would catch ``mutant``; None if nothing is known that would."""
        expectation = mutant.change.remedy
        tried = can_be_tried(expectation)
        for place, answers in self._places.of(mutant) if expectation else ():
            fits = self._fits(expectation, place)
            if fits and (not tried or is_proven(expectation, answers, mutant.changed)):
                return self._remedy(mutant, place, tried=tried)
        return None

    def _fits(self, expectation: Expectation, place: Place) -> bool:
        """Return whether a place has what the line or schema reads, and will have it in the next
        run.
        """
        names = names_in(expectation)
        if ("resource" in names) != ("(resources)" in place.loop):
            return False
        if not isinstance(expectation, str) and not self._places.is_check(place):
            return False  # a fixture of the whole run cannot take the fixture schema
        if "client" in names:
            return self._places.takes(place, "client")
        return not place.answer or (
            "hashlib" not in names and not self._expects_made_up(expectation)
        )

    def _expects_made_up(self, expectation: Expectation) -> bool:
        """Return whether a line expects a made-up name, or the end of one."""
        words = words_in(expectation)
        ends = tuple(word for word in words if len(word) >= _SHORTEST)
        return any(name in words or name.endswith(ends) for name in self._made_up)

    @cached_property
    def _made_up(self) -> set[str]:
        """What the URLs of walks have of names and numbers that are others in each run."""
        paths = (urlsplit(exchange.probe.url).path for exchange in self._tape.sent)
        segments = (segment for path in paths for segment in path.split("/"))
        return set(filter(is_id, segments))

    def _remedy(self, mutant: Mutant, place: Place, *, tried: bool) -> Remedy:
        expectation = mutant.change.remedy
        needs = self._missing_imports(expectation, place)
        if isinstance(expectation, str):
            return Remedy(place, expectation, needs=needs, tried=tried)
        if not place.mark and not self._places.takes(place, "schema"):
            needs = (*needs, "the fixture schema")
        for_all = is_proven(expectation, self._places.alike(mutant), mutant.changed)
        file = self._schema_file(mutant.kind, place, None if for_all else place)
        return Remedy(place, schema=expectation, schema_file=file, needs=needs)

    def _missing_imports(self, expectation: Expectation, place: Place) -> tuple[str, ...]:
        """Return the imports that the file of ``place`` lacks."""
        defined = vars(self._places.any_check(place.file).module)
        names = names_in(expectation) | ({"checks"} if "checks." in place.loop else set())
        return tuple(_IMPORTS[name] for name in sorted(names & _IMPORTS.keys() - defined.keys()))

    def _schema_file(self, kind: str, place: Place, only: Place | None) -> str:
        """Return the name of a new file for the schema of a kind of URL; or of one place, if
        ``only`` the answers there were tried.
        """
        stem = "-".join(re.findall(r"[a-z0-9]+", kind_in_words(kind).lower())) or "root"
        folder = self._places.any_check(place.file).path.parent / "schemas"
        for number in count(1):
            file = f"{stem}{f'-{number}' if number > 1 else ''}{json_schema.SUFFIX}"
            if not (folder / file).exists() and self._schemas.setdefault(file, only) == only:
                break
        return str(PurePosixPath(place.file).parent / "schemas" / file)


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
    except (NoAnswer, Blocked):
        return None
    except Exception as error:  # noqa: BLE001 - classified as that of a check
        return False if classify(error).result == FAILED else None


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
    kind = "stylesheet" if response.media_type == "text/css" else "image"
    kind = "script" if media_types.is_javascript(response.media_type) else kind
    url = str(response.url)
    return Resource(url, kind, url, url, exchange=response.exchange)
