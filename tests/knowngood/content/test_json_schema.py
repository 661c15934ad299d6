"""Schemas are refused unless they really check, and their messages leak nothing."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from knowngood.content.json_schema import BadSchema, Schema, SchemaMismatch, find, load

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
TOKEN = "tok-" + "0123456789abcdef" * 4


def schema(tmp_path: Path, document: Any) -> Schema:
    path = tmp_path / "x.schema.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return Schema(path)


SOUND = {
    "$schema": DRAFT,
    "title": "config",
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"$ref": "#/$defs/name"},
        "day": {"type": ["string", "null"], "format": "date"},
        "months": {"description": "Twelve names.", "pattern": "^(.+,){11}.+$"},
        "debug": {"const": False},
        "kind": {"enum": ["a", "b"]},
        "list": {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
        "tree": {"type": "object", "additionalProperties": {"$ref": "#/properties/tree"}},
    },
    "$defs": {"name": {"type": "string", "maxLength": 5}},
}


def test_sound_document(tmp_path: Path) -> None:
    """A document that conforms has no problems."""
    sound = schema(tmp_path, SOUND)
    document = {"name": "x", "day": "2024-02-29", "debug": False, "kind": "a", "list": [1]}
    assert sound.problems(document) == []
    sound.check(document)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        pytest.param({}, "$: missing key: name", id="missing"),
        pytest.param({"name": 1}, "$.name: expected string, found 1", id="type"),
        pytest.param(
            {"name": "x", "day": 1}, "$.day: expected string or null, found 1", id="types"
        ),
        pytest.param(
            {"name": "long name"}, '$.name: expected maxLength 5, found "long name"', id="length"
        ),
        pytest.param(
            {"name": "x", "day": "2023-02-29"},
            '$.day: expected format "date", found "2023-02-29"',
            id="format",
        ),
        pytest.param(
            {"name": "x", "debug": True}, "$.debug: expected false, found true", id="const"
        ),
        pytest.param(
            {"name": "x", "debug": 0}, "$.debug: expected false, found 0", id="zero-for-false"
        ),
        pytest.param(
            {"name": "x", "kind": "c"}, '$.kind: expected "a" or "b", found "c"', id="enum"
        ),
        pytest.param(
            {"name": "x", "list": [1, "2"]}, '$.list[1]: expected integer, found "2"', id="item"
        ),
        pytest.param(
            {"name": "x", "list": [1, 2, 3]},
            "$.list: expected maxItems 2, found an array of 3",
            id="items",
        ),
        pytest.param(
            {"name": "x", "months": "Jan"},
            '$.months: expected Twelve names, found "Jan"',
            id="described",
        ),
        pytest.param({"name": "x", "odd": 1}, "$: unexpected key: odd", id="unexpected"),
        pytest.param(
            {"name": {"a": 1}},
            "$.name: expected string, found an object with 1 keys",
            id="object",
        ),
    ],
)
def test_problem_is_named(tmp_path: Path, part: Any, problem: str) -> None:
    """A problem says where it is, what was expected and what was found, in JSON's words.

    A rule that has a description is called by it.
    """
    assert schema(tmp_path, SOUND).problems(part) == [problem]


def test_missing_keys_are_one_problem(tmp_path: Path) -> None:
    """One object lacks them all."""
    sound = schema(tmp_path, {"required": ["a", "b", "c"]})
    assert sound.problems({"b": 1}) == ["$: missing key: a, c"]


def test_check_names_five_problems_at_most(tmp_path: Path) -> None:
    """A document that is wrong everywhere does not fill the screen."""
    sound = schema(tmp_path, {"items": {"type": "string"}})
    with pytest.raises(SchemaMismatch) as caught:
        sound.check(list(range(8)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert lines[0] == "$[0]: expected string, found 0"
    assert lines[-1] == "and more"
    with pytest.raises(SchemaMismatch) as caught:
        sound.check(list(range(5)))
    assert len(str(caught.value).splitlines()) == 5


REFUSED = {
    "remote-ref": ({"$ref": "https://elsewhere.example/x.json"}, ["$: $ref", "elsewhere"]),
    "remote-ref-in-a-list": (
        {"allOf": [{"properties": {"a": {"$ref": "other.json"}}}]},
        ["$.allOf[0].properties.a: $ref 'other.json'", "No such file"],
    ),
    "draft-as-ref": ({"$ref": DRAFT}, ["$ref"]),
    "dangling-ref": ({"$ref": "#/$defs/none"}, ["$ref '#/$defs/none'", "in this file"]),
    "dangling-ref-below": ({"items": {"$ref": "#/$defs/a"}, "$defs": {"b": {}}}, ["$.items"]),
    "dangling-anchor": ({"$ref": "#name"}, ["$ref '#name'"]),
    "ref-to-no-schema": ({"$ref": "#/default", "default": {"tpye": "x"}}, ["$.default: unknown"]),
    "ref-to-itself": ({"$ref": "#"}, ["leads back to itself"]),
    "refs-in-a-circle": (
        {
            "$ref": "#/$defs/a",
            "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}},
        },
        ["leads back to itself"],
    ),
    "misspelt-keyword": ({"requird": ["a"]}, ["$: unknown keyword requird"]),
    "misspelt-in-definitions": ({"definitions": {"a": {"tpye": ""}}}, ["$.definitions.a"]),
    "draft-4-keyword": ({"id": "x"}, ["unknown keyword id"]),
    "dynamic-ref": ({"$dynamicRef": "#x"}, ["unknown keyword $dynamicRef"]),
    "recursive-ref": ({"$recursiveRef": "#"}, ["unknown keyword $recursiveRef"]),
    "unknown-format": ({"format": "colour"}, ["$: format 'colour' is not checked"]),
    "unknown-format-below": ({"items": {"format": "datetime"}}, ["$.items: format 'datetime'"]),
    "draft-4": ({"$schema": "http://json-schema.org/draft-04/schema#"}, ["$schema", DRAFT]),
    "ignored-beside-a-ref": (
        {
            "$schema": DRAFT_7,
            "items": {"$ref": "#/definitions/a", "maxLength": 3},
            "definitions": {"a": {}},
        },
        ["$.items: maxLength beside $ref", "ignores", "allOf"],
    ),
    "of-a-later-draft": ({"$schema": DRAFT_7, "unevaluatedItems": False}, ["unevaluatedItems"]),
    "of-an-earlier-draft": ({"dependencies": {"a": ["b"]}}, ["unknown keyword dependencies"]),
    "metaschema-of-draft-7": ({"$schema": DRAFT_7, "dependencies": 3}, ["$.dependencies"]),
    "other-draft-below": (
        {"items": {"$schema": "http://json-schema.org/draft-07/schema#"}},
        ["$.items: written in", "draft-07", "allowed", DRAFT],
    ),
    "wrong-type": ({"type": "strnig"}, ["$.type"]),
    "wrong-value": ({"properties": {"a": {"minLength": "3"}}}, ["minLength"]),
    "bad-pattern": ({"pattern": "("}, ["$.pattern"]),
    "true": (True, ["expected an object"]),
    "list": ([], ["expected an object"]),
    "no-json": ("{'type': 1}", ["not JSON", "line 1 column 2"]),
    "empty": ("", ["not JSON", "empty"]),
    "byte-order-mark": ("\ufeff{}", ["byte-order mark"]),
    "duplicate-key": ('{"type": "object", "type": "array"}', ["key given twice: type"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_schema_that_must_not_be_relied_on(tmp_path: Path, case: str) -> None:
    """A schema that would not check what it seems to is refused, by file and place."""
    document, words = REFUSED[case]
    with pytest.raises(BadSchema) as caught:
        schema(tmp_path, document)
    for word in [str(tmp_path / "x.schema.json"), *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("around", "place"),
    [
        ({"properties": {"a": "X"}}, "$.properties.a"),
        ({"patternProperties": {"a": "X"}}, "$.patternProperties.a"),
        ({"$defs": {"a": "X"}}, "$.$defs.a"),
        ({"dependentSchemas": {"a": "X"}}, "$.dependentSchemas.a"),
        ({"allOf": [{}, "X"]}, "$.allOf[1]"),
        ({"anyOf": ["X"]}, "$.anyOf[0]"),
        ({"oneOf": ["X"]}, "$.oneOf[0]"),
        ({"prefixItems": ["X"]}, "$.prefixItems[0]"),
        ({"additionalProperties": "X"}, "$.additionalProperties"),
        ({"contains": "X"}, "$.contains"),
        ({"if": "X"}, "$.if"),
        ({"then": "X"}, "$.then"),
        ({"else": "X"}, "$.else"),
        ({"items": "X"}, "$.items"),
        ({"not": "X"}, "$.not"),
        ({"propertyNames": "X"}, "$.propertyNames"),
        ({"unevaluatedItems": "X"}, "$.unevaluatedItems"),
        ({"unevaluatedProperties": "X"}, "$.unevaluatedProperties"),
        ({"properties": {"a": {"items": {"not": "X"}}}}, "$.properties.a.items.not"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_misspelt_keyword_anywhere(tmp_path: Path, around: Any, place: str) -> None:
    """A misspelt keyword is found however deep it stands, and its place is named."""
    text = json.dumps(around).replace('"X"', '{"maxlength": 3}')
    with pytest.raises(BadSchema) as caught:
        schema(tmp_path, text)
    assert f"at {place}: unknown keyword maxlength" in str(caught.value)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"properties": {"requird": {}}}, id="property-of-that-name"),
        pytest.param({"not": {"const": {"requird": 1}}}, id="within-a-constant"),
        pytest.param({"not": {"enum": [{"$ref": "x"}]}}, id="within-an-enum"),
        pytest.param({"examples": [{"format": "x"}]}, id="within-an-example"),
        pytest.param({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {}}}, id="escaped-pointer"),
        pytest.param({"properties": {"a": {"$ref": "#"}}}, id="recursive-through-a-property"),
        pytest.param({"items": False}, id="boolean-below"),
        pytest.param({}, id="empty"),
        pytest.param({"$id": "https://elsewhere.example/"}, id="id-that-nobody-refers-to"),
        pytest.param(
            {"$id": "/a", "items": {"$ref": "/a#/$defs/b"}, "$defs": {"b": {}}}, id="own-id"
        ),
        pytest.param({"items": {"$ref": "#b"}, "$defs": {"x": {"$anchor": "b"}}}, id="anchor"),
        pytest.param({"definitions": {"a": {"definitions": {}}}}, id="definitions"),
        pytest.param({"$schema": DRAFT_7.removesuffix("#")}, id="draft-7-without-a-hash"),
        pytest.param({"$schema": DRAFT_7, "dependencies": {"a": ["b"]}}, id="draft-7-dependencies"),
        pytest.param(
            {"$schema": DRAFT_7, "$ref": "#/definitions/a", "definitions": {"a": {"title": ""}}},
            id="draft-7-root-that-is-a-reference",
        ),
        pytest.param({"x-order": {"tpye": "x"}, "readOnly": True}, id="remarks"),
    ],
)
def test_schema_that_is_fine(tmp_path: Path, document: Any) -> None:
    """What merely looks like a mistake is accepted."""
    assert schema(tmp_path, document).problems([]) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("date-time", "2024-02-30T12:00:00Z"), ("uri", "no uri"), ("uri-template", "{a")],
)
def test_format_of_the_extra(tmp_path: Path, name: str, value: str) -> None:
    """It is checked where its package is installed; elsewhere the message says what to install."""
    if name in jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers:
        assert f'expected format "{name}"' in schema(tmp_path, {"format": name}).problems(value)[0]
        return
    with pytest.raises(BadSchema, match=r"is not checked here.*pip install 'knowngood\[formats\]'"):
        schema(tmp_path, {"format": name})


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, or a folder in its place, is a bad schema too."""
    for path in (tmp_path / "none.schema.json", tmp_path):
        with pytest.raises(BadSchema, match=str(path)):
            Schema(path)


