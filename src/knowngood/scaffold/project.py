"""Put a suite into the user's folder. What is there stays as it is; what is new is added."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

from ..content.json_schema import SUFFIX
from ..safety import UsageError, write_atomically

_PYTEST: Final = """\
[tool.pytest.ini_options]
testpaths = ["smoketests"]
addopts = ["--strict-markers", "--strict-config", "--import-mode=importlib"]
"""

_TEMPLATES: Final = Path(__file__).parent / "templates"
_FUNCTION: Final = re.compile(r"^def (\w+)\(", re.M)
_BETWEEN: Final = re.compile(r"\n\n\n(?=@pytest|def )")
_IMPORT: Final = re.compile(r"^(?:import|from) .*?(\w+)\n", re.M)


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happens to one file.

    Attributes:
        path: the file, relative to the folder.
        text: its whole new text; empty if it stays as it is.
        remark: what happens, in words.
    """

    path: str
    text: str
    remark: str


def changes(
    folder: Path, files: Mapping[str, str], environment: str, named: str = ""
) -> Iterator[FileChange]:
    """Yield what is to be done in ``folder`` for the suite ``files``. ``named`` is the URL that the
    person named, as a mark has it: it gets a check, if there is one of that name for another, too.

    Raises UsageError for a file that is there and cannot be read.
    """
    for path, text in files.items():
        yield _change(folder, path, text, named)
    yield _pytest_options(folder)
    yield from _pipeline(folder, environment)


def write(folder: Path, change: FileChange) -> None:
    """Write one file. Raises UsageError if that cannot be done."""
    path = folder / change.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, change.text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _change(folder: Path, path: str, text: str, named: str) -> FileChange:
    old = _read(folder / path)
    if old is None:
        return FileChange(path, text, "new")
    if path.endswith(".toml"):
        return _with_lists(folder, path, old, text)
    if path.endswith(".json") and not path.endswith(SUFFIX):
        return _with_parts(path, old, text)
    if not path.endswith(".py"):
        return FileChange(path, "", "is there and stays as it is")
    head, *blocks = _BETWEEN.split(text)
    unnamed = named and named not in old
    blocks = [
        _with_free_names(block, old)
        for block in blocks
        if _is_new(block, old) or (unnamed and named in block)
    ]
    if not blocks:
        return FileChange(path, "", "is there and has all of it")
    added = "\n\n\n".join(blocks).rstrip("\n") + "\n"
    old = _with_imports(old.rstrip("\n"), head, added)
    return FileChange(path, f"{old}\n\n\n{added}", f"adds {', '.join(_FUNCTION.findall(added))}")


def _with_lists(folder: Path, path: str, old: str, text: str) -> FileChange:
    """Return the environment file with the lists of [params] that new checks ask for. A list that
    is there stays as it is, since pages may be left out on purpose: the remark says what it lacks.
    """
    tables, new_tables = (_toml(folder / path, one) for one in (old, text))
    before, new = tables.get("params", {}), new_tables.get("params", {})
    lists = {name: values for name, values in new.items() if name not in before}
    lacking = "".join([*_lacking(before, new), *_lacking_release(tables, new_tables)])
    if not lists:
        return FileChange(path, "", f"is there and stays as it is{lacking}")
    lines = "".join(f"{name} = {json.dumps(values)}\n" for name, values in lists.items())
    head, params, after = old.partition("[params]\n")
    added = f"{head}{params}{lines}{after}" if params else f"{old.rstrip()}\n\n[params]\n{lines}"
    _toml(folder / path, added)
    return FileChange(path, added, f"adds {', '.join(lists)} to [params]{lacking}")


