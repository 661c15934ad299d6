"""Change what was made up for a schema of an OpenAPI document to other values that it accepts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from .openapi import Document
from .samples import FORMATS, NoSample, number_limits, whole

_NAMES_DOCUMENT: Final = re.compile(r"(?:^|_)(?:id|uuid|key)s?$|I[dD]s?$")
"""What a property is called that names a document: this one, or another that has to be there."""


def changed(document: Document, schema: Any, value: Any, fixed: Collection[str] = ()) -> Any:
    """Return ``value`` with other texts, numbers, truth values and choices, as far as ``schema``
    accepts them.

    Lists stay as they are, and so do properties that name a document or that are in ``fixed``.
    """
    try:
        schema = _first_choice(document, schema)
        if isinstance(value, dict):
            properties = schema["properties"]
            return {
                name: part
                if name in fixed or _NAMES_DOCUMENT.search(name)
                else changed(document, properties.get(name), part)
                for name, part in value.items()
            }
        return _changed(schema, value)
    except NoSample:
        return value


def _first_choice(document: Document, schema: Any) -> dict[str, Any]:
    """Return a whole schema; of several that are allowed the first, as a sample has it."""
    known = whole(document, schema)
    choices = known.get("oneOf") or known.get("anyOf")
    return _first_choice(document, choices[0]) if choices else known


def _changed(schema: Mapping[str, Any], value: Any) -> Any:
    if isinstance(schema.get("enum"), list):
        return next((choice for choice in schema["enum"] if choice != value), value)
    if "const" in schema:
        return value
    match value:
        case bool():
            return not value
        case int() | float():
            return _number(schema, value)
        case str():
            return _text(schema, value)
    return value


def _number(schema: Mapping[str, Any], value: float) -> float:
    """Return the next number that the limits allow, or the one before; ``value`` if none is."""
    step, least, most = number_limits(schema)
    return next((other for other in (value + step, value - step) if least <= other <= most), value)


def _text(schema: Mapping[str, Any], value: str) -> str:
    """Return a text of the same format and limits; ``value`` if none is made up."""
    _, other = FORMATS.get(schema.get("format", ""), ("", "changed"))
    text = other or value
    least = min(schema.get("minLength", 0), len(value))
    text = text.ljust(least, "x")[: schema.get("maxLength")]
    try:
        return text if re.search(schema.get("pattern", ""), text) else value
    except re.error:
        return value