def test_name_of_a_schema_that_is_not_there(tmp_path: Path) -> None:
    """The names that there are, or that there is none."""
    with pytest.raises(BadSchema, match=f"is not there; put it there: {tmp_path} has none$"):
        find(tmp_path, "nope")
    (tmp_path / "users.schema.json").write_text("{}")
    with pytest.raises(BadSchema, match=r"is not there; allowed: users\.schema\.json$"):
        find(tmp_path, "nope")


@pytest.mark.parametrize(
    ("rule", "document"),
    [
        pytest.param({"type": "integer"}, TOKEN, id="type"),
        pytest.param({"enum": ["a"]}, TOKEN, id="enum"),
        pytest.param({"const": "a"}, TOKEN, id="const"),
        pytest.param({"pattern": "^a"}, TOKEN, id="pattern"),
        pytest.param({"maxLength": 3}, TOKEN, id="length"),
        pytest.param({"format": "uuid"}, TOKEN, id="format"),
        pytest.param({"not": {}}, TOKEN, id="not"),
        pytest.param({"anyOf": [{"type": "null"}]}, TOKEN, id="any-of"),
        pytest.param({"oneOf": [{"type": "null"}]}, TOKEN, id="one-of"),
        pytest.param({"additionalProperties": False}, {"key": TOKEN}, id="unexpected-key"),
        pytest.param({"additionalProperties": False}, {TOKEN: 1}, id="key-itself"),
        pytest.param({"unevaluatedProperties": False}, {"key": TOKEN}, id="unevaluated"),
        pytest.param({"additionalProperties": {"type": "null"}}, {"key": TOKEN}, id="typed"),
        pytest.param({"propertyNames": {"maxLength": 3}}, {TOKEN: 1}, id="name"),
        pytest.param({"maxProperties": 0}, {"key": TOKEN}, id="count"),
        pytest.param({"dependentRequired": {"key": ["a"]}}, {"key": TOKEN}, id="dependent"),
        pytest.param({"items": False}, [TOKEN], id="items"),
        pytest.param({"contains": {"type": "null"}}, [TOKEN], id="contains"),
        pytest.param({"uniqueItems": True}, [TOKEN, TOKEN], id="unique"),
        pytest.param({"maximum": 3}, 10**60, id="number"),
    ],
)
def test_message_holds_no_long_value(tmp_path: Path, rule: Any, document: Any) -> None:
    """What may be a credential never stands whole in a message."""
    problems = schema(tmp_path, rule).problems(document)
    assert problems
    for problem in problems:
        assert TOKEN not in problem
        assert str(10**60) not in problem


