"""Which values are made up for a schema: such as it accepts."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from knowngood.scaffold.samples import NoSample, sample

NAMED = {"type": "string", "minLength": 3}
DOCUMENT = {
    "paths": {},
    "components": {
        "schemas": {
            "Named": NAMED,
            "Loop": {"type": "object", "required": ["a"], "properties": {}},
        }
    },
}
DOCUMENT["components"]["schemas"]["Loop"]["properties"]["a"] = {"$ref": "#/components/schemas/Loop"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"example": 7, "default": 8}, 7),
        ({"default": None}, None),
        ({"const": [1]}, [1]),
        ({"examples": ["a", "b"]}, "a"),
        ({"enum": ["a", "b"]}, "a"),
        ({"$ref": "#/components/schemas/Named"}, "smoke"),
        ({}, "smoke"),
    ],
)
def test_what_the_document_names_comes_first(schema: dict[str, Any], value: object) -> None:
    """Its example, default, constant or first choice."""
    assert sample(DOCUMENT, schema) == value


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "boolean"},
        {"type": ["null", "string"]},
        {"type": "null"},
        {"type": "string", "minLength": 9},
        {"type": "string", "maxLength": 2},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "uuid"},
        {"type": "integer", "minimum": 7},
        {"type": "integer", "maximum": 0},
        {"type": "integer", "exclusiveMinimum": 7, "multipleOf": 5},
        {"type": "number", "exclusiveMaximum": 1},
        {"type": "number", "minimum": 0.25, "maximum": 0.5},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"type": "array"},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        {
            "allOf": [
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
                {"required": ["b"], "properties": {"b": {"type": "array"}, "c": {}}},
            ]
        },
        {"required": ["a"], "properties": {"a": {"properties": {"b": {"type": "integer"}}}}},
    ],
)
def test_value_is_accepted(schema: dict[str, Any]) -> None:
    """By the schema that it was made for."""
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(sample({}, schema))


def test_what_only_the_service_may_write_is_left_out() -> None:
    """A property that is read-only, and one that is not required."""
    properties = {"id": {"readOnly": True}, "a": {"type": "integer"}, "b": {}}
    assert sample({}, {"required": ["id", "a"], "properties": properties}) == {"a": 1}


def test_limit_of_openapi_3_0() -> None:
    """A truth value says that the limit itself is none of the values."""
    assert sample({}, {"type": "integer", "minimum": 7, "exclusiveMinimum": True}) == 8


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": r"^\d{4}$"},
        {"type": "string", "pattern": "("},
        {"type": "string", "minLength": 10**12},
        {"type": "array", "minItems": 10**12},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"$ref": "#/components/schemas/Loop"},
    ],
)
def test_schema_that_no_value_is_made_up_for(schema: dict[str, Any]) -> None:
    """A person has to fill that in."""
    with pytest.raises(NoSample):
        sample(DOCUMENT, schema)
