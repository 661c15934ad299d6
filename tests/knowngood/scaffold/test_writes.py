"""What a check of an operation that writes does first, and afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from knowngood.scaffold.operations import operations_of
from knowngood.scaffold.writes import Skeleton, skeletons

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
LOCATED = {"responses": {"201": {"headers": {"Location": {}}}}}
GONE: dict[str, Any] = {"responses": {"204": {}}}


def wrapped(key: str) -> dict[str, Any]:
    """An answer that has ``key`` within an object."""
    schema = {"properties": {"data": {"properties": {key: {}}}}}
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}


def skeleton(method: str, path: str, paths: dict[str, Any]) -> Skeleton:
    """The skeleton of one operation of an API."""
    document = {"openapi": "3.1.0", "paths": paths}
    return next(
        one
        for one in skeletons(document, operations_of(document), {})
        if (one.operation.method, one.operation.path) == (method, path)
    )


def test_document_of_its_own_by_its_location() -> None:
    """It is made first, deleted at the end, and gone after the DELETE."""
    paths = {"/a": {"post": LOCATED}, "/a/{id}": {"parameters": [ID], "delete": GONE, "get": {}}}
    assert skeleton("DELETE", "/a/{id}", paths).lines == (
        'created = client.post("/a")',
        "assert created.status_code == 201",
        'a_id = created.headers["location"].rpartition("/")[2]',
        'client.sweep(f"/a/{a_id}")',
        'response = client.delete(f"/a/{a_id}")',
        "assert response.status_code == 204",
        'assert client.get(f"/a/{a_id}").status_code in checks.GONE',
    )


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ({"type": "integer"}, 1),
        ({"type": "string", "example": "SKU-1"}, 1),
        ({"type": "string"}, 0),
        ({"type": "string", "format": "uuid"}, 0),
    ],
)
def test_document_that_names_itself(kind: dict[str, str], missing: int) -> None:
    """It must be nobody's: it is overwritten at first, and deleted at the end."""
    schema = {"type": "object", "required": ["id"], "properties": {"id": kind}}
    content = {"content": {"application/json": {"schema": schema}}}
    post = {"requestBody": content, "responses": {"201": content}}
    item = {"parameters": [ID], "delete": GONE, "get": {}}
    paths = {"/a": {"post": post}, "/a/{id}": item}
    for method, path in (("POST", "/a"), ("DELETE", "/a/{id}")):
        lines = "\n".join(skeleton(method, path, paths).missing)
        assert lines.count("it sends the id of what is deleted at the end") == missing


def test_document_that_a_put_makes() -> None:
    """Under a name that nobody else has; the client deletes it by itself."""
    put = {"responses": {"201": {}, "200": {}}}
    paths = {"/a/{name}": {"parameters": [NAME], "put": put, "delete": GONE}}
    assert skeleton("DELETE", "/a/{name}", paths).lines == (
        'a_name = f"smoke-{uuid.uuid4().hex}"',
        'created = client.put(f"/a/{a_name}")',
        "assert created.status_code in {200, 201}",
        'response = client.delete(f"/a/{a_name}")',
        "assert response.status_code == 204",
    )


def test_document_within_another() -> None:
    """Both are made; the name of each stands in the answer that made it."""
    inner = {**ID, "name": "pageId"}
    paths = {
        "/a/": {"post": wrapped("id")},
        "/a/{id}/pages": {"parameters": [ID], "post": wrapped("pageId")},
        "/a/{id}/pages/{pageId}": {"parameters": [ID, inner], "delete": GONE},
    }
    written = skeleton("DELETE", "/a/{id}/pages/{pageId}", paths)
    assert written.lines[:6] == (
        'created = client.post("/a/")',
        "assert created.status_code == 200",
        'a_id = created.json()["data"]["id"]',
        'created = client.post(f"/a/{a_id}/pages")',
        "assert created.status_code == 200",
        'page_id = created.json()["data"]["pageId"]',
    )
    assert written.missing == ("no operation deletes what this creates: do it here",)


def test_document_that_no_operation_makes() -> None:
    """The document's example may be somebody's: a person has to name another."""
    paths = {"/a/{id}": {"parameters": [{**ID, "example": 7}], "delete": GONE}}
    written = skeleton("DELETE", "/a/{id}", paths)
    assert written.lines[0] == 'response = client.delete("/a/7")'
    assert written.missing == ("the path names no id of your own: name one",)


def test_refusal_harms_nobody() -> None:
    """A service that asks for no login deletes nothing that is there."""
    paths = {
        "/a/{id}": {
            "parameters": [{**ID, "example": 7}],
            "delete": {**GONE, "security": [{"token": []}]},
        }
    }
    refused = skeleton("DELETE", "/a/{id}", paths).refused
    assert refused == ('response = client.delete("/a/2147483647", expect=401)',)


