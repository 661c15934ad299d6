"""JSON Schemas of a suite: checked before they are relied on. Messages hold no long values."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from ..safety import DeploymentError, UsageError, one_line, redact
from . import strict_json

if TYPE_CHECKING:
    import jsonschema

SUFFIX: Final = ".schema.json"
"""How the files of schemas end, in the folder ``schemas`` beside the checks."""

_MAPS: Final = {"properties", "patternProperties", "$defs", "dependentSchemas"}
_LISTS: Final = {"allOf", "anyOf", "oneOf", "prefixItems"}
_SINGLE: Final = {
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
_PLAIN: Final = {
    "$anchor",
    "$comment",
    "$ref",
    "$schema",
    "const",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "title",
    "type",
    "uniqueItems",
}
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_REMEMBERED: Final = 32  # documents whose problems are kept
_MOST_PROBLEMS: Final = 50  # of one document
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
            _refuse_unchecked(path, place, node, targets)
        self._validator = jsonschema.Draft202012Validator(
            document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        try:
            list(self._validator.iter_errors({}))
        except RecursionError:
            raise BadSchema(f"{path}: a $ref leads back to itself") from None
        self._problems: dict[bytes, tuple[str, ...]] = {}

    def problems(self, document: Any) -> list[str]:
        """Return up to fifty problems that the schema has with ``document``, each with its JSON
        path and without long values.

        They are kept by the document's content, since locales share their documents.
        """
        content = sha256(json.dumps(document).encode()).digest()
        if content not in self._problems:
            self._problems[content] = self._all_problems(document)
            if len(self._problems) > _REMEMBERED:
                del self._problems[next(iter(self._problems))]
        return list(self._problems[content])

    def _all_problems(self, document: Any) -> tuple[str, ...]:
        try:
            errors = islice(self._validator.iter_errors(document), _MOST_PROBLEMS)
            return tuple(_describe(error) for error in errors)
        except RecursionError:
            return ("$: nested too deep to be checked",)

    def check(self, document: Any) -> None:
        """Raise SchemaMismatch, naming up to five problems, unless the document conforms."""
        problems = self.problems(document)
        if problems:
            more = [f"and {len(problems) - 5} more"] if len(problems) > 5 else []
            more = ["and many more"] if len(problems) == _MOST_PROBLEMS else more
            raise SchemaMismatch("\n".join([*problems[:5], *more]))


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
            for name, child in value.items():
                yield from _nodes(f"{place}.{key}.{name}", child)
        elif key in _LISTS:
            for number, child in enumerate(value):
                yield from _nodes(f"{place}.{key}[{number}]", child)
        elif key in _SINGLE:
            yield from _nodes(f"{place}.{key}", value)


def _refuse_unchecked(
    path: Path, place: str, node: dict[str, Any], targets: list[dict[str, Any]]
) -> None:
    unknown = sorted(set(node) - _MAPS - _LISTS - _SINGLE - _PLAIN)
    if unknown:
        raise BadSchema(
            f"{path}: at {place}: unknown keyword {', '.join(unknown)}, which would check nothing; "
            "correct the spelling or remove it"
        )
    if node.get("$schema", _DRAFT) != _DRAFT:
        raise BadSchema(f"{path}: at {place}: $schema {node['$schema']!r}; allowed: {_DRAFT!r}")
    reference = node.get("$ref")
    if reference is not None and not _resolves(reference, targets):
        raise BadSchema(
            f"{path}: at {place}: $ref {reference!r}; allowed: a JSON pointer to a schema in this "
            'file, such as "#/$defs/name"'
        )
    name = node.get("format")
    if name is not None and name not in _formats():
        raise BadSchema(
            f"{path}: at {place}: format {name!r} is not checked here; "
            f"allowed: {', '.join(sorted(_formats()))}"
        )


def _formats() -> Collection[str]:
    """Return the names of the formats that are checked."""
    import jsonschema

    names: Collection[str] = jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers
    return names


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


def _describe(error: jsonschema.ValidationError) -> str:
    """Describe one problem. Values are cut short: a stray key may hold a credential."""
    place = one_line(error.json_path, 120)
    expected: Any = error.validator_value
    schema = cast("dict[str, Any]", error.schema)
    instance = cast("Any", error.instance)
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            patterns = schema.get("patternProperties", {})
            extra = sorted(
                name
                for name in set(instance) - set(schema.get("properties", {}))
                if not any(re.search(pattern, name) for pattern in patterns)
            )
            names = ", ".join(one_line(name, _QUOTED) for name in extra[:8])
            return f"{place}: unexpected key: {names}"
        case "required":
            return f"{place}: {error.message}"
        case "enum" | "const":
            allowed = expected if error.validator == "enum" else [expected]
            return f"{place}: expected one of {allowed}, found {_excerpt(instance)}"
        case "type":
            return f"{place}: expected {expected}, found {_excerpt(instance)}"
        case _:
            return f"{place}: {error.validator} {expected!r:.120} refused {_excerpt(instance)}"


def _excerpt(value: Any) -> str:
    """Return a scalar, cut short; of a container only its size."""
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    # Redacted before it is cut, and not all of a text of megabytes.
    text = redact(repr(value[:4096] if isinstance(value, str) else value))
    if len(text) <= _QUOTED + 2:
        return text
    return f"{text[:_QUOTED]}… ({len(str(value))} characters)"
