"""Make up a value that a schema of an OpenAPI document accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .openapi import Document, resolve

_MOST: Final = 300  # schemas that are looked into for one value; some require themselves
_LONGEST: Final = 1000  # characters of a text, and elements of a list

FORMATS: Final = {
    "date": ("2026-01-31", "2026-02-28"),
    "date-time": ("2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"),
    "time": ("12:00:00Z", "13:00:00Z"),
    "duration": ("P1D", "P2D"),
    "email": ("smoke@example.com", "changed@example.com"),
    "hostname": ("example.com", "www.example.com"),
    "ipv4": ("192.0.2.1", "192.0.2.2"),
    "ipv6": ("2001:db8::1", "2001:db8::2"),
    "uri": ("https://example.com/", "https://example.com/changed"),
    "uuid": ("00000000-0000-4000-8000-000000000000", ""),
    "byte": ("c21va2U=", "Y2hhbmdlZA=="),
}
"""A text of each format, and another one; but for a UUID, which names a document. Addresses and
names are those of RFC 5737, 3849 and 2606."""

_HINTS: Final = {"properties": "object", "items": "array", "minimum": "number"}
"""What a schema is about that names no type, by its keywords."""

_LIMITS: Final = ("enum", "const", "format", "pattern", "maxLength", "oneOf", "anyOf")


class NoSample(ValueError):
    """No value can be made up; the message says why."""


def sample(document: Document, schema: Any) -> Any:
    """Return the example or default of ``schema``, or else a small value that it accepts. An object
    has its required properties. Raises NoSample.
    """
    return _Sampler(document).value(schema)


def whole(document: Document, schema: Any) -> dict[str, Any]:
    """Return ``schema`` without references, and with all of its ``allOf`` in one. Raises NoSample
    for one that is too large.
    """
    return _Sampler(document).whole(schema)


def is_free(schema: Mapping[str, Any]) -> bool:
    """Return whether a whole schema accepts any text, such as ``smoke-`` and a UUID."""
    return _type(schema) == "string" and not any(limit in schema for limit in _LIMITS)


class _Sampler:
    """Makes up one value. It counts the schemas that it looks into."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._steps_left = _MOST

    def value(self, schema: Any) -> Any:
        """Return a value for ``schema``."""
        schema = self.whole(schema)
        for sample in _given(schema):
            return sample
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                return self.value(schema[key][0])
        match _type(schema):
            case "object":
                return self._object(schema)
            case "array":
                elements = range(_short(schema.get("minItems", 0)))
                return [self.value(schema.get("items")) for _ in elements]
            case "integer" | "number":
                return _number(schema)
            case kind:
                return {"boolean": True, "null": None}.get(kind, _text(schema))

    def whole(self, schema: Any) -> dict[str, Any]:
        """Return ``schema`` without a reference, and with all of its ``allOf`` in one."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise NoSample("its schema is too large, or requires itself")
        schema = resolve(self._document, schema)
        own = dict(schema) if isinstance(schema, dict) else {}
        parts = [*map(self.whole, own.pop("allOf", ())), own]
        joined: dict[str, Any] = {}
        for part in parts:
            properties = {**joined.get("properties", {}), **part.get("properties", {})}
            required = [*joined.get("required", ()), *part.get("required", ())]
            joined |= {**part, "properties": properties, "required": required}
        return joined

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object of the required properties that a client may send."""
        parts = {name: self.whole(schema["properties"].get(name)) for name in schema["required"]}
        return {name: self.value(part) for name, part in parts.items() if not part.get("readOnly")}


def _given(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the values that a schema names itself."""
    for key in ("example", "default", "const"):
        if key in schema:
            yield schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list):
            yield from schema[key][:1]


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of ``schema``: the first that is not null."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return next((kind for kind in kinds if kind != "null"), "null")
    return str(kinds or next((_HINTS[key] for key in _HINTS if schema.get(key)), "string"))


def _number(schema: Mapping[str, Any]) -> float:
    """Return the number next to 1 that the limits allow. Raises NoSample."""
    step, least, most = number_limits(schema)
    value = min(max(1, least), most)
    if "multipleOf" in schema or _type(schema) == "integer":
        value = math.ceil(value / step) * step
    if not least <= value <= most:
        raise NoSample(f"no number is made up between {least} and {most}")
    return value


def number_limits(schema: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return the step from one number of ``schema`` to the next, the least and the largest one."""
    step = schema.get("multipleOf", 1)
    least = _limit(schema, "minimum", "exclusiveMinimum", step)
    return step, least, _limit(schema, "maximum", "exclusiveMaximum", -step)


def _limit(schema: Mapping[str, Any], key: str, exclusive: str, step: float) -> float:
    """Return a limit that may be reached. OpenAPI 3.0 says by a truth value that it may not be."""
    limit, beyond = schema.get(key), schema.get(exclusive)
    if beyond is True:
        return limit + step if limit is not None else -step * math.inf
    if isinstance(beyond, int | float) and beyond is not False:
        return beyond + step
    return limit if limit is not None else -step * math.inf


def _text(schema: Mapping[str, Any]) -> str:
    """Return a text. Raises NoSample for a pattern that it does not match."""
    text, _ = FORMATS.get(schema.get("format", ""), ("smoke", ""))
    text = text.ljust(_short(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]
    pattern = schema.get("pattern", "")
    with_pattern = NoSample(f"no text is made up for the pattern {pattern}")
    try:
        matches = re.search(pattern, text)
    except re.error:
        raise with_pattern from None
    if not matches:
        raise with_pattern
    return text


def _short(length: int) -> int:
    """Return ``length``. Raises NoSample if it is too much to be written down."""
    if length > _LONGEST:
        raise NoSample(f"a value of at least {length} is too long to be made up")
    return length
