"""Which reads of what nobody has a check can ask for."""

from __future__ import annotations

from typing import Any

import pytest

from knowngood.scaffold.absent_items import absent_items
from knowngood.scaffold.operations import operations_of

ERROR = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}


def urls(path: str, schema: dict[str, Any], **more: Any) -> list[str]:
    """The URLs of a GET of one item, whose path has a field ``id`` of this schema."""
    parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
    read = {"parameters": [parameter], "responses": {"200": {}, "404": ERROR}, **more}
    document = {"openapi": "3.1.0", "paths": {path: {"get": read}}}
    return [item.url for item in absent_items(document, operations_of(document))]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, ["/a/smoke-nobody"]),
        ({"type": "integer"}, ["/a/2147483647"]),
        ({"type": "string", "format": "uuid"}, ["/a/00000000-0000-4000-8000-000000000000"]),
        ({"type": "integer", "maximum": 9}, []),
        ({"type": "string", "enum": ["a"]}, []),
    ],
)
def test_name_that_nobody_has(schema: dict[str, Any], expected: list[str]) -> None:
    """Of the type that the document says; none where all may be somebody's."""
    assert urls("/a/{id}", schema) == expected


def test_answer_and_its_media_type() -> None:
    """Both stand in the document."""
    read = {"parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}]}
    read |= {"responses": {"404": {"$ref": "#/components/responses/Gone"}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/a/{id}": {"get": read}},
        "components": {"responses": {"Gone": ERROR}},
    }
    (item,) = absent_items(document, operations_of(document))
    place = "/components/responses/Gone/content/application~1problem+json/schema"
    assert (item.schema, item.media_type) == (place, "application/problem+json")


@pytest.mark.parametrize(
    "more",
    [
        {"responses": {"200": {}}},
        {"responses": {"404": {"description": "gone"}}},
        {"security": [{"token": []}]},
        {"responses": {"200": {"content": {"text/event-stream": {}}}, "404": ERROR}},
    ],
)
def test_read_that_is_left_out(more: dict[str, Any]) -> None:
    """Without a schema for 404, behind a login, or a stream."""
    assert urls("/a/{id}", {"type": "string"}, **more) == []


def test_path_of_two_names() -> None:
    """What the first of them names may be gone as well."""
    assert urls("/a/{of}/{id}", {"type": "string"}) == []
