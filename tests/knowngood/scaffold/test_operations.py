"""Which operations an OpenAPI document gives, and how each is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from knowngood.scaffold.operations import operations_of

ID = {"name": "id", "in": "path", "required": True}


def one(path: str, operation: dict[str, Any], method: str = "get", **document: Any) -> Any:
    """The only operation of a document."""
    content = {"openapi": "3.1.0", "paths": {path: {method: operation}}, **document}
    return operations_of(content)[0]


def test_read_without_parameters() -> None:
    """Asked as it stands, below the path of the server."""
    operation = one("/users", {}, servers=[{"url": "https://api.example/v1/"}])
    assert (operation.method, operation.url) == ("GET", "/v1/users")


@pytest.mark.parametrize(
    "parameter",
    [
        {**ID, "example": 7},
        {**ID, "examples": {"one": {"value": 7}}},
        {**ID, "schema": {"example": 7}},
        {**ID, "schema": {"enum": [7, 8]}},
        {**ID, "schema": {"default": 7}},
        {"$ref": "#/components/parameters/id"},
    ],
)
def test_examples_fill_a_path(parameter: dict[str, Any]) -> None:
    """Wherever the document has one."""
    components = {"parameters": {"id": {**ID, "example": 7}}}
    assert one("/users/{id}", {"parameters": [parameter]}, components=components).url == "/users/7"


def test_required_query() -> None:
    """With an example; what is not required is left out."""
    needed = {"name": "q", "in": "query", "required": True, "example": "a b"}
    optional = {"name": "page", "in": "query", "example": 2}
    assert one("/search", {"parameters": [needed, optional]}).url == "/search?q=a+b"


@pytest.mark.parametrize("parameter", [ID, {**ID, "in": "header", "example": "x"}])
def test_operation_that_cannot_be_asked(parameter: dict[str, Any]) -> None:
    """A parameter without an example, or of a header."""
    assert one("/users/{id}", {"parameters": [parameter]}).url == ""


@pytest.mark.parametrize(
    ("operation", "document", "needs"),
    [
        ({}, {}, False),
        ({"security": [{"token": []}]}, {}, True),
        ({}, {"security": [{"token": []}]}, True),
        ({"security": []}, {"security": [{"token": []}]}, False),
        ({"security": [{}, {"token": []}]}, {}, False),
    ],
)
def test_login(operation: dict[str, Any], document: dict[str, Any], needs: bool) -> None:
    """The operation's own rule, else the document's; an empty one makes a login optional."""
    assert one("/users", operation, **document).login is needs


def test_schema_of_the_answer() -> None:
    """Where it stands in the document, also behind a $ref."""
    content = {"application/json": {"schema": {"type": "object"}}}
    operation = one("/a/b", {"responses": {"201": {"content": content}}})
    pointer = "/paths/~1a~1b/get/responses/201/content/application~1json/schema"
    assert (operation.status, operation.schema) == (201, pointer)
    operation = one(
        "/a",
        {"responses": {"200": {"$ref": "#/components/responses/a"}}},
        components={"responses": {"a": {"content": content}}},
    )
    assert operation.schema == "/components/responses/a/content/application~1json/schema"


@pytest.mark.parametrize(
    ("schema", "has_schema"),
    [
        ({"type": "object"}, True),
        ({"$ref": "#/components/schemas/rooms"}, True),
        ({"type": "string"}, False),
        ({"type": "string", "format": "binary"}, False),
        ({}, False),
    ],
)
def test_schema_of_an_answer_of_any_type(schema: Any, has_schema: bool) -> None:
    """As springdoc writes it: what is an object or a list is JSON, a text may be anything."""
    responses = {"200": {"content": {"*/*": {"schema": schema}}}}
    components = {"schemas": {"rooms": {"type": "array"}}}
    operation = one("/rooms", {"responses": responses}, components=components)
    assert (bool(operation.schema), operation.media_type) == (has_schema, "")


def names(*paths: str) -> dict[str, str]:
    """The names of the checks that read ``paths``, by path."""
    content = {"openapi": "3.0.0", "paths": {path: {"get": {}} for path in paths}}
    return {operation.path: operation.name for operation in operations_of(content)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/users/{userId}", "get_users_user_id"),
        ("/x²", "get_x2"),
        ("/a-b c", "get_a_b_c"),
        ("/löschen", "get_löschen"),
        ("/", "get"),
        ("/class/../x", "get_class_x"),
    ],
)
def test_names_are_pythons(path: str, name: str) -> None:
    """Of method and path, whatever that holds; in other scripts, too."""
    assert names(path) == {path: name}


def test_names_are_given_once_in_any_order() -> None:
    """Python would keep only the last of two functions of one name, and a second run would add the
    checks again if their names had changed.
    """
    paths = ["/a-b", "/a_b", "/c"]
    assert names(*paths) == names(*reversed(paths))
    assert len(set(names(*paths).values())) == 3
    assert names(*paths)["/c"] == "get_c"


def test_path_that_is_no_url() -> None:
    """It is encoded as a browser does."""
    place = one('/a b\n"c"/{id}/ü', {}).place
    assert place == (("/a%20b%0A%22c%22/", "id"), ("/%C3%BC", ""))


@pytest.mark.parametrize(
    "operation",
    [
        {"parameters": 5},
        {"parameters": ["x"]},
        {"parameters": [{"$ref": 5}]},
        {"parameters": [{**ID, "schema": "x"}]},
        {"parameters": [{**ID, "schema": {"enum": 5}}]},
        {"parameters": [{**ID, "examples": [1]}]},
        {"responses": None},
        {"responses": {"200": "x"}},
        {"security": 5},
        None,
    ],
)
def test_operation_that_is_not_as_the_standard_says(operation: Any) -> None:
    """It gives no check; the others do."""
    content = {"openapi": "3.0.0", "paths": {"/a": {"get": operation}, "/b": {"get": {}}}}
    assert [one.path for one in operations_of(content)] == ["/b"]
