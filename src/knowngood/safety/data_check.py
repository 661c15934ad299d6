"""Hold data against a JSON Schema of this package: that of environment files, or of verdict files.

It knows the keywords that these two use. jsonschema knows all, but to load it takes a third of the
time in which a run starts. Types are TOML's: 3.0 is no integer, inf and nan are no numbers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

FormatCheck = Callable[[Any], object]
"""Raises ValueError, LookupError, OSError or re.error for a value of another format."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that breaks a rule of the schema.

    Attributes:
        path: the keys and indexes that lead to the value.
        keyword: the keyword of the rule, such as ``pattern``.
        schema: the part of the schema that has the rule.
        value: what was found.
        error: what the check of a format raised.
    """

    path: tuple[str | int, ...]
    keyword: str
    schema: Mapping[str, Any]
    value: Any
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class DataCheck:
    """Finds what is wrong with data.

    Attributes:
        schema: the whole schema; a ``$ref`` in it leads to another part, such as ``#/$defs/NAME``.
        formats: the check of each format, by its name.
    """

    schema: Mapping[str, Any]
    formats: Mapping[str, FormatCheck] = field(default_factory=dict)

    def violations(self, value: Any) -> list[Violation]:
        """Return every rule that ``value`` breaks, in the order of the schema."""
        return list(self._violations(value, self.schema, ()))

    def _violations(
        self, value: Any, schema: Mapping[str, Any], path: tuple[str | int, ...]
    ) -> Iterator[Violation]:
        for keyword in schema:
            error = self._format_error(schema, value) if keyword == "format" else None
            if error is not None or not self._holds(keyword, schema, value):
                yield Violation(path, keyword, schema, value, error)
            for step, inner, part in self._inner(keyword, schema, value):
                yield from self._violations(inner, part, (*path, *step))

    def _is_valid(self, value: Any, schema: Mapping[str, Any]) -> bool:
        return not any(True for _ in self._violations(value, schema, ()))

    def _format_error(self, schema: Mapping[str, Any], value: Any) -> Exception | None:
        try:
            self.formats[schema["format"]](value)
        except (ValueError, LookupError, OSError, re.error) as error:
            return error
        return None

    def _holds(self, keyword: str, schema: Mapping[str, Any], value: Any) -> bool:
        """Return whether ``value`` itself keeps the rule, whatever is inside it."""
        rule = schema[keyword]
        match keyword:
            case "not":
                return not self._is_valid(value, rule)
            case "anyOf":
                return any(self._is_valid(value, part) for part in rule)
            case "contains" if type(value) is list:
                return any(self._is_valid(item, rule) for item in value)
            case "additionalProperties" if rule is False:
                return not _further(schema, value)
        return _RULES[keyword](rule, value) if keyword in _RULES else True

    def _inner(
        self, keyword: str, schema: Mapping[str, Any], value: Any
    ) -> Iterator[tuple[tuple[str | int, ...], Any, Mapping[str, Any]]]:
        """Yield what the rule says of a part of ``value``: the way there, the part, its schema."""
        rule = schema[keyword]
        match keyword:
            case "$ref":
                names = rule.removeprefix("#/").split("/")
                yield (), value, reduce(operator.getitem, names, self.schema)
            case "allOf":
                yield from (((), value, part) for part in rule)
            case "items" if type(value) is list:
                yield from (((number,), item, rule) for number, item in enumerate(value))
            case "properties" if type(value) is dict:
                yield from (((k,), value[k], part) for k, part in rule.items() if k in value)
            case "additionalProperties" if rule is not False:
                yield from (((k,), value[k], rule) for k in _further(schema, value))
            case "propertyNames" if type(value) is dict:
                yield from (((), name, rule) for name in value)


def _further(schema: Mapping[str, Any], value: Any) -> list[str]:
    """Return the keys that the schema does not name."""
    known = schema.get("properties", {})
    return [key for key in value if key not in known] if type(value) is dict else []


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_same(value: Any, other: Any) -> bool:
    """Return whether two values are the same; Python takes True for 1."""
    return bool(value == other) and (type(value) is bool) is (type(other) is bool)


_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "array": lambda value: type(value) is list,
    "boolean": lambda value: type(value) is bool,
    "integer": lambda value: type(value) is int,
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: type(value) is dict,
    "string": lambda value: type(value) is str,
}

_RULES: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "type": lambda names, v: any(_TYPES[n](v) for n in ([names] if type(names) is str else names)),
    "enum": lambda allowed, v: any(_is_same(v, one) for one in allowed),
    "const": lambda only, v: _is_same(v, only),
    "pattern": lambda pattern, v: type(v) is not str or re.search(pattern, v) is not None,
    "minLength": lambda least, v: type(v) is not str or len(v) >= least,
    "minimum": lambda least, v: not _is_number(v) or v >= least,
    "maximum": lambda most, v: not _is_number(v) or v <= most,
    "exclusiveMinimum": lambda bound, v: not _is_number(v) or v > bound,
    "minItems": lambda least, v: type(v) is not list or len(v) >= least,
    "maxItems": lambda most, v: type(v) is not list or len(v) <= most,
    "uniqueItems": lambda _, v: type(v) is not list or all(x not in v[:i] for i, x in enumerate(v)),
    "minProperties": lambda least, v: type(v) is not dict or len(v) >= least,
    "required": lambda names, v: type(v) is not dict or all(name in v for name in names),
}
