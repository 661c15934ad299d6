"""Hold an environment file against its JSON Schema, and say in the file's words what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..safety import DataCheck, Violation
from .model import BadEnvironment
from .origins import origin_trouble


@cache
def file_schema() -> Any:
    """Return the JSON Schema of an environment file, as shipped with the package."""
    return json.loads(
        (files("knowngood.environment") / "environment.schema.json").read_text("utf-8")
    )


def validate(path: Path, document: dict[str, Any]) -> None:
    """Raise BadEnvironment, which names every key that is wrong."""
    found = DataCheck(file_schema(), FORMATS).violations(document)
    if found:
        ordered = sorted(found, key=lambda violation: list(map(str, violation.path)))
        raise BadEnvironment("\n".join(f"{path}: {_explain(each)}" for each in ordered))


def _check_date(text: str) -> None:
    if date.fromisoformat(text).isoformat() != text:  # it reads other forms, too
        raise ValueError(text)


def _check_local_date(value: object) -> None:
    """Raise ValueError for all but TOML's date without a time; a time is an instance, too."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)


def _check_origin(url: str) -> None:
    """Raise ValueError where ``url`` cannot be an origin."""
    trouble = origin_trouble(url)
    if trouble:
        raise ValueError(trouble)


def _of_text(check: Callable[[str], object]) -> Callable[[Any], object]:
    """Return ``check``, which passes over what is no text: ``type`` says that."""
    return lambda value: check(value) if isinstance(value, str) else None


FORMATS: Final = {
    "date": _of_text(_check_date),
    "local-date": _check_local_date,
    "origin": _of_text(_check_origin),
    "regex": _of_text(re.compile),
    "time-zone": _of_text(ZoneInfo),
}
"""The check of each format that the schema names."""


def _explain(violation: Violation) -> str:
    """Return a violation in the words of the file: key, what was found, what is allowed."""
    path, keyword = violation.path, violation.keyword
    schema, value = violation.schema, violation.value
    key = ".".join(map(str, path)) or "the file"
    allowed = schema.get("description", "")
    hint = f"; allowed: {allowed}" if allowed else ""
    if keyword == "format" and schema["format"] == "origin":
        return f"{key}: {violation.error}"  # which shows no password
    if keyword == "additionalProperties":
        known = schema.get("properties", {})
        extra = sorted(set(value) - set(known))
        keys = "key" if len(extra) == 1 else "keys"
        return f"{key}: unknown {keys} {', '.join(extra)}; allowed: {', '.join(sorted(known))}"
    if keyword == "required":
        missing = [name for name in schema["required"] if name not in value]
        return f"{key}: needs the key {missing[0]}{hint if path else ''}"
    if path and path[0] in {"secrets", "notify"}:
        return f"{key}: found something else (not shown, it may be a secret){hint}"
    if keyword == "uniqueItems":
        twice = [item for number, item in enumerate(value) if item in value[:number]]
        return f"{key}: listed twice: {_short(twice)}"
    if isinstance(violation.error, re.error):
        hint += f" ({violation.error})"
    return f"{key}: found {_short(value)}{hint or f', which breaks {keyword}'}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
