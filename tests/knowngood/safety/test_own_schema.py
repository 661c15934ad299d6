"""Documents are recognised by our schemas as ``jsonschema`` would, without it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from knowngood.environment.schema import file_schema
from knowngood.report import verdict_reader
from knowngood.safety import own_schema
from knowngood.safety.own_schema import OwnSchema

VALUES = [
    *(None, True, False, 0, 1, 2, 7, 2.5, -1, "", "a", "bb", "a1", "file:x", [], ["a"], [1]),
    *(["a", "a"], ["a", "bb", "c"], [["a"], ["a"]], {}, {"a": 1}, {"a": "x", "b": 2}, {"c": None}),
]
SCHEMAS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": ["array", "boolean"]},
    {"type": ["integer", "null"]},
    {"type": "number"},
    {"type": "object"},
    {"const": True},
    {"const": 1},
    {"enum": ["a", 1]},
    {"not": {"pattern": "^a"}},
    {"anyOf": [{"type": "null"}, {"minLength": 2}]},
    {"allOf": [{"type": "string"}, {"minLength": 2}]},
    {"required": ["a"]},
    {"minProperties": 1},
    {"properties": {"a": {"type": "string"}}},
    {"properties": {"a": {}}, "additionalProperties": False},
    {"properties": {"a": True}, "additionalProperties": {"type": "integer"}},
    {"propertyNames": {"pattern": "[ab]"}},
    {"items": {"type": "string"}},
    {"contains": {"const": "bb"}},
    {"minItems": 1},
    {"maxItems": 1},
    {"uniqueItems": True},
    {"minLength": 1},
    {"pattern": "[0-9]$"},
    {"minimum": 1},
    {"maximum": 1},
    {"exclusiveMinimum": 1},
    {"properties": {"a": {"$ref": "#/properties/b"}, "b": {"type": "integer"}}},
    {"$ref": "#/$defs/name", "$defs": {"name": {"type": "string", "minLength": 2}}},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_each_keyword_says_what_jsonschema_says(schema: dict[str, Any]) -> None:
    """Of values that fit and of values that do not."""
    validator = jsonschema.Draft202012Validator(schema)
    fits = [OwnSchema(schema).fits(value) for value in VALUES]
    assert fits == [validator.is_valid(value) for value in VALUES]
    assert len(set(fits)) == 2, "the values do not show what the keyword asks for"


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 3.0])
def test_numbers_that_pass_every_limit_fit_nothing(value: float) -> None:
    """Nor is 3.0 a whole number: who writes it may mean something else."""
    assert not OwnSchema({"type": "integer"}).fits(value)
    assert OwnSchema({"type": "number"}).fits(value) == (value == 3.0)


def test_a_format_decides() -> None:
    """What has it and what has not is told by whoever names it."""
    own = OwnSchema({"format": "even"}, {"even": lambda value: value % 2 == 0})
    assert [own.fits(number) for number in (1, 2)] == [False, True]


def keywords(schema: Any) -> Iterator[str]:
    """Return the keywords of a schema and of those within it."""
    if isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner)
    if isinstance(schema, dict):
        for name, value in schema.items():
            yield name
            if name in {"properties", "$defs"}:
                yield from keywords(list(value.values()))
            elif name not in {"enum", "const", "required", "type"}:
                yield from keywords(value)


def test_every_keyword_of_ours_is_known_and_tested() -> None:
    """One that is not would send every document to ``jsonschema``."""
    shipped = {*keywords(file_schema()), *keywords(verdict_reader.schema())}
    known = own_schema._KEYWORDS.keys()
    assert shipped - own_schema._ANNOTATIONS == known
    assert known - {"format"} <= set(keywords(SCHEMAS))


@pytest.mark.parametrize(
    "schema", [file_schema(), verdict_reader.schema()], ids=["file", "verdict"]
)
def test_every_reference_of_ours_leads_somewhere(schema: dict[str, Any]) -> None:
    """Also to what stands elsewhere than among ``$defs``."""
    for pointer in set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema))):
        OwnSchema(schema)._fits_ref(None, pointer, {})
