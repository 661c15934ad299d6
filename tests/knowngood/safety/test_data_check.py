"""Our own schemas say the same to :class:`DataCheck` as to jsonschema, the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import jsonschema
import pytest

from knowngood.environment.schema import FORMATS, file_schema
from knowngood.report import json_file
from knowngood.safety import DataCheck

VALUES = [
    *(None, True, False, 0, 1, -1, 3, 3.0, 0.5, 99_999, math.inf, math.nan),
    *("", "x", "X y", "..", "file:x", "file:", "smoke", "Monday", "2h", "[", "{folder}", "{else}"),
    *("content:/x", "https://a.example", "https://a.example/b", "ftp://a", "Name: value"),
    *("2026-12-25", "20261225", "2026-13-01", "Europe/Berlin", "Mars/Base", "*@a.example"),
    *(date(2026, 12, 25), datetime(2026, 12, 25)),
    *([], ["x"], ["x", "x"], [1], [{}], ["{folder}", "{else}"], [["x"]]),
    *({}, {"x": "y"}, {"X y": 1}, {"url": "x"}, {"url": "content:/x", "body": ""}),
    *({"host": "x"}, {"command": ["{folder}"]}, {"x": ["y", "y"]}, {"x": {"y": True}}),
]
"""Wrong and right for what an environment file or a verdict file may hold."""


def reference(schema: Mapping[str, Any]) -> Any:
    """Return jsonschema's validator, with TOML's types and the formats of environment files."""
    draft = jsonschema.Draft202012Validator
    types = draft.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: (
                type(value) is int or (type(value) is float and math.isfinite(value))
            ),
        }
    )
    formats = jsonschema.FormatChecker([])
    for name, check in FORMATS.items():
        formats.checks(name, Exception)(lambda value, check=check: check(value) or True)
    return jsonschema.validators.extend(draft, type_checker=types)(schema, format_checker=formats)


def parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Yield ``schema`` and all schemas inside it."""
    if isinstance(schema, dict):
        yield schema
        for keyword, rule in schema.items():
            inner = rule.values() if keyword in {"properties", "$defs"} else [rule]
            for part in inner if isinstance(inner, list) else list(inner):
                yield from parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts(part)


@pytest.mark.parametrize("whole", [file_schema, json_file.schema])
def test_the_same_rules_are_broken_as_by_jsonschema(whole: Callable[[], Any]) -> None:
    """Every part of the schema is held against values of all kinds."""
    root = whole()
    compared = 0
    for part in parts(root):
        properties = {**root["properties"], **part.get("properties", {})}  # for each $ref
        schema = {**part, "$defs": root["$defs"], "properties": properties}
        validator, check = reference(schema), DataCheck(schema, FORMATS)
        for value in VALUES:
            ours = {(v.path, v.keyword) for v in check.violations(value)}
            errors = validator.iter_errors(value)
            assert ours == {(tuple(e.absolute_path), e.validator) for e in errors}, (part, value)
            compared += bool(ours)
    assert compared > 1000


@pytest.mark.parametrize("whole", [file_schema, json_file.schema])
def test_no_keyword_is_passed_over(whole: Callable[[], Any]) -> None:
    """A keyword that a schema gets is a rule that DataCheck must know."""
    known = {"$schema", "$id", "$defs", "title", "description"} | {
        *("type", "enum", "const", "pattern", "format", "minLength", "minimum", "maximum"),
        *("exclusiveMinimum", "minItems", "maxItems", "uniqueItems", "minProperties", "required"),
        *("properties", "additionalProperties", "propertyNames", "items", "contains"),
        *("not", "anyOf", "allOf", "$ref"),
    }
    assert {keyword for part in parts(whole()) for keyword in part} <= known