def test_value_of_an_unexpected_key_is_left_out(tmp_path: Path) -> None:
    """Of a key that should not be there only the name is named, however short its value."""
    [problem] = schema(tmp_path, {"additionalProperties": False}).problems({"api_key": "hunter2"})
    assert problem == "$: unexpected key: api_key"


def test_keys_that_a_pattern_allows_are_not_unexpected(tmp_path: Path) -> None:
    """Only the keys that nothing allows are named."""
    rules = {"patternProperties": {"^x-": {}}, "additionalProperties": False}
    [problem] = schema(tmp_path, rules).problems({"x-a": 1, "y": 2})
    assert problem == "$: unexpected key: y"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"k" * 100_000: 1}, id="long-key"),
        pytest.param({f"key{number}": 1 for number in range(10_000)}, id="many-keys"),
        pytest.param({"\x1b[2J\n98 passed": 1}, id="key-that-forges-a-line"),
        pytest.param("v" * 1_000_000, id="long-value"),
        pytest.param(list(range(100_000)), id="long-list"),
    ],
)
@pytest.mark.parametrize(
    "rule",
    [
        {"type": "null"},
        {"additionalProperties": False, "maxLength": 1, "maxItems": 1},
        {"additionalProperties": {"type": "null"}, "type": "null"},
    ],
    ids=["type", "closed", "typed"],
)
def test_message_is_short_and_one_line(tmp_path: Path, rule: Any, document: Any) -> None:
    """Whatever the document holds, each problem is one printable line."""
    for problem in schema(tmp_path, rule).problems(document):
        assert len(problem) < 500
        assert problem.isprintable()


