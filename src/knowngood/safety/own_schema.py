"""Recognise a document that fits a JSON Schema of ours, without the package ``jsonschema``.

To import that takes a quarter of the CPU that a run takes to start, and nearly every document is
sound. Of one that is not, ``jsonschema`` says what is wrong with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_ANNOTATIONS: Final = {"$schema", "$id", "$defs", "title", "description"}
TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "array": lambda value: type(value) is list,
    "boolean": lambda value: type(value) is bool,
    "integer": lambda value: type(value) is int,
    "null": lambda value: value is None,
    "number": lambda value: type(value) is int or (type(value) is float and math.isfinite(value)),
    "object": lambda value: type(value) is dict,
    "string": lambda value: type(value) is str,
}


@dataclass(frozen=True, slots=True)
class OwnSchema:
    """A schema of ours: it has no keywords but those that are known here.

    Attributes:
        root: the schema.
        formats: says of each of its formats whether a value has it.
    """

    root: Mapping[str, Any]
    formats: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)

    def fits(self, document: Any) -> bool:
        """Return whether a document fits the schema. Raises what a format raises."""
        return self._fits(document, self.root)

    def _fits(self, value: Any, schema: Any) -> bool:
        if isinstance(schema, bool):
            return schema
        keywords = (name for name in schema if name not in _ANNOTATIONS)
        return all(_KEYWORDS[name](self, value, schema[name], schema) for name in keywords)

    def _fits_ref(self, value: Any, pointer: str, _: Mapping[str, Any]) -> bool:
        schema: Any = self.root
        for name in pointer.removeprefix("#/").split("/"):
            schema = schema[name]
        return self._fits(value, schema)

    def _fits_additional(self, value: Any, additional: Any, schema: Mapping[str, Any]) -> bool:
        known = schema.get("properties", {})
        return type(value) is not dict or all(
            self._fits(value[name], additional) for name in value if name not in known
        )

    def _has_format(self, value: Any, name: str, _: Mapping[str, Any]) -> bool:
        return self.formats[name](value)


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)


def _of(kind: str, holds: Callable[[OwnSchema, Any, Any], bool]) -> Callable[..., bool]:
    """Return what a keyword says that asks something of values of one kind, and of no others."""
    return lambda own, value, setting, _: not TYPES[kind](value) or holds(own, value, setting)


_KEYWORDS: Final[Mapping[str, Callable[[OwnSchema, Any, Any, Mapping[str, Any]], bool]]] = {
    "$ref": OwnSchema._fits_ref,
    "format": OwnSchema._has_format,
    "additionalProperties": OwnSchema._fits_additional,
    "type": lambda _, value, names, __: any(
        TYPES[name](value) for name in ([names] if isinstance(names, str) else names)
    ),
    "const": lambda _, value, constant, __: _same(value, constant),
    "enum": lambda _, value, members, __: any(_same(value, member) for member in members),
    "not": lambda own, value, schema, _: not own._fits(value, schema),
    "anyOf": lambda own, value, schemas, _: any(own._fits(value, schema) for schema in schemas),
    "allOf": lambda own, value, schemas, _: all(own._fits(value, schema) for schema in schemas),
    "required": _of("object", lambda _, value, names: all(name in value for name in names)),
    "minProperties": _of("object", lambda _, value, least: len(value) >= least),
    "properties": _of(
        "object",
        lambda own, value, schemas: all(
            own._fits(value[name], schema) for name, schema in schemas.items() if name in value
        ),
    ),
    "propertyNames": _of(
        "object", lambda own, value, schema: all(own._fits(name, schema) for name in value)
    ),
    "items": _of("array", lambda own, value, schema: all(own._fits(v, schema) for v in value)),
    "contains": _of("array", lambda own, value, schema: any(own._fits(v, schema) for v in value)),
    "minItems": _of("array", lambda _, value, least: len(value) >= least),
    "maxItems": _of("array", lambda _, value, most: len(value) <= most),
    "uniqueItems": _of(
        "array", lambda _, value, __: all(value.index(v) == n for n, v in enumerate(value))
    ),
    "minLength": _of("string", lambda _, value, least: len(value) >= least),
    "pattern": _of("string", lambda _, value, pattern: bool(re.search(pattern, value))),
    "minimum": _of("number", lambda _, value, least: value >= least),
    "maximum": _of("number", lambda _, value, most: value <= most),
    "exclusiveMinimum": _of("number", lambda _, value, bound: value > bound),
}
