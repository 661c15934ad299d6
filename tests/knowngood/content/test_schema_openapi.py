"""Components of OpenAPI documents are schemas."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowngood.content.json_schema import BadSchema, Schema, find

USER = "openapi.yaml#/components/schemas/User"
DOCUMENT = """
openapi: 3.0.3
info: {title: users, version: '1'}
paths:
  /users/{id}:
    get:
      responses:
        200:
          content:
            application/json:
              schema: {$ref: '#/components/schemas/User'}
        no: {description: a key that YAML 1.1 takes for false}
components:
  schemas:
    User:
      type: object
      required: [name, password, age]
      additionalProperties: false
      example: {name: Ann}
      properties:
        name: {$ref: '#/components/schemas/Name'}
        password: {type: string, writeOnly: true, format: password}
        age: {type: integer, format: int32, nullable: true, minimum: 0, exclusiveMinimum: true}
        kind: {type: string, enum: [a, b], xml: {attribute: true}}
        picture: {type: string, format: byte}
        friends: {type: array, items: {$ref: '#/components/schemas/User'}}
    Name: {type: string, maxLength: 3, x-order: 1}
    Broken: {type: strnig}
"""
SOUND = {"name": "Ann", "age": 3}


def component(tmp_path: Path, schema: Any, version: str = "3.0.3") -> Schema:
    """Return the schema ``User`` of an OpenAPI document."""
    document = {"openapi": version, "components": {"schemas": {"User": schema, "Name": {}}}}
    (tmp_path / "openapi.json").write_text(json.dumps(document), "utf-8")
    return find(tmp_path, "openapi.json#/components/schemas/User")


@pytest.fixture
def user(tmp_path: Path) -> Schema:
    """The component ``User`` of a document in YAML."""
    (tmp_path / "openapi.yaml").write_text(DOCUMENT, "utf-8")
    return find(tmp_path, USER)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param({}, id="password-is-for-requests"),
        pytest.param({"age": None}, id="nullable"),
        pytest.param({"picture": "aGk="}, id="base64"),
        pytest.param({"friends": [SOUND]}, id="itself"),
    ],
)
def test_answer_that_conforms(user: Schema, part: dict[str, Any]) -> None:
    """What OpenAPI 3.0 allows passes; another component that is broken is nobody's concern."""
    assert user.problems({**SOUND, **part}) == []


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"name": None}, "$.name: expected string, found null"),
        ({"name": "Anna"}, "$.name: expected maxLength 3"),
        ({"age": 0}, "$.age"),
        ({"age": "3"}, "$.age: expected integer or null"),
        ({"age": 1 << 31}, '$.age: expected format "int32"'),
        ({"kind": None}, "$.kind"),
        ({"picture": "?"}, '$.picture: expected format "byte"'),
        ({"friends": [{"name": "x"}]}, "$.friends[0]: missing key: age"),
        ({"odd": 1}, "$: unexpected key: odd"),
    ],
)
def test_answer_that_does_not(user: Schema, part: dict[str, Any], words: str) -> None:
    """What the component refuses is refused, with its place."""
    assert words in user.problems({**SOUND, **part})[0]


def test_schema_of_a_response(user: Schema, tmp_path: Path) -> None:
    """A pointer leads to any schema of the document, also to one of a response."""
    place = "/paths/~1users~1{id}/get/responses/200/content/application~1json/schema"
    schema = find(tmp_path, f"openapi.yaml#{place}")
    assert schema.problems(SOUND) == []
    assert schema.problems({}) != []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "strnig"}, "$.components.schemas.User.type: 'strnig'"),
        ({"nullable": True, "allOf": [{}]}, "nullable without type"),
        ({"type": ["string", "null"]}, "type is one text; use nullable"),
        ({"const": 1}, "unknown keyword const, which would check nothing in OpenAPI 3.0"),
        (
            {"items": {"$ref": "#/components/schemas/Name", "nullable": True}},
            "nullable beside $ref",
        ),
        ({"type": "string", "format": "binary"}, "format 'binary' is not checked here; allowed"),
        ({"$ref": "#/components/schemas/None"}, "allowed"),
        ({"exclusiveMinimum": 3}, "exclusiveMinimum"),
        ({"required": []}, "required"),
    ],
)
def test_component_that_is_refused(tmp_path: Path, schema: Any, words: str) -> None:
    """What OpenAPI 3.0 does not have, or what would allow something else than it seems to."""
    with pytest.raises(BadSchema) as caught:
        component(tmp_path, schema)
    assert words in str(caught.value)
    assert "openapi.json: at $.components.schemas.User" in str(caught.value)


def test_openapi_3_1_is_json_schema(tmp_path: Path) -> None:
    """It has types that are lists, and const."""
    schema = component(tmp_path, {"type": ["string", "null"], "not": {"const": "x"}}, "3.1.0")
    assert schema.problems(None) == []
    assert schema.problems("x") != []


def test_openapi_3_1_has_no_nullable(tmp_path: Path) -> None:
    """There it would allow nothing."""
    with pytest.raises(BadSchema, match=r"unknown keyword nullable.* OpenAPI 3\.1"):
        component(tmp_path, {"type": "string", "nullable": True}, "3.1.0")


@pytest.mark.parametrize("version", ["2.0", "4.0.0", ""])
def test_version_that_is_not_read(tmp_path: Path, version: str) -> None:
    """The message says which are."""
    with pytest.raises(BadSchema, match=r"allowed: .*'OpenAPI 3.1', 'OpenAPI 3.0'"):
        component(tmp_path, {}, version)


def test_document_without_a_pointer(user: Schema, tmp_path: Path) -> None:
    """It holds many schemas, and its message names them."""
    with pytest.raises(BadSchema, match=f"allowed: {USER}"):
        find(tmp_path, "openapi.yaml")


def test_component_that_is_not_there(user: Schema, tmp_path: Path) -> None:
    """The message names those that are."""
    with pytest.raises(BadSchema, match=f"schemas/Usr'; allowed: {USER}"):
        find(tmp_path, "openapi.yaml#/components/schemas/Usr")


def test_component_in_another_file(tmp_path: Path) -> None:
    """A file that says nothing of its own is read as the one that refers to it."""
    (tmp_path / "names.yaml").write_text("Name: {type: string, nullable: true}", "utf-8")
    schema = component(tmp_path, {"properties": {"name": {"$ref": "names.yaml#/Name"}}})
    assert schema.problems({"name": None}) == []
    assert schema.problems({"name": 1}) != []
