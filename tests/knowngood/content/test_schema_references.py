"""Schemas refer to each other within their folder, and to nothing outside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowngood.content.json_schema import BadSchema, Schema, find

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"
NAME = {"type": "string", "maxLength": 3}
ELSEWHERE = "https://schemas.example/v1"


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write the files, and return the path of the first."""
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return folder / next(iter(files))


def user(reference: str, **more: Any) -> dict[str, Any]:
    """Return a schema whose ``name`` refers to another."""
    return {**more, "type": "object", "properties": {"name": {"$ref": reference}}}


SOUND = {
    "whole file": {"user.json": user("name.json"), "name.json": NAME},
    "part of a file": {
        "user.json": user("names.json#/$defs/name"),
        "names.json": {"$defs": {"name": NAME}},
    },
    "part of a file that is no schema": {
        "user.json": user("names.json#/name"),
        "names.json": {"name": NAME, "other": {"tpye": "nobody asks for this"}},
    },
    "folder below": {"user.json": user("parts/name.json"), "parts/name.json": NAME},
    "folder below and back": {
        "user.json": user("parts/name.json"),
        "parts/name.json": {"$ref": "../short.json"},
        "short.json": NAME,
    },
    "two files that refer to each other": {
        "user.json": {**user("name.json"), "$defs": {"name": NAME}},
        "name.json": {"$ref": "user.json#/$defs/name"},
    },
    "anchor of a file": {
        "user.json": user("names.json#short"),
        "names.json": {"$defs": {"x": {"$anchor": "short", **NAME}}},
    },
    "ids": {
        "user.json": user("name", **{"$id": f"{ELSEWHERE}/user"}),
        "called-otherwise.json": {"$id": f"{ELSEWHERE}/name", **NAME},
    },
    "whole id": {
        "user.json": user(f"{ELSEWHERE}/name"),
        "name.json": {"$id": f"{ELSEWHERE}/name", **NAME},
    },
    "id of which the other file has none": {
        "user.json": user("name.json", **{"$id": f"{ELSEWHERE}/user.json"}),
        "name.json": NAME,
    },
    "id within the file": {
        "user.json": {
            **user("/names/name", **{"$id": f"{ELSEWHERE}/user"}),
            "$defs": {"any": {"$id": "/names/name", **NAME}},
        },
    },
    "draft-07": {
        "user.json": user("names.json#/definitions/name", **{"$schema": DRAFT_7}),
        "names.json": {"$schema": DRAFT_7, "definitions": {"name": NAME}},
    },
    "draft-07 anchor": {
        "user.json": {
            **user("#name", **{"$schema": DRAFT_7}),
            "definitions": {"x": {"$id": "#name", **NAME}},
        },
    },
    "2019-09": {
        "user.json": user("name.json", **{"$schema": DRAFT_2019}),
        "name.json": {"$schema": DRAFT_2019, **NAME},
    },
    "YAML": {"user.json": user("name.yaml"), "name.yaml": "type: string\nmaxLength: 3\n"},
    "broken neighbour": {
        "user.json": user(f"{ELSEWHERE}/name"),
        "a-broken.json": "{",
        "name.json": {"$id": f"{ELSEWHERE}/name", **NAME},
    },
}


@pytest.mark.parametrize("case", SOUND)
def test_reference_is_followed(case: str, tmp_path: Path) -> None:
    """What the other schema refuses is refused, with the place in the document."""
    schema = Schema(write(tmp_path, SOUND[case]))
    assert schema.problems({"name": "abc"}) == []
    [problem] = schema.problems({"name": "abcd"})
    assert problem.startswith("$.name: expected maxLength 3")


