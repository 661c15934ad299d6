"""Which other values are made up for a schema: such as it accepts."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from knowngood.scaffold.changed_values import changed
from knowngood.scaffold.samples import sample

DOCUMENT = {"paths": {}, "components": {"schemas": {"Named": {"type": "string", "minLength": 9}}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "maxLength": 2},
        {"type": "string", "minLength": 12},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string", "format": "email"},
        {"type": "string", "format": "date-time"},
        {"$ref": "#/components/schemas/Named"},
        {"type": "boolean"},
        {"type": "integer", "minimum": 7},
        {"type": "integer", "maximum": 1},
        {"type": "number", "multipleOf": 0.25},
        {"enum": ["a", "b"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"allOf": [{"type": "string"}, {"maxLength": 4}]},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
    ],
    ids=str,
)
def test_another_value_is_accepted_as_well(schema: dict[str, Any]) -> None:
    """It differs from the sample, and keeps to the limits."""
    value = sample(DOCUMENT, schema)
    other = changed(DOCUMENT, schema, value)
    assert other != value
    jsonschema.validate(other, {**schema, "components": DOCUMENT["components"]})


@pytest.mark.parametrize(
    "schema",
    [
        {"const": "a"},
        {"enum": ["a"]},
        {"type": "null"},
        {"type": "integer", "minimum": 1, "maximum": 1},
        {"type": "string", "pattern": "^smoke$"},
        {"type": "string", "format": "uuid"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ],
    ids=str,
)
def test_value_without_another_stays(schema: dict[str, Any]) -> None:
    """Where no other is known, and in lists."""
    value = sample(DOCUMENT, schema)
    assert changed(DOCUMENT, schema, value) == value


def test_names_of_documents_stay() -> None:
    """Another id names what is not there; what the path names is fixed."""
    text = {"type": "string"}
    names = ("id", "owner_id", "groupIds", "login", "title", "paid")
    schema = {"type": "object", "properties": dict.fromkeys(names, text)}
    value = dict.fromkeys(names, "smoke")
    assert changed(DOCUMENT, schema, value, {"login"}) == {
        **value,
        "title": "changed",
        "paid": "changed",
    }
