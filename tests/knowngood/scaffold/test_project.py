"""What happens to the files of the user's folder."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from knowngood.safety import UsageError
from knowngood.scaffold import FileChange, changes, write

FIRST = '''"""Pages."""

import pytest


@pytest.mark.get("site:/")
def test_a(response):
    """A."""
    assert response
'''
SECOND = f'''{FIRST}

@pytest.mark.get("site:/b")
def test_b(response):
    """B."""
    assert response
'''
PATH = "smoketests/test_pages.py"


def change(folder: Path, files: dict[str, str], path: str = PATH) -> FileChange:
    """What happens to one file."""
    return next(change for change in changes(folder, files, "prod") if change.path == path)


def test_new_file_is_written_whole(tmp_path: Path) -> None:
    """With the folders that it needs."""
    write(tmp_path, change(tmp_path, {PATH: FIRST}))
    assert (tmp_path / PATH).read_text() == FIRST


def test_checks_that_are_new_are_added(tmp_path: Path) -> None:
    """What the user has changed stays."""
    own = FIRST.replace('"""A."""', '"""Mine."""')
    write(tmp_path, FileChange(PATH, own, ""))
    added = change(tmp_path, {PATH: SECOND})
    write(tmp_path, added)
    assert (tmp_path / PATH).read_text() == SECOND.replace('"""A."""', '"""Mine."""')
    assert added.remark == "adds test_b"


def test_named_url_gets_a_check_beside_that_of_another(tmp_path: Path) -> None:
    """Under a free name; once alone, whatever it is called then."""
    write(tmp_path, FileChange(PATH, SECOND, ""))
    other = FIRST.replace("site:/", "site:/api/breads/")
    named = '"site:/api/breads/"'
    added = next(iter(changes(tmp_path, {PATH: other}, "prod", named)))
    assert added.remark == "adds test_a_2"
    assert f"@pytest.mark.get({named})\ndef test_a_2(response):" in added.text
    write(tmp_path, added)
    again = next(iter(changes(tmp_path, {PATH: other}, "prod", named)))
    assert again == FileChange(PATH, "", "is there and has all of it")


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    """All files are there and have all of it."""
    files = {PATH: SECOND, "environments/prod.toml": 'description = "a"\n'}
    for one in list(changes(tmp_path, files, "prod")):
        write(tmp_path, one)
    assert [one.path for one in changes(tmp_path, files, "prod") if one.text] == []


ENVIRONMENT = "environments/prod.toml"
LISTS = '[params]\na = ["1"]\nb = ["2", "3"]\n'


def test_environment_file_stays(tmp_path: Path) -> None:
    """It belongs to the user: a list that is there is not changed."""
    write(tmp_path, FileChange(ENVIRONMENT, '[params]\na = ["7"]\nb = ["8"]\n', ""))
    assert change(tmp_path, {ENVIRONMENT: LISTS}, ENVIRONMENT).text == ""


def test_pages_that_a_list_lacks_are_named(tmp_path: Path) -> None:
    """The list may leave them out on purpose. What stands in another list of the file is there."""
    own = '[params]\na = ["1"]\nb = ["3"]\nmine = ["4"]\nc = "file:c.txt"\n'
    write(tmp_path, FileChange(ENVIRONMENT, own, ""))
    seen = '[params]\na = ["1"]\nb = ["2", "3", "4", "5"]\nc = ["6"]\n'
    lacking = change(tmp_path, {ENVIRONMENT: seen}, ENVIRONMENT)
    assert lacking.text == ""
    head, *lines = lacking.remark.splitlines()
    assert "b in [params] lacks" in head
    assert lines == ['    "2",', '    "5",']


@pytest.mark.parametrize("own", ['x = 1\n[params]\na = ["7"]\n[budget]\nrun = 9\n', "x = 1\n"])
def test_lists_that_new_checks_ask_for_are_added(tmp_path: Path, own: str) -> None:
    """A new language of the site has a list of its own; all else stays."""
    write(tmp_path, FileChange(ENVIRONMENT, own, ""))
    added = change(tmp_path, {ENVIRONMENT: LISTS}, ENVIRONMENT)
    there, wanted = tomllib.loads(own), tomllib.loads(LISTS)
    params = {**wanted["params"], **there.get("params", {})}
    assert tomllib.loads(added.text) == {**there, "params": params}
    assert added.remark.startswith("adds ")


def test_release_that_an_environment_file_lacks_is_named(tmp_path: Path) -> None:
    """A check of it would never run; one that is there stays, whatever it says."""
    path = "environments/prod.toml"
    table = '[release]\nurl = "site:/health"\nfield = "version"\n'
    write(tmp_path, FileChange(path, "writes = false\n", ""))
    remark = change(tmp_path, {path: table}, path).remark
    assert remark.endswith(
        "; it lacks what says which release is live, add:\n"
        '    [release]\n    url = "site:/health"\n    field = "version"'
    )
    write(tmp_path, FileChange(path, '[release]\nurl = "site:/v"\n', ""))
    assert "release" not in change(tmp_path, {path: table}, path).remark


def test_environment_file_that_is_no_toml(tmp_path: Path) -> None:
    """It is named, and nothing is written into it."""
    write(tmp_path, FileChange(ENVIRONMENT, "[", ""))
    with pytest.raises(UsageError, match=r"prod\.toml: no TOML"):
        change(tmp_path, {ENVIRONMENT: LISTS}, ENVIRONMENT)


def test_parts_of_a_document_that_are_new_are_added(tmp_path: Path) -> None:
    """New checks name them; what the user has mended stays mended."""
    path = "smoketests/schemas/openapi.json"
    write(tmp_path, FileChange(path, '{"paths": {"/a": {"get": 1}}}', ""))
    text = '{"paths": {"/a": {"get": 2, "put": 3}, "/b": 4}}'
    added = change(tmp_path, {path: text}, path)
    assert json.loads(added.text) == {"paths": {"/a": {"get": 1, "put": 3}, "/b": 4}}
    write(tmp_path, added)
    assert change(tmp_path, {path: text}, path).text == ""


def test_schema_of_a_document_stays(tmp_path: Path) -> None:
    """What the user took out of it stays out."""
    path = "smoketests/schemas/orders.schema.json"
    write(tmp_path, FileChange(path, "{}", ""))
    assert change(tmp_path, {path: '{"required": ["a"]}'}, path).text == ""


def test_imports_that_new_checks_need_are_added(tmp_path: Path) -> None:
    """And no others; a fixture is added like a check."""
    write(tmp_path, FileChange(PATH, FIRST, ""))
    head = FIRST.replace("import pytest", "import re\nimport uuid\n\nimport pytest")
    text = f"{head}\n\n@pytest.fixture\ndef name():\n    return uuid.uuid4()\n"
    added = change(tmp_path, {PATH: text}, PATH)
    assert "import uuid\nimport pytest\n" in added.text
    assert "import re" not in added.text
    assert added.remark == "adds name"
    write(tmp_path, added)
    assert change(tmp_path, {PATH: text}, PATH).text == ""


def test_options_of_pytest_are_added_to_a_project(tmp_path: Path) -> None:
    """Behind what is there."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\n')
    text = change(tmp_path, {}, "pyproject.toml").text
    assert tomllib.loads(text)["project"] == {"name": "a"}
    assert tomllib.loads(text)["tool"]["pytest"]["ini_options"]["testpaths"] == ["smoketests"]


def test_options_of_pytest_that_are_there_stay(tmp_path: Path) -> None:
    """The user's own count."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    assert change(tmp_path, {}, "pyproject.toml").text == ""


def test_project_file_that_is_no_toml(tmp_path: Path) -> None:
    """It is named, and nothing is written into it."""
    (tmp_path / "pyproject.toml").write_text("[")
    with pytest.raises(UsageError, match=r"pyproject\.toml: no TOML"):
        list(changes(tmp_path, {}, "prod"))


@pytest.mark.parametrize(
    ("remote", "path"),
    [
        ("git@github.com:we/it.git", ".github/workflows/smoke.yml"),
        ("https://gitlab.example/we/it.git", ".gitlab-ci.yml"),
    ],
)
def test_pipeline_of_the_git_remote(tmp_path: Path, remote: str, path: str) -> None:
    """The file that this CI reads, unless there is one."""
    for words in (["init", "-q"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    pipeline = change(tmp_path, {}, path)
    assert "knowngood verify --env=prod" in pipeline.text
    write(tmp_path, FileChange(path, "own", ""))
    assert change(tmp_path, {}, path).text == ""