REFUSED = {
    "missing file": ({"user.json": user("none.json")}, ["$.properties.name", "none.json"]),
    "missing part": (
        {"user.json": user("names.json#/$defs/nmae"), "names.json": {"$defs": {"name": NAME}}},
        ["'names.json#/$defs/nmae'", "allowed"],
    ),
    "misspelt keyword in the other": (
        {"user.json": user("name.json"), "name.json": {"items": {"maxlength": 3}}},
        ["name.json: at $.items: unknown keyword maxlength"],
    ),
    "misspelt keyword in a part": (
        {"user.json": user("n.json#/name"), "n.json": {"name": {"maxlength": 3}}},
        ["n.json: at $.name: unknown keyword maxlength"],
    ),
    "wrong value in a part": (
        {"user.json": user("n.json#/name"), "n.json": {"name": {"maxLength": "3"}}},
        ["n.json: at $.name.maxLength"],
    ),
    "part that is no schema": (
        {"user.json": user("n.json#/name"), "n.json": {"name": "tom"}},
        ["n.json: at $.name: 'tom' is not"],
    ),
    "another draft": (
        {"user.json": user("name.json"), "name.json": {"$schema": DRAFT_7, **NAME}},
        ["name.json: at $: written in", "draft-07", "allowed", "2020-12", "as user.json is"],
    ),
    "circle of files": (
        {"user.json": {"$ref": "name.json"}, "name.json": {"$ref": "user.json"}},
        ["leads back to itself"],
    ),
    "no JSON": ({"user.json": user("name.json"), "name.json": "{"}, ["name.json: not JSON"]),
    "network": ({"user.json": user(f"{ELSEWHERE}/name")}, [ELSEWHERE, "allowed"]),
    "metaschema": ({"user.json": user(DRAFT_7)}, [DRAFT_7, "allowed"]),
    "path outside": ({"user.json": user("../outside.json")}, ["outside.json", "lies outside of"]),
    "path outside, encoded": ({"user.json": user("%2e%2e/outside.json")}, ["lies outside of"]),
    "absolute path": ({"user.json": user("/etc/hostname.json")}, ["lies outside of"]),
    "file URL": ({"user.json": user("file:///etc/hostname.json")}, ["lies outside of"]),
    "beside an id, outside": (
        {"user.json": user("../outside.json", **{"$id": f"{ELSEWHERE}/a/user.json"})},
        ["outside.json"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_reference_is_refused(case: str, tmp_path: Path) -> None:
    """By file and place, and with what is allowed; nothing outside the folder is read."""
    files, words = REFUSED[case]
    (tmp_path / "outside.json").write_text("{}", "utf-8")
    with pytest.raises(BadSchema) as caught:
        Schema(write(tmp_path / "schemas", files))
    for word in words:
        assert word in str(caught.value)


def test_symbolic_link_out_of_the_folder(tmp_path: Path) -> None:
    """A link is not followed to a file outside."""
    (tmp_path / "outside.json").write_text("{}", "utf-8")
    path = write(tmp_path / "schemas", {"user.json": user("name.json")})
    (path.parent / "name.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(BadSchema, match="lies outside of"):
        Schema(path)


@pytest.mark.parametrize(
    ("name", "sound"),
    [("name", "abc"), ("name.schema.json", "abc"), ("names.yaml#/short", "a"), ("name#", "abc")],
)
def test_schema_by_name(name: str, sound: str, tmp_path: Path) -> None:
    """A name alone is a file's that ends in .schema.json; a pointer names a part."""
    write(tmp_path, {"name.schema.json": NAME, "names.yaml": "short: {maxLength: 1}"})
    schema = find(tmp_path, name)
    assert schema.problems(sound) == []
    assert schema.problems("abcd") != []


@pytest.mark.parametrize(
    "name", ["nmae", "nmae.json", "../name", "sub/../name", "names.yaml#/long"]
)
def test_schema_of_no_such_name(name: str, tmp_path: Path) -> None:
    """The message says what there is."""
    write(tmp_path, {"name.schema.json": NAME, "names.yaml": "short: {maxLength: 1}"})
    with pytest.raises(BadSchema) as caught:
        find(tmp_path, name)
    assert "allowed" in str(caught.value)
    assert name.partition("#")[0] in str(caught.value)
