"""JSON Schemas of a suite: checked before they are relied on. Messages hold no long values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..safety import DeploymentError, UsageError, cached_by_content, one_line, redact
from . import strict_json

SUFFIX: Final = ".schema.json"
"""How the files of schemas end, in the folder ``schemas`` beside the checks."""

_MAPS: Final = {"$defs", "dependentSchemas", "patternProperties", "properties"}
"""Keywords whose value holds a schema for each name."""

_VALUES: Final = {"const", "default", "dependentRequired", "enum", "examples"}
"""Keywords whose value holds no schema, even where it looks like one."""

_REMARKS: Final = {
    "$anchor",
    "$comment",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "title",
}
"""Keywords that check nothing, and are not meant to."""

_USED_BY_OTHERS: Final = {"$defs", "else", "maxContains", "minContains", "then"}
"""Keywords that others use: ``$ref``, ``if`` and ``contains``."""

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAMED: Final = 5  # problems of one document that a message names
_QUOTED: Final = 24  # characters of a value that a message may quote


class BadSchema(UsageError):
    """A schema that must not be relied on; the message names the file and the place."""


class SchemaMismatch(DeploymentError):
    """A document that its schema refuses."""


class Schema:
    """One schema file. Raises BadSchema unless it is Draft 2020-12 throughout, refers to nothing
    outside itself, and uses only keywords and formats that are really checked.
    """

    def __init__(self, path: Path) -> None:
        import jsonschema

        self.path = path
        try:
            document = strict_json.loads(path.read_bytes())
            if not isinstance(document, dict):
                raise ValueError("expected an object, since any other schema refuses nothing")
            jsonschema.Draft202012Validator.check_schema(document)
        except (OSError, ValueError) as error:
            raise BadSchema(f"{path}: {error}") from None
        except jsonschema.SchemaError as error:
            raise BadSchema(f"{path}: at {error.json_path}: {error.message}") from None
        nodes = list(_nodes("$", document))
        targets = [node for _, node in nodes]
        for place, node in nodes:
            trouble = _unchecked(node, targets)
            if trouble:
                raise BadSchema(f"{path}: at {place}: {trouble}")
        self._validator = jsonschema.Draft202012Validator(
            document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        try:
            list(self._validator.iter_errors({}))
        except RecursionError:
            raise BadSchema(f"{path}: a $ref leads back to itself") from None
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
            return tuple(dict.fromkeys(_describe(error) for error in errors))
        except RecursionError:
            return ("$: nested too deep to be checked",)


@cache
def load(path: Path) -> Schema:
    """Return the schema in ``path``, which is read once."""
    return Schema(path)


def _nodes(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every subschema that is an object, with its place."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key, value in schema.items():
        if key in _MAPS:
            children = {f".{key}.{name}": child for name, child in value.items()}
        elif key in _VALUES:
            children = {}
        elif isinstance(value, list):
            children = {f".{key}[{number}]": child for number, child in enumerate(value)}
        else:
            children = {f".{key}": value}
        for step, child in children.items():
            yield from _nodes(f"{place}{step}", child)


def _unchecked(node: dict[str, Any], targets: list[dict[str, Any]]) -> str:
    """Return what of a subschema would not be checked; empty where all of it is."""
    import jsonschema

    validator = jsonschema.Draft202012Validator
    keywords = validator.VALIDATORS.keys() - {"$dynamicRef"} | _USED_BY_OTHERS | _REMARKS
    unknown = sorted(node.keys() - keywords)
    if unknown:
        return (
            f"unknown keyword {', '.join(unknown)}, which would check nothing; "
            "correct the spelling or remove it"
        )
    if node.get("$schema", _DRAFT) != _DRAFT:
        return f"$schema {node['$schema']!r}; allowed: {_DRAFT!r}"
    if "$ref" in node and not _resolves(node["$ref"], targets):
        return (
            f"$ref {node['$ref']!r}; allowed: a JSON pointer to a schema in this file, such as "
            '"#/$defs/name"'
        )
    formats = validator.FORMAT_CHECKER.checkers
    if "format" in node and node["format"] not in formats:
        return (
            f"format {node['format']!r} is not checked here; allowed: {', '.join(sorted(formats))}"
        )
    return ""


def _resolves(reference: str, targets: list[dict[str, Any]]) -> bool:
    """Return whether ``reference`` leads to one of ``targets``, of which the first is the root."""
    if reference != "#" and not reference.startswith("#/"):
        return False
    node: Any = targets[0]
    for part in reference.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return any(node is target for target in targets)


def _describe(error: Any) -> str:
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
            types = [expected] if isinstance(expected, str) else expected
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
