"""``knowngood schema``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

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


def printed_to(output: IO[bytes]) -> subprocess.CompletedProcess[bytes]:
    """Print the schema in a process of its own."""
    command = [sys.executable, "-m", "knowngood", "schema"]
    return subprocess.run(command, stdout=output, stderr=subprocess.PIPE, check=False)


def test_an_answer_that_cannot_be_written() -> None:
    """A script that finds an empty file must not take it for the answer."""
    with Path("/dev/full").open("wb") as full:
        done = printed_to(full)
    message = b"knowngood schema: error: cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (3, message)


def test_a_reader_that_goes_away() -> None:
    """It has what it wanted, as ``| head`` does."""
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        assert reader.stdin is not None
        reader.wait()
        done = printed_to(reader.stdin)
    assert (done.returncode, done.stderr) == (0, b"")
