"""Schemas and new checks to paste."""

from __future__ import annotations

import ast
import json
from typing import Any

from mutants import mutant, remedy

from knowngood.drill.mutant_results import MutantResult
from knowngood.drill.remedy import Place, Remedy
from knowngood.drill.snippets import Snippet, snippets

TEST = Place("smoketests/test_api.py", "test_users")
NEW = Place("smoketests/test_pages.py", "test_app_js", mark='"site:/app.js"')


def by_schema(schema: dict[str, Any], place: Place = TEST, **fields: Any) -> MutantResult:
    """Return a missed mutant that a schema catches."""
    file = "smoketests/schemas/users.schema.json"
    return mutant(remedy=Remedy(place, schema=schema, schema_file=file, **fields))


def by_line(line: str, **fields: Any) -> MutantResult:
    """Return a missed mutant that a line of a new check catches."""
    return mutant(remedy=Remedy(NEW, line, needs=("import hashlib",)), **fields)


def test_schemas_of_one_kind_of_url_are_one() -> None:
    """All that they say is in it: keys of one object, items of one list."""
    (schema, line) = snippets(
        [
            by_schema({"items": {"properties": {"a": {"type": "string"}}}}),
            by_schema({"items": {"required": ["b"]}}),
            by_schema({"items": {"properties": {"a": {"not": {"const": "undefined"}}}}}),
            by_schema({"items": {"required": ["a"]}}),
            by_schema({"minItems": 1}),
        ]
    )
    assert schema.place == "smoketests/schemas/users.schema.json, a new file"
    assert json.loads(schema.text) == {
        "minItems": 1,
        "items": {
            "required": ["a", "b"],
            "properties": {"a": {"type": "string", "not": {"const": "undefined"}}},
        },
    }
    assert line == Snippet(
        "smoketests/test_api.py: test_users", 'schema("users").check(response.json())'
    )


def test_schema_for_a_check_without_the_fixture() -> None:
    """The words say that it takes it, and which answer is meant."""
    place = Place("smoketests/test_api.py", "test_writes", answer="POST /users")
    (_, line) = snippets([by_schema({"minItems": 1}, place, needs=("the fixture schema",))])
    assert line.place == (
        "smoketests/test_api.py: test_writes (the answer to POST /users), with the fixture schema"
    )


def test_large_schema_is_whole() -> None:
    """It has a line for each key, and is valid JSON."""
    keys = {f"key{number}": {"type": ["null", "string"]} for number in range(30)}
    (schema, _) = snippets([by_schema({"properties": keys})])
    assert json.loads(schema.text) == {"properties": keys}
    assert max(map(len, schema.text.splitlines())) < 90


def test_new_check() -> None:
    """It has what users notice, each line once, with its imports."""
    (check,) = snippets(
        [
            by_line("assert 'date' in response.headers", weight=0.25),
            by_line("assert response.text"),
            by_line("assert response.text"),
        ]
    )
    assert check.place == "smoketests/test_pages.py, a new check"
    assert check.text.splitlines() == [
        "import hashlib",
        "",
        '@pytest.mark.get("site:/app.js")',
        "def test_app_js(response):",
        '    """/app.js is what it should be."""',
        "    assert response.text",
    ]


def test_new_check_for_what_users_may_not_notice() -> None:
    """There is one if there is nothing else to check."""
    (check,) = snippets([by_line("assert 'date' in response.headers", weight=0.25)])
    assert check.text.endswith("    assert 'date' in response.headers")


def test_new_check_with_a_schema() -> None:
    """It takes the fixture, and nothing has to be added elsewhere."""
    _, check = snippets([by_schema({"minItems": 1}, NEW)])
    assert "def test_app_js(response, schema):" in check.text
    assert check.text.endswith('    schema("users").check(response.json())')


def test_url_of_a_server_is_no_code() -> None:
    """What a page refers to may have quotes in it."""
    mark = json.dumps('site:/"""\nimport os')
    place = Place("smoketests/test_pages.py", "test_it", mark=mark)
    (check,) = snippets([mutant(remedy=Remedy(place, "assert response.text"))])
    tree = ast.parse(check.text)
    assert [type(node) for node in tree.body] == [ast.FunctionDef]


def test_single_lines_stand_with_their_blind_spots() -> None:
    """What is caught, and what a line in a check that is there catches, needs no snippet."""
    assert (
        snippets([mutant(remedy=remedy("assert 1")), mutant("caught"), mutant(remedy=None)]) == []
    )


def test_path_in_the_words_of_a_new_check() -> None:
    """It is told whole, with its query, and cannot end the docstring."""
    for path, words in [("/a.css?v=1", "/a.css?v=1"), ('/"""\\', "/")]:
        place = Place("test_it.py", "test_it", mark=json.dumps(f"site:{path}"), method="HEAD")
        (check,) = snippets([mutant(remedy=Remedy(place, "pass"))])
        assert f"@pytest.mark.head({place.mark})" in check.text
        (function,) = ast.parse(check.text).body
        assert isinstance(function, ast.FunctionDef)
        assert ast.get_docstring(function) == f"{words} is what it should be."
