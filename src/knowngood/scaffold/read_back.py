"""Where an answer of an OpenAPI document holds a property, and which of those that were sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .openapi import Document
from .python_text import literal, quoted
from .samples import whole

IDS: Final = ("id", "uuid", "key", "name")
"""Keys that name a document, where none is called like the field of the path."""


def in_answer(document: Document, pointer: str, name: str) -> str:
    """Return how Python reads the property ``name`` from an answer of the schema at ``pointer``:
    ``.json()["name"]``, or within one of its objects. Empty if no answer has it, or ``pointer`` is
    empty.
    """
    properties = _answered(document, {"$ref": f"#{pointer}"}) if pointer else {}
    if name in properties:
        return f".json()[{quoted(name)}]"
    for outer in sorted(properties):
        if name in _answered(document, properties[outer]):
            return f".json()[{quoted(outer)}][{quoted(name)}]"
    return ""


def _answered(document: Document, schema: Any) -> dict[str, Any]:
    """Return the properties of a schema that an answer may have."""
    parts = whole(document, schema)["properties"].items()
    return {name: part for name, part in parts if not whole(document, part).get("writeOnly")}


def assertions(document: Document, pointer: str, sent: Any) -> Iterator[str]:
    """Yield lines that find in ``read``, an answer of the schema at ``pointer``, what was sent: its
    texts, numbers and truth values.
    """
    for name, value in sent.items() if isinstance(sent, dict) else ():
        place = in_answer(document, pointer, name)
        if place and isinstance(value, str | int | float):
            sign = "is" if isinstance(value, bool) else "=="
            yield f"assert read{place} {sign} {literal(value)}"