def test_document_that_nests_deep(tmp_path: Path) -> None:
    """A document deeper than can be checked is refused, not the run."""
    recursive = schema(tmp_path, {"items": {"$ref": "#"}, "type": "array"})
    document: list[Any] = []
    for _ in range(400):
        document = [document]
    assert recursive.problems(document) == ["$: nested too deep to be checked"]


def test_equal_looking_documents_are_not_confused(tmp_path: Path) -> None:
    """What was found in one document is not said of another that Python holds equal."""
    sound = schema(tmp_path, {"const": False})
    assert sound.problems(False) == []
    assert sound.problems(0) != []
    assert sound.problems(False) == []


def test_problems_are_the_callers_own(tmp_path: Path) -> None:
    """A caller that changes its list changes nobody else's."""
    sound = schema(tmp_path, {"type": "null"})
    sound.problems(1).clear()
    assert len(sound.problems(1)) == 1


def test_many_documents(tmp_path: Path) -> None:
    """Documents beyond those that are remembered are judged like the first."""
    sound = schema(tmp_path, {"maximum": 50})
    refused = [number for number in range(100) if sound.problems(number)]
    assert refused == list(range(51, 100))
    assert sound.problems(51)
    assert not sound.problems(0)


def test_load_reads_once(tmp_path: Path) -> None:
    """A file that many checks name is read once."""
    path = tmp_path / "x.schema.json"
    path.write_text("{}")
    assert load(path) is load(path)
