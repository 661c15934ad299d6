"""Holds an environment file against its JSON Schema, and says in the file's words what is wrong."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .model import BadEnvironment

if TYPE_CHECKING:
    import jsonschema


@cache
def file_schema() -> Any:
    """The JSON Schema of an environment file, as shipped with the package."""
    return json.loads(
        (files("knowngood.environment") / "environment.schema.json").read_text("utf-8")
    )


@cache
def _validator() -> Any:
    """TOML has inf and nan, which no comparison stops, and distinguishes 3 from 3.0."""
    import jsonschema
    import jsonschema.validators

    draft = jsonschema.Draft202012Validator
    types = draft.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: (
                type(value) is int or (type(value) is float and math.isfinite(value))
            ),
        }
    )
    return cast("Any", jsonschema.validators).extend(draft, type_checker=types)(file_schema())


def validate(path: Path, document: dict[str, Any]) -> None:
    """Raise BadEnvironment, which names every key that is wrong."""
    errors = sorted(
        _validator().iter_errors(document), key=lambda error: list(map(str, error.path))
    )
    if errors:
        raise BadEnvironment("\n".join(f"{path}: {_explain(error)}" for error in errors))


def _explain(error: jsonschema.ValidationError) -> str:
    """One schema error in the words of the file: key, what was found, what is allowed."""
    key = ".".join(str(part) for part in error.absolute_path) or "the file"
    schema = cast("Any", error.schema)
    allowed = schema.get("description", "") if isinstance(schema, dict) else ""
    hint = f"; allowed: {allowed}" if allowed else ""
    if error.validator == "additionalProperties":
        known = schema.get("properties", {})
        extra = sorted(set(cast("Any", error.instance)) - set(known))
        return f"{key}: unknown key {', '.join(extra)}; allowed: {', '.join(sorted(known))}"
    if error.validator == "required":
        return f"{key}: {error.message}{hint}"
    if error.absolute_path and error.absolute_path[0] == "secrets":
        return f"{key}: found something else (not shown, it may be a secret){hint}"
    return f"{key}: found {_short(error.instance)}{hint or f': {error.message}'}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
