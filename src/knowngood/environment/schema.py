"""Validate an environment file by its JSON Schema, and explain errors by the keys of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from ..safety import OwnSchema, nearest
from ..safety.own_schema import TYPES
from .model import BadEnvironment
from .origins import origin_trouble

if TYPE_CHECKING:
    import jsonschema


@cache
def file_schema() -> Any:
    """Return the JSON Schema of an environment file, as shipped with the package."""
    path = Path(__file__).with_name("environment.schema.json")  # importlib.resources loads slowly
    return json.loads(path.read_text("utf-8"))


def validate(path: Path, document: dict[str, Any]) -> None:
    """Raise BadEnvironment, which names every key that is wrong."""
    with suppress(*_TROUBLE):
        if OwnSchema(file_schema(), _FORMATS).fits(document):
            return
    errors = sorted(
        _validator().iter_errors(document), key=lambda error: list(map(str, error.path))
    )
    if errors:
        raise BadEnvironment("\n".join(f"{path}: {_explain(error)}" for error in errors))


@cache
def _validator() -> Any:
    """Return a validator that refuses inf and nan, which pass every limit, and a 3.0 for a 3."""
    import jsonschema
    import jsonschema.validators

    draft = jsonschema.Draft202012Validator
    numbers = {name: _type_check(name) for name in ("integer", "number")}
    types = draft.TYPE_CHECKER.redefine_many(numbers)
    formats = jsonschema.FormatChecker(())
    for name, check in _FORMATS.items():
        formats.checks(name, _TROUBLE)(check)
    validator = cast("Any", jsonschema.validators).extend(draft, type_checker=types)
    return validator(file_schema(), format_checker=formats)


def _type_check(name: str) -> Callable[[object, object], bool]:
    return lambda _, value: TYPES[name](value)


def _is_local_date(value: object) -> bool:
    """Return whether a value is a date without a time; a datetime is an instance of date, too."""
    return isinstance(value, date) and not isinstance(value, datetime)


def _check_origin(url: str) -> bool:
    """Return True; raise ValueError if ``url`` cannot be an origin."""
    trouble = origin_trouble(url)
    if trouble:
        raise ValueError(trouble)
    return True


def _check_repository(url: str) -> bool:
    """Return True; raise ValueError if the URL of a git repository holds a password: messages and
    the handbook show it in commands.
    """
    if re.match(r"[a-z][a-z0-9+.-]*://[^/@]*:[^/]*@", url, re.I):
        raise ValueError(
            "holds a password; leave it out, and let git find it: https://git-scm.com/docs/"
            "gitcredentials, or name the path of a clone"
        )
    return True


def _check_time_zone(name: str) -> bool:
    """Return True; raise the error of ``ZoneInfo`` if there is no such time zone."""
    from zoneinfo import ZoneInfo

    return bool(ZoneInfo(name))


def _check_date(text: str) -> bool:
    """Return whether ``text`` is a date with hyphens; raise ValueError if it is no date."""
    return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(text))


def _of_text(check: Callable[[str], object]) -> Callable[[object], bool]:
    """Return the check of a format that says nothing about what is no string."""
    return lambda value: not isinstance(value, str) or bool(check(value))


_TROUBLE: Final = (OSError, ValueError, KeyError, re.error)
_FORMATS: Final[Mapping[str, Callable[[object], bool]]] = {
    "origin": _of_text(_check_origin),
    "repository": _of_text(_check_repository),
    "time-zone": _of_text(_check_time_zone),
    "date": _of_text(_check_date),
    "regex": _of_text(re.compile),
    "local-date": _is_local_date,
}


def _explain(error: jsonschema.ValidationError) -> str:
    """Return the message of one error: the key, its value and what is allowed."""
    key = ".".join(str(part) for part in error.absolute_path) or "the file"
    schema = cast("Any", error.schema)
    instance = cast("Any", error.instance)
    allowed = schema.get("description", "") if isinstance(schema, dict) else ""
    hint = f"; allowed: {allowed}" if allowed else ""
    if error.validator == "format" and error.validator_value in {"origin", "repository"}:
        return f"{key}: {error.cause}"  # it shows no password
    if error.validator == "additionalProperties":
        properties = schema.get("properties", {})
        extra = sorted(set(instance) - set(properties))
        keys = "key" if len(extra) == 1 else "keys"
        near = list(filter(None, (nearest(name, properties, 0.75) for name in extra)))
        meant = f"did you mean {', '.join(near)}? " if near else ""
        names = ", ".join(sorted(properties))
        return f"{key}: unknown {keys} {', '.join(extra)}; {meant}allowed: {names}"
    if error.validator == "required":
        required = cast("list[str]", error.validator_value)
        missing = [name for name in required if name not in instance]
        return f"{key}: needs the key {missing[0]}{hint if error.absolute_path else ''}"
    if error.absolute_path and error.absolute_path[0] in {"secrets", "notify"}:
        return f"{key}: found something else (not shown, it may be a secret){hint}"
    if error.validator == "uniqueItems":
        twice = [item for number, item in enumerate(instance) if item in instance[:number]]
        return f"{key}: listed twice: {_short(twice)}"
    if error.validator == "type" and _is_quoted(instance, error.validator_value):
        return f"{key}: found the text {_short(instance)}; write it without quotes{hint}"
    if isinstance(error.cause, re.error):
        hint += f" ({error.cause})"
    return f"{key}: found {_short(instance)}{hint or f': {error.message}'}"


def _is_quoted(value: object, types: Any) -> bool:
    """Return whether ``value`` is the text of what would be of one of these types."""
    with suppress(ValueError, TypeError):
        bare = json.loads(cast("str", value))
        return any(TYPES[name](bare) for name in ([types] if isinstance(types, str) else types))
    return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
