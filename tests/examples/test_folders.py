"""examples/: what each folder says of itself is true."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from missing_part import needed
from suite_run import ROOT

from knowngood.content import json_schema

FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/README.md"))
SCHEMAS = sorted((ROOT / "examples").glob("*/smoketests/schemas/*.schema.json"))
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@each_folder
def test_the_readme_is_short(folder: Path) -> None:
    """Who has a service to check reads all of it."""
    assert len((folder / "README.md").read_text("utf-8").splitlines()) <= 25


@each_folder
def test_the_readme_lists_every_file_of_the_suite(folder: Path) -> None:
    """A reader finds the claim that is like theirs."""
    readme = (folder / "README.md").read_text("utf-8")
    for path in folder.glob("smoketests/test_*.py"):
        assert f"`smoketests/{path.name}`" in readme


@each_folder
def test_ci_installs_by_the_command_of_the_readme(folder: Path) -> None:
    """What a reader types is what is tested."""
    (install,) = [
        line.strip()
        for line in (folder / "README.md").read_text("utf-8").splitlines()
        if line.startswith("    python3 -m venv")
    ]
    assert install in (ROOT / ".ci" / "run").read_text("utf-8")


def test_shellcheck_has_nothing_to_say() -> None:
    """The scripts that start the services."""
    shellcheck = needed("shellcheck", "apt-get install shellcheck")
    scripts = [folder / "start" for folder in FOLDERS]
    ended = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert ended.stdout == ""


@pytest.mark.parametrize("garbage", [None, {}, [], [{}], "text", {"data": {}}], ids=repr)
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_a_schema_refuses_garbage(path: Path, garbage: Any) -> None:
    """A schema that takes anything checks nothing."""
    schema = json_schema.find(path.parent, path.name.removesuffix(".schema.json"))
    with pytest.raises(json_schema.SchemaMismatch):
        schema.check(garbage)
