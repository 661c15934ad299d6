"""Write the JSON Schema of a document that was seen once, which tomorrow's keeps to, as well.

Values may become null, and lists empty. Texts and numbers are described where there are two, such
as in a list. A key is required if it holds a list or an object of the document itself; of a key
that all items of a list have, some item must have it: others may be left out at times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from ..fetch import is_made_up

_DEEPEST: Final = 5
_MOST_KEYS: Final = 60
"""Keys of an object that are described. One with more has names of things as its keys."""

_MOST_ITEMS: Final = 200
_ENOUGH: Final = 2
"""Values of one kind, or items with one key, before another is expected to be so."""

_KINDS: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_NO_ERROR: Final = {"enum": [None, False, ""]}


def schema_of(document: object) -> dict[str, Any]:
    """Return what stays of a document; empty if that is its kind alone."""
    schema = _schema([document], 0)
    if isinstance(document, dict):
        if required := _required(document):
            schema["required"] = required
        error = document.get("error", "")
        if schema.keys() > {"type"} and (error is None or error is False or error == ""):
            schema.setdefault("properties", {})["error"] = _NO_ERROR
    if schema.keys() <= {"type"}:
        return {}
    return schema | {"type": _KINDS[type(document)]}


def _required(document: Mapping[str, Any]) -> list[str]:
    """Return the keys of lists and objects. If all are alike, as those of a map are, none."""
    holders = [key for key, value in document.items() if isinstance(value, list | dict)]
    is_map = len(holders) == len(document) > 1
    return [] if is_map else sorted(filter(_is_name, holders))


def _schema(values: Sequence[Any], depth: int) -> dict[str, Any]:
    """Return what all of ``values`` keep to but null; empty if they are of several kinds."""
    values = [value for value in values if value is not None]
    kinds = {_KINDS[type(value)] for value in values}
    if len(kinds) != 1 or depth > _DEEPEST:
        return {}
    if len(values) < _ENOUGH and kinds.isdisjoint({"array", "object"}):
        return {}
    schema: dict[str, Any] = {"type": [*kinds, "null"]}
    if kinds == {"object"}:
        schema |= _of_objects(values, depth)
    elif kinds == {"array"}:
        schema |= _of_lists(values, depth)
    return schema


def _of_objects(values: Sequence[Mapping[str, Any]], depth: int) -> dict[str, Any]:
    keys = dict.fromkeys(key for key in chain.from_iterable(values) if _is_name(key))
    if len(keys) > _MOST_KEYS:
        return {}
    parts = {key: _schema([value.get(key) for value in values], depth + 1) for key in keys}
    described = {key: part for key, part in parts.items() if part}
    return {"properties": described} if described else {}


def _of_lists(values: Sequence[Sequence[Any]], depth: int) -> dict[str, Any]:
    items = [item for value in values for item in value][:_MOST_ITEMS]
    schema = _schema(items, depth + 1)
    if not schema:
        return {}
    objects = [item for item in items if isinstance(item, dict)]
    common = set.intersection(*map(set, objects)) if len(objects) >= _ENOUGH else set()
    keys = sorted(filter(_is_name, common))
    has_keys = {"allOf": [_one_with(key) for key in keys]}
    return {"items": schema} | ({"if": {"minItems": 1}, "then": has_keys} if keys else {})


def _one_with(key: str) -> dict[str, Any]:
    description = f"an item with the key {key}"  # reports show it as what was expected
    return {"description": description, "contains": {"required": [key]}}


def _is_name(key: str) -> bool:
    """Return whether a key is a name that a program knows, and no id."""
    return not is_made_up(key) and not key.startswith("$")