def test_what_is_required_is_sent() -> None:
    """In query, headers and form."""
    parameters = [
        {"name": "q", "in": "query", "required": True, "example": "a b"},
        {"name": "X-Tenant", "in": "header", "required": True, "schema": {"enum": ["t"]}},
        {"name": "Authorization", "in": "header", "required": True},
        {"name": "page", "in": "query"},
    ]
    content = {"application/x-www-form-urlencoded": {"example": {"a": True, "b": None}}}
    operation = {"parameters": parameters, "requestBody": {"content": content}}
    assert skeleton("POST", "/a", {"/a": {"post": operation}}).lines[0] == (
        'response = client.post("/a?q=a+b", data={"a": True, "b": None}, headers={"X-Tenant": "t"})'
    )


def test_body_of_another_kind() -> None:
    """A person has to write it."""
    operation = {"requestBody": {"content": {"image/png": {}}}}
    assert skeleton("POST", "/a", {"/a": {"post": operation}}).missing == (
        "its body is image/png: write it",
    )


def test_braces_that_are_no_field() -> None:
    """They stay braces, in a path and in an f-string."""
    paths = {"/a{b/{name}": {"parameters": [NAME], "put": {}}}
    assert skeleton("PUT", "/a{b/{name}", paths).lines[1] == (
        'response = client.put(f"/a{{b/{a_b_name}")'
    )


USER = {
    "type": "object",
    "required": ["name", "paid"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "paid": {"type": "boolean"},
        "password": {"type": "string", "writeOnly": True},
    },
}
SENT = {"requestBody": {"content": {"application/json": {"schema": USER}}}}
ANSWER = {"200": {"content": {"application/json": {"schema": USER}}}}
USERS: dict[str, Any] = {
    "/a": {"post": {**SENT, "responses": ANSWER}},
    "/a/{id}": {
        "parameters": [ID],
        "get": {"responses": ANSWER},
        "put": {**SENT, "responses": ANSWER},
        "delete": GONE,
    },
}


def test_put_changes_what_was_made() -> None:
    """To other values, which are read back: a PUT that stores nothing is noticed."""
    assert skeleton("PUT", "/a/{id}", USERS).lines == (
        'created = client.post("/a", json={"name": "smoke", "paid": True})',
        "assert created.status_code == 200",
        'a_id = created.json()["id"]',
        'client.sweep(f"/a/{a_id}")',
        'response = client.put(f"/a/{a_id}", json={"name": "changed", "paid": False})',
        "assert response.status_code == 200",
        'read = client.get(f"/a/{a_id}")',
        "assert read.status_code == 200",
        'assert read.json()["name"] == "changed"',
        'assert read.json()["paid"] is False',
    )


def test_what_was_posted_is_read_back() -> None:
    """A POST that stores something else is noticed."""
    assert skeleton("POST", "/a", USERS).lines[-3:] == (
        "assert read.status_code == 200",
        'assert read.json()["name"] == "smoke"',
        'assert read.json()["paid"] is True',
    )


def test_what_is_never_answered_is_not_read_back() -> None:
    """A password, say: the schema has it for what is sent alone."""
    secret = {**USER, "required": ["name", "password"]}
    sent = {"requestBody": {"content": {"application/json": {"schema": secret}}}}
    paths = {**USERS, "/a": {"post": {**sent, "responses": ANSWER}}}
    lines = skeleton("POST", "/a", paths).lines
    assert '"password": "smoke"' in lines[0]
    assert lines[-1] == 'assert read.json()["name"] == "smoke"'


def test_change_that_names_the_state() -> None:
    """It is read for its ETag; without a login any tag will do, and nothing is read."""
    tag = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    put = {"parameters": [tag], "responses": {"200": {}}, "security": [{"t": []}]}
    paths = {"/a": {"post": LOCATED}, "/a/{id}": {"parameters": [ID], "put": put, "get": {}}}
    written = skeleton("PUT", "/a/{id}", paths)
    assert written.lines[3:5] == (
        'current = client.get(f"/a/{a_id}")',
        'response = client.put(f"/a/{a_id}", headers={"If-Match": current.headers["etag"]})',
    )
    assert written.refused == (
        'response = client.put("/a/2147483647", headers={"If-Match": "*"}, expect=401)',
    )


def test_change_that_names_a_state_that_nobody_reads() -> None:
    """Any tag will do."""
    tag = {"name": "if-match", "in": "header", "required": True, "schema": {"type": "string"}}
    paths = {"/a/{name}": {"parameters": [NAME, tag], "put": {"responses": {"200": {}}}}}
    assert skeleton("PUT", "/a/{name}", paths).lines[1] == (
        'response = client.put(f"/a/{a_name}", headers={"if-match": "*"})'
    )
