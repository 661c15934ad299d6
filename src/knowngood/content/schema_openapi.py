"""Schemas of OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.3#schema-object), read for answers.

OpenAPI 3.1 is JSON Schema 2020-12 with formats of its own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

KEYWORDS: Final = frozenset(
    {
        *("$ref", "allOf", "anyOf", "enum", "format", "multipleOf", "not", "nullable", "oneOf"),
        *("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "pattern", "type"),
        *("items", "maxItems", "maxLength", "minItems", "minLength", "uniqueItems"),
        *("additionalProperties", "maxProperties", "minProperties", "properties", "required"),
    }
)
"""What a schema of OpenAPI 3.0 may hold and this class checks."""


def validator() -> Any:
    """Return the class that checks by OpenAPI 3.0: draft 4 with ``nullable`` and ``writeOnly``."""
    import jsonschema

    extend: Any = jsonschema.validators.extend
    return extend(jsonschema.Draft4Validator, {"type": _type, "required": _required})


def formats() -> Any:
    """Return the checks of ``format``: JSON Schema's and OpenAPI's own.

    ``float``, ``double`` and ``password`` say how a value is kept or shown, and allow all values.
    """
    import jsonschema

    own = {
        "byte": _is_base64,
        "double": _anything,
        "float": _anything,
        "int32": _is_whole_of(32),
        "int64": _is_whole_of(64),
        "password": _anything,
    }
    checker = jsonschema.FormatChecker(())
    checks = {name: (check, ()) for name, check in own.items()}
    checker.checkers = {**jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers, **checks}
    return checker


def _type(validator: Any, name: Any, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    from jsonschema import Draft4Validator

    if instance is None and schema.get("nullable"):
        return
    yield from Draft4Validator.VALIDATORS["type"](validator, name, instance, schema) or ()


def _required(validator: Any, names: Any, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """A property that is writeOnly is required of requests alone."""
    from jsonschema import Draft4Validator

    properties = schema.get("properties", {})
    of_answers = [name for name in names if not properties.get(name, {}).get("writeOnly")]
    for error in Draft4Validator.VALIDATORS["required"](validator, of_answers, instance, schema):
        error.validator_value = of_answers
        yield error


def _is_whole_of(bits: int) -> Any:
    most = 1 << (bits - 1)

    def check(value: Any) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return not whole or -most <= value < most

    return check


def _is_base64(value: Any) -> bool:
    try:
        return (
            not isinstance(value, str) or bool(base64.b64decode(value, validate=True)) or not value
        )
    except binascii.Error:
        return False


def _anything(_value: Any) -> bool:
    return True
