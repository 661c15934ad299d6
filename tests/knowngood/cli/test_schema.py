"""``knowngood schema``."""

from __future__ import annotations

import json

import jsonschema
from command_run import Run

from knowngood.environment.schema import file_schema


def test_environment_schema_is_the_one_that_files_are_held_against(run: Run) -> None:
    """By default, and by its name."""
    for words in (["schema"], ["schema", "environment"]):
        ended = run(*words)
        assert ended.code == 0
        assert json.loads(ended.out) == file_schema()


def test_verdict_schema_describes_a_verdict_file(run: Run) -> None:
    """A program that reads verdict files has something to hold them against."""
    schema = json.loads(run("schema", "verdict").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:knowngood:verdict"
    assert "PASSED" in schema["properties"]["verdict"]["enum"]


def test_schema_that_there_is_not(run: Run) -> None:
    """The message says which there are."""
    ended = run("schema", "record")
    assert ended.code == 4
    assert "'record' is not one of 'environment', 'verdict'" in ended.err
