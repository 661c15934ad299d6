"""Spoil JSON: remove a key, replace a value, or break a rule that only strict readers enforce."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

from ..fetch import Answer
from .answers import text_of, with_body
from .changes import change, the_change
from .json_text import (
    EACH,
    Member,
    Path,
    document_of,
    name_of,
    paths,
    places,
    value_at,
    values_at,
    without,
)
from .model import NOBODY_READS, SOME_NOTICE, Change, Expectation, Mutation, Recorded
from .remedies import JSON_REMEDY
from .text_edits import Edit, edited

UNKNOWN: Final = "knowngood_unknown"
"""A key that no schema lists."""

_OTHER_TYPES: Final = (
    (bool, "boolean", "a text", '"true"'),
    (int, "integer", "a text", '"1"'),
    (float, "number", "a text", '"1.5"'),
    (str, "string", "a number", "0"),
    (list, "array", "an object", "{}"),
    (dict, "object", "a list", "[]"),
)
"""For each type its name in JSON Schema, and a value of a wrong type, in words and in JSON."""


class _Wrong(NamedTuple):
    """A wrong value.

    Attributes:
        words: the value in words: ``null``, ``an empty list``.
        json: the value in JSON.
        schema: the keywords of JSON Schema that forbid it; empty if ``type`` forbids it.
    """

    words: str
    json: str
    schema: Mapping[str, Any] = {}


Spoil = Callable[[Any], _Wrong | None]
"""Return what replaces a value; None for a value that stays."""


def _null(value: Any) -> _Wrong | None:
    return None if value is None else _Wrong("null", "null")


def _other_type(value: Any) -> _Wrong | None:
    if value is None:
        return None
    return _Wrong(*_type_of(value)[2:])


def _undefined(value: Any) -> _Wrong | None:
    if not isinstance(value, str) or value == "undefined":
        return None
    return _Wrong('the text "undefined"', '"undefined"', {"not": {"const": "undefined"}})


def _empty_list(value: Any) -> _Wrong | None:
    if not isinstance(value, list) or not value:
        return None
    return _Wrong("an empty list", "[]", {"minItems": 1})


def _type_of(value: Any) -> tuple[type, str, str, str]:
    return next(row for row in _OTHER_TYPES if isinstance(value, row[0]))


def _keys_gone(recorded: Recorded) -> Iterator[Change]:
    for path, _ in paths(document_of(recorded.answer)):
        yield change(
            f'lacks the key "{name_of(path)}"',
            required(path),
            edit_at(path, without),
        )


def _values(spoil: Spoil) -> Callable[[Recorded], Iterator[Change]]:
    """Return a function that yields a change for each value that ``spoil`` changes."""

    def replaced(text: str, members: list[Member], index: int) -> Edit | None:
        member = members[index]
        wrong = spoil(value_at(text, member.value))
        return Edit(member.value, member.end, wrong.json) if wrong else None

    def changes(recorded: Recorded) -> Iterator[Change]:
        document = document_of(recorded.answer)
        for path, value in paths(document):
            wrong = spoil(value)
            if wrong is not None:
                schema = wrong.schema or {"type": _types(values_at(document, path))}
                yield change(
                    f'has {wrong.words} for "{name_of(path)}"',
                    schema_at(path, schema),
                    edit_at(path, replaced),
                )

    return changes


def _types(values: Iterable[Any]) -> str | list[str]:
    """Return the types of values by their names in JSON Schema: one, or several in a list."""
    types = {"null" if value is None else _type_of(value)[1] for value in values}
    if "number" in types:
        types.discard("integer")  # "number" includes it
    return types.pop() if len(types) == 1 else sorted(types)


def required(path: Path) -> Expectation:
    """Return the schema that requires the key at ``path``."""
    return schema_at(path[:-1], {"required": [path[-1]]})


def schema_at(path: Path, schema: Expectation) -> Expectation:
    """Return the schema of a document whose values at ``path`` match ``schema``."""
    for step in reversed(path):
        schema = {"items": schema} if step is EACH else {"properties": {step: schema}}
    return schema


def edit_at(
    path: Path, edit: Callable[[str, list[Member], int], Edit | None]
) -> Callable[[Recorded], Answer | None]:
    """Return a function that makes the same edit at all places of a path, as in items of a list."""

    def apply(recorded: Recorded) -> Answer | None:
        if document_of(recorded.answer) is None:
            return None
        text = text_of(recorded.answer)
        try:
            attempts = [edit(text, *place) for place in places(text, path)]
        except RecursionError:
            return None  # the document is nested too deep
        edits = [piece for piece in attempts if piece is not None]
        return with_body(recorded.answer, edited(text, edits).encode()) if edits else None

    return apply


def _root_list_empty(recorded: Recorded) -> Answer | None:
    document = document_of(recorded.answer)
    return with_body(recorded.answer, b"[]") if isinstance(document, list) and document else None


def _lists_empty(recorded: Recorded) -> Iterator[Change]:
    root = the_change("is an empty list", {"minItems": 1}, _root_list_empty)
    return chain(root(recorded), _values(_empty_list)(recorded))


def _first_object(document: Any) -> dict[str, Any]:
    """Return a document that is an object, or the first object of one that is a list."""
    first = document[0] if isinstance(document, list) and document else document
    return first if isinstance(first, dict) else {}


def _with_member(member: Callable[[str], str]) -> Callable[[Recorded], Answer | None]:
    """Return a function that puts a member before the others of the first object.

    ``member`` takes the first key of the object and returns the new member as JSON.
    """

    def apply(recorded: Recorded) -> Answer | None:
        first = _first_object(document_of(recorded.answer))
        if not first:
            return None
        before, brace, after = text_of(recorded.answer).partition("{")
        text = f"{before}{brace}{member(next(iter(first)))}, {after}"
        return with_body(recorded.answer, text.encode())

    return apply


_extra_key: Final = the_change(
    f'has an unknown key "{UNKNOWN}"',
    "",  # a check that lists today's keys would fail at the next release with a new one
    _with_member(lambda _: f'"{UNKNOWN}": 1'),
)


def _marked(recorded: Recorded) -> Answer | None:
    if document_of(recorded.answer) is None:
        return None
    return with_body(recorded.answer, codecs.BOM_UTF8 + text_of(recorded.answer).encode())


JSON_DOCUMENTS: Final = (
    Mutation("json-key-gone", "a field was renamed or is no longer filled", _keys_gone),
    Mutation("json-null", "a record lost what a field was read from", _values(_null)),
    Mutation(
        "json-other-type", "another serializer, or a column of another type", _values(_other_type)
    ),
    Mutation("json-undefined", "a script wrote a variable that it never set", _values(_undefined)),
    Mutation("json-empty-list", "a query or an import brings nothing", _lists_empty),
    Mutation("json-extra-key", "a field is sent that should stay inside", _extra_key, NOBODY_READS),
    Mutation(
        "json-key-twice",
        "two sources were merged as text",
        the_change(
            "has a key twice", JSON_REMEDY, _with_member(lambda key: f"{json.dumps(key)}: null")
        ),
        SOME_NOTICE,
    ),
    Mutation(
        "json-byte-order-mark",
        "an editor or a tool of Windows saved the file",
        the_change("begins with a byte-order mark", JSON_REMEDY, _marked),
        SOME_NOTICE,
    ),
)
