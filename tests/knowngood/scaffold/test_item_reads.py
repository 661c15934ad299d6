"""How a check reads one item whose id the document does not name."""

from __future__ import annotations

from typing import Any

import pytest

from knowngood.scaffold.item_reads import item_reads
from knowngood.scaffold.operations import operations_of

FIELD = {"in": "path", "required": True, "schema": {"type": "integer"}}
USER = {"type": "object", "properties": {"id": {"type": "integer"}}}
STREAM: dict[str, Any] = {"content": {"text/event-stream": {}}}
ONE = {"200": {"content": {"application/json": {"schema": USER}}}}


def listing(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An operation whose answer has this schema."""
    content = {"application/json": {"schema": schema}}
    return {"get": {"responses": {"200": {"content": content}}, **more}}


def item(*names: str, **more: Any) -> dict[str, Any]:
    """An operation that reads one item."""
    parameters = [{**FIELD, "name": name} for name in names]
    return {"parameters": parameters, "get": {"responses": ONE, **more}}


def lines(paths: dict[str, Any]) -> list[tuple[str, ...]]:
    """The checks of an API, as lines of Python."""
    document = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": {"User": USER}}}
    return [read.lines for read in item_reads(document, operations_of(document))]


ARRAY = {"type": "array", "items": {"$ref": "#/components/schemas/User"}}


def test_list() -> None:
    """Its first element names the item; an empty one is no fault."""
    assert lines({"/users/": listing(ARRAY), "/users/{user_id}": item("user_id")}) == [
        (
            'listed = client.get("/users/")',
            "assert listed.status_code == 200",
            "if not listed.json():",
            "    return  # there is none that could be read",
            'item_user_id = listed.json()[0]["id"]',
            'response = client.get(f"/users/{item_user_id}")',
        )
    ]


@pytest.mark.parametrize(
    ("schema", "read"),
    [
        ({"type": "object", "properties": {"n": {}, "items": ARRAY}}, '["items"][0]["id"]'),
        ({"items": {"properties": {"id": {}, "sku": {}}}}, '[0]["sku"]'),
        ({"items": {"properties": {"name": {}}}}, '[0]["name"]'),
    ],
)
def test_where_a_list_has_its_ids(schema: dict[str, Any], read: str) -> None:
    """In an object; by the name of the field; by one that names documents."""
    (check,) = lines({"/users": listing(schema), "/users/{sku}": item("sku")})
    assert check[-2] == f"item_sku = listed.json(){read}"


def test_item_of_an_item() -> None:
    """Both are asked for; a query that the list requires is sent."""
    limit = {"name": "limit", "in": "query", "required": True, "example": "{1}"}
    paths = {
        "/users": listing(ARRAY),
        "/users/{uid}/notes": listing(ARRAY, parameters=[{**FIELD, "name": "uid"}, limit]),
        "/users/{uid}/notes/{id}": item("uid", "id"),
    }
    of_list, of_note = lines(paths)
    assert of_list[-1] == 'response = client.get(f"/users/{item_uid}/notes?limit=%7B1%7D")'
    assert of_note[5] == 'listed = client.get(f"/users/{item_uid}/notes?limit=%7B1%7D")'
    assert of_note[-1] == 'response = client.get(f"/users/{item_uid}/notes/{item_id}")'


@pytest.mark.parametrize(
    "paths",
    [
        {"/users/{id}": item("id")},
        {"/users": listing({"type": "string"}), "/users/{id}": item("id")},
        {"/users": listing(ARRAY, security=[{"t": []}]), "/users/{id}": item("id")},
        {"/users": listing(ARRAY), "/users/{id}": item("id", security=[{"t": []}])},
        {
            "/users": listing(ARRAY),
            "/users/{id}": item("id", parameters=[{"name": "X", "in": "header", "required": True}]),
        },
        {"/users": listing(ARRAY), "/users/{id}": item("id", responses={"200": STREAM})},
    ],
    ids=["no list", "no elements", "list with login", "item with login", "header", "stream"],
)
def test_item_that_nobody_names(paths: dict[str, Any]) -> None:
    """There is no check."""
    assert lines(paths) == []
