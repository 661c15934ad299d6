"""JSON Schemas of a suite: checked before they are trusted, and messages that leak nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

import jsonschema

from ..safety import redact
from ..safety.errors import DeploymentError, UsageError
from ..safety.sanitize import one_line
from . import strict_json

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
_FORMATS: Final = jsonschema.Draft202012Validator.FORMAT_CHECKER
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_KEPT: Final = 32  # documents whose problems are remembered
_PROBLEMS: Final = 50  # of one document that are looked for
_SHOWN: Final = 24  # characters of a value that a message may quote


class BadSchema(UsageError):
    """A schema that must not be relied on; the message names the file and the place."""


class SchemaMismatch(DeploymentError):
    """A document that its schema refuses."""


class Schema:
    """One schema file. Raises BadSchema unless it is Draft 2020-12 throughout, refers to nothing
    outside itself, and uses only keywords and formats that are really checked.
    """

    def __init__(self, path: Path) -> None:
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
        self._validator = jsonschema.Draft202012Validator(document, format_checker=_FORMATS)
        try:
            list(self._validator.iter_errors({}))
        except RecursionError:
            raise BadSchema(f"{path}: a $ref leads back to itself") from None
        self._known: dict[bytes, tuple[str, ...]] = {}

    def problems(self, document: Any) -> list[str]:
        """What the schema refuses in ``document``, each with its JSON path; no long values, and
        no more than fifty.

        Locales share their documents, so what was found is kept by the document's content.
        """
        content = sha256(json.dumps(document).encode()).digest()
        if content not in self._known:
            self._known[content] = self._found(document)
            if len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        return list(self._known[content])

    def _found(self, document: Any) -> tuple[str, ...]:
        try:
            found = islice(self._validator.iter_errors(document), _PROBLEMS)
            return tuple(_describe(error) for error in found)
        except RecursionError:
            return ("$: nested too deep to be checked",)

    def check(self, document: Any) -> None:
        """Raise SchemaMismatch, naming up to five problems, unless the document conforms."""
        problems = self.problems(document)
        if problems:
            more = [f"and {len(problems) - 5} more"] if len(problems) > 5 else []
            more = ["and many more"] if len(problems) == _PROBLEMS else more
            raise SchemaMismatch("\n".join([*problems[:5], *more]))


@cache
def load(path: Path) -> Schema:
    """The schema in ``path``, read once."""
    return Schema(path)


def _nodes(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema that is an object, with its place."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key, value in schema.items():
        if key in _MAPS:
            for name, each in value.items():
                yield from _nodes(f"{place}.{key}.{name}", each)
        elif key in _LISTS:
            for number, each in enumerate(value):
                yield from _nodes(f"{place}.{key}[{number}]", each)
        elif key in _SINGLE:
            yield from _nodes(f"{place}.{key}", value)


def _refuse_unchecked(
    path: Path, place: str, node: dict[str, Any], targets: list[dict[str, Any]]
) -> None:
    unknown = sorted(set(node) - _MAPS - _LISTS - _SINGLE - _PLAIN)
    if unknown:
        raise BadSchema(
            f"{path}: at {place}: unknown keyword {', '.join(unknown)}, which would be passed "
            "over in silence; check the spelling"
        )
    if node.get("$schema", _DRAFT) != _DRAFT:
        raise BadSchema(f"{path}: at {place}: $schema {node['$schema']!r}; allowed: {_DRAFT!r}")
    reference = node.get("$ref")
    if reference is not None and not _resolves(reference, targets):
        raise BadSchema(
            f"{path}: at {place}: $ref {reference!r}; allowed: a JSON pointer to a schema in this "
            'file, such as "#/$defs/name"'
        )
    named = node.get("format")
    if named is not None and named not in _FORMATS.checkers:
        raise BadSchema(f"{path}: at {place}: format {named!r} is not checked by anything here")


def _resolves(reference: str, targets: list[dict[str, Any]]) -> bool:
    """Whether it leads to one of the schemas that are checked; the first of them is the root."""
    if reference != "#" and not reference.startswith("#/"):
        return False
    node: Any = targets[0]
    for part in reference.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return any(node is each for each in targets)


def _describe(error: jsonschema.ValidationError) -> str:
    """One problem. Values are cut short: a stray key may hold a credential."""
    where = one_line(error.json_path, 120)
    wanted: Any = error.validator_value
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
            names = ", ".join(one_line(name, _SHOWN) for name in extra[:8])
            return f"{where}: unexpected key: {names}"
        case "required":
            return f"{where}: {error.message}"
        case "enum" | "const":
            allowed = wanted if error.validator == "enum" else [wanted]
            return f"{where}: expected one of {allowed}, found {_excerpt(instance)}"
        case "type":
            return f"{where}: expected {wanted}, found {_excerpt(instance)}"
        case _:
            found = _excerpt(instance)
            return f"{where}: {error.validator} {wanted!r:.120} refused {found}"


def _excerpt(value: Any) -> str:
    """A scalar, cut short; of a container only its size."""
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    # Redacted before it is cut, and not all of a text of megabytes.
    text = redact(repr(value[:4096] if isinstance(value, str) else value))
    if len(text) <= _SHOWN + 2:
        return text
    return f"{text[:_SHOWN]}… ({len(str(value))} characters)"