def _lacking(before: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was seen and stands in no list of the file, as the lines to add to each list."""
    lists = [values for values in before.values() if isinstance(values, list)]
    known = {value for values in lists for value in values if isinstance(value, str)}
    for name, values in new.items():
        if isinstance(before.get(name), list) and (lacks := [v for v in values if v not in known]):
            lines = "".join(f"\n    {json.dumps(value)}," for value in lacks)
            yield f"; {name} in [params] lacks what was seen, add what is to be checked:{lines}"


def _lacking_release(before: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what says which release is live, and is not in the file, as the lines to add to it."""
    if "release" in new and "release" not in before:
        lines = "".join(f"\n    {key} = {json.dumps(v)}" for key, v in new["release"].items())
        yield f"; it lacks what says which release is live, add:\n    [release]{lines}"


def _with_parts(path: str, old: str, text: str) -> FileChange:
    """Return a JSON document with the parts of ``text`` that it lacks, since new checks name them.
    One that is no JSON stays as it is: the run that follows refuses it.
    """
    try:
        before = json.loads(old)
    except ValueError:
        return FileChange(path, "", "is there and stays as it is")
    joined = _joined(before, json.loads(text))
    if joined == before:
        return FileChange(path, "", "is there and has all of it")
    return FileChange(
        path, json.dumps(joined, indent=2, ensure_ascii=False) + "\n", "adds what is new"
    )


def _joined(old: Any, new: Any) -> Any:
    """Return ``old`` with the keys of ``new`` that it lacks, on every level."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old
    both = {key: _joined(value, new.get(key)) for key, value in old.items()}
    return both | {key: value for key, value in new.items() if key not in old}


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: no TOML: {error}; fix it first") from None


def _is_new(block: str, old: str) -> bool:
    return not any(f"def {name}(" in old for name in _FUNCTION.findall(block))


def _with_free_names(block: str, old: str) -> str:
    """Return ``block`` with a number behind each name that ``old`` has: ``test_it_2``."""
    for name in _FUNCTION.findall(block):
        names = chain([name], (f"{name}_{number}" for number in count(2)))
        free = next(one for one in names if f"def {one}(" not in old)
        block = block.replace(f"def {name}(", f"def {free}(")
    return block


def _with_imports(old: str, head: str, added: str) -> str:
    """Return ``old`` with the imports of ``head`` that ``added`` needs, and ``old`` lacks."""
    lacking = [
        line[0]
        for line in _IMPORT.finditer(f"{head}\n")
        if f"{line[1]}." in added and line[0] not in f"{old}\n"
    ]
    first = _IMPORT.search(f"{old}\n")
    place = first.start() if first else len(old)
    return old[:place] + "".join(lacking) + old[place:]


def _pytest_options(folder: Path) -> FileChange:
    """Return the options of pytest that a suite needs, for pyproject.toml."""
    path = "pyproject.toml"
    old = _read(folder / path)
    if old is None:
        return FileChange(path, _PYTEST, "new")
    tables = _toml(folder / path, old)
    if "ini_options" in tables.get("tool", {}).get("pytest", {}):
        return FileChange(path, "", "has options of pytest, which stay as they are")
    return FileChange(path, f"{old.rstrip()}\n\n{_PYTEST}", "adds [tool.pytest.ini_options]")


def _pipeline(folder: Path, environment: str) -> Iterator[FileChange]:
    """Yield the file that runs the suite in the CI of the folder's git remote, if it is known."""
    remote = _remote(folder)
    if "github.com" in remote:
        yield _new_only(folder, ".github/workflows/smoke.yml", "github.yml", environment)
    elif "gitlab" in remote:
        yield _new_only(folder, ".gitlab-ci.yml", "gitlab.yml", environment)


def _new_only(folder: Path, path: str, template: str, environment: str) -> FileChange:
    if (folder / path).exists():
        return FileChange(path, "", "is there and stays as it is")
    text = (_TEMPLATES / template).read_text("utf-8")
    return FileChange(path, text.replace("ENVIRONMENT", environment), "new")


def _remote(folder: Path) -> str:
    """Return the URL of the git remote ``origin``; empty without one."""
    if not shutil.which("git"):
        return ""
    command = ["git", "-C", str(folder), "config", "--get", "remote.origin.url"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _read(path: Path) -> str | None:
    """Return the text of a file; None if there is none."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is there and cannot be read: {error}") from None
