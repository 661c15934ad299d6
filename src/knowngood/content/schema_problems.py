"""Describes what a schema refused, without long values: they may be credentials."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ..safety import one_line, redact

_QUOTED: Final = 24  # characters of a value that a message may quote


def describe(error: Any) -> str:
    """Describe a ``jsonschema.ValidationError``. Values are cut short: they may be credentials."""
    place = one_line(error.json_path, 120)
    expected, instance = error.validator_value, error.instance
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            return f"{place}: unexpected key: {', '.join(_unexpected_keys(error))}"
        case "required":
            missing = [one_line(name, _QUOTED) for name in expected if name not in instance]
            return f"{place}: missing key: {', '.join(missing)}"
        case "enum" | "const":
            allowed = expected if error.validator == "enum" else [expected]
            values = " or ".join(map(json.dumps, allowed))
            return f"{place}: expected {values}, found {_excerpt(instance)}"
        case "type":
            types = [expected] if isinstance(expected, str) else [*expected]
            types += ["null"] if error.schema.get("nullable") else []  # OpenAPI 3.0
            return f"{place}: expected {' or '.join(types)}, found {_excerpt(instance)}"
        case _:
            return f"{place}: expected {_rule(error)}, found {_excerpt(instance)}"


def _rule(error: Any) -> str:
    """Return the rule that a value breaks: its description where the schema has one."""
    description = error.schema.get("description")
    if description:
        return one_line(description.rstrip("."), 120)
    return f"{error.validator} {json.dumps(error.validator_value):.120}"


def _unexpected_keys(error: Any) -> list[str]:
    """Return the first keys of an object that its schema does not have, in order."""
    patterns = error.schema.get("patternProperties", {})
    unknown = error.instance.keys() - error.schema.get("properties", {}).keys()
    extra = sorted(
        name for name in unknown if not any(re.search(pattern, name) for pattern in patterns)
    )
    return [one_line(name, _QUOTED) for name in extra[:8]]


def _excerpt(value: Any) -> str:
    """Return a scalar as JSON, cut short; of a container only its size."""
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    # Redacted before it is cut, and not all of a text of megabytes.
    text = redact(json.dumps(value[:4096] if isinstance(value, str) else value, ensure_ascii=False))
    if len(text) <= _QUOTED + 2:
        return text
    return f"{text[:_QUOTED]}… ({len(str(value))} characters)"
