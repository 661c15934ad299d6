"""JSON Schemas of a suite: checked before they are relied on. Messages hold no long values."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..safety import DeploymentError, one_line, redact
from .result_cache import cached_by_content
from .schema_files import SUFFIXES, BadSchema
from .schema_reader import SchemaReader

__all__ = ["SUFFIX", "BadSchema", "Schema", "SchemaMismatch", "find", "load"]
SUFFIX: Final = ".schema.json"
"""How the files of schemas end, in the folder ``schemas`` beside the checks."""

_NAMED: Final = 5  # problems of one document that a message names

_QUOTED: Final = 24  # characters of a value that a message may quote


class SchemaMismatch(DeploymentError):
    """A document that its schema refuses."""


class Schema:
    """One schema: a file, or the part of it that a JSON pointer leads to, and what it refers to.

    Raises BadSchema unless all of it is of one dialect, refers to nothing outside the folder of
    ``path``, and uses only keywords and formats that are really checked.
    """

    def __init__(self, path: Path, pointer: str = "") -> None:
        self.path = path
        self._validator = SchemaReader(path).validator(pointer)
        self._cached_problems = cached_by_content(self._problems)

    def problems(self, document: Any) -> list[str]:
        """Return the first problems that the schema has with ``document``, six at most, each with
        its JSON path and without long values.
        """
        return list(self._cached_problems(json.dumps(document).encode()))

    def check(self, document: Any) -> None:
        """Raise SchemaMismatch, naming up to five problems, unless the document conforms."""
        problems = self.problems(document)
        if problems:
            more = ["and more"] if len(problems) > _NAMED else []
            raise SchemaMismatch("\n".join([*problems[:_NAMED], *more]))

    def _problems(self, text: bytes) -> tuple[str, ...]:
        try:
            errors = islice(self._validator.iter_errors(json.loads(text)), _NAMED + 1)
            return tuple(dict.fromkeys(describe(error) for error in errors))
        except RecursionError:
            return ("$: nested too deep to be checked",)


@cache
def load(path: Path, pointer: str = "") -> Schema:
    """Return the schema in ``path``, or the part of it at ``pointer``, which is read once."""
    return Schema(path, pointer)


def find(folder: Path, name: str) -> Schema:
    """Return the schema that a check calls by ``name``.

    ``config`` is the file ``config.schema.json`` of ``folder``; a name with an ending is the file's
    own. A JSON pointer may follow: ``openapi.yaml#/components/schemas/User``.
    """
    file, _, pointer = name.partition("#")
    path = folder / (file if file.endswith(SUFFIXES) else f"{file}{SUFFIX}")
    if "/" in file or not path.is_file():
        names = sorted(entry.name for entry in folder.glob("*") if entry.suffix in SUFFIXES)
        allowed = f"allowed: {', '.join(names)}" if names else f"put it there: {folder} has none"
        raise BadSchema(f"schema({name!r}): {path} is not there; {allowed}")
    return load(path, pointer)


def describe(error: Any) -> str:
    """Describe a ``jsonschema.ValidationError``. Values are cut short: they may be credentials."""
    place = one_line(error.json_path, 120)
    expected, instance = error.validator_value, error.instance
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            return f"{place}: unexpected key: {', '.join(_unexpected_keys(error))}"
        case "required":
            missing = [one_line(name, _QUOTED) for name in expected if name not in instance]
            return f"{place}: missing key: {', '.join(missing)}"
        case "enum" | "const":
            allowed = expected if error.validator == "enum" else [expected]
            values = " or ".join(map(json.dumps, allowed))
            return f"{place}: expected {values}, found {_excerpt(instance)}"
        case "type":
            types = [expected] if isinstance(expected, str) else [*expected]
            types += ["null"] if error.schema.get("nullable") else []  # OpenAPI 3.0
            return f"{place}: expected {' or '.join(types)}, found {_excerpt(instance)}"
        case _:
            return f"{place}: expected {_rule(error)}, found {_excerpt(instance)}"


def _rule(error: Any) -> str:
    """Return the rule that a value breaks: its description where the schema has one."""
    description = error.schema.get("description")
    if description:
        return one_line(description.rstrip("."), 120)
    return f"{error.validator} {json.dumps(error.validator_value):.120}"


def _unexpected_keys(error: Any) -> list[str]:
    """Return the first keys of an object that its schema does not have, in order."""
    patterns = error.schema.get("patternProperties", {})
    unknown = error.instance.keys() - error.schema.get("properties", {}).keys()
    extra = sorted(
        name for name in unknown if not any(re.search(pattern, name) for pattern in patterns)
    )
    return [one_line(name, _QUOTED) for name in extra[:8]]


def _excerpt(value: Any) -> str:
    """Return a scalar as JSON, cut short; of a container only its size."""
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    # Redacted before it is cut, and not all of a text of megabytes.
    text = redact(json.dumps(value[:4096] if isinstance(value, str) else value, ensure_ascii=False))
    if len(text) <= _QUOTED + 2:
        return text
    return f"{text[:_QUOTED]}… ({len(str(value))} characters)"
