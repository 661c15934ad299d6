"""Find environment files, and read them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ..safety import shell_word
from .model import BadEnvironment
from .suite_folder import FOLDER, root_above


def find(name: str, root: Path) -> Path:
    """Return the file that ``--env name`` means. Raises BadEnvironment if there is none."""
    if name.endswith(".toml") or os.sep in name:
        if is_file(Path(name)):
            return Path(name).absolute()
        raise BadEnvironment(f"--env {name!r}: there is no such file")
    path = root / FOLDER / f"{name}.toml"
    if is_file(path):
        return path
    if not path.parent.is_dir():
        raise BadEnvironment(
            f"--env {name!r}: there is no folder {path.parent}: run this in the suite's folder, or "
            "give the path of a .toml file"
        )
    raise BadEnvironment(
        f"--env {name!r}: unknown environment; these are in {root / FOLDER}:\n"
        f"{list_environments(root / FOLDER)}\nor give the path of a .toml file of your own"
    )


def env_option(path: Path) -> str:
    """Return the ``--env`` that means the file at ``path`` in the current folder, for a shell.

    Messages print it in commands. A name alone would mean another file, or none, where ``path`` is
    not among the environments of the suite around this folder.
    """
    folder = root_above(Path.cwd()) / FOLDER
    here = folder.resolve() == path.parent.resolve()
    return shell_word(os.fsencode(f"--env={path.stem if here else path}"))


def list_environments(folder: Path) -> str:
    """Return a line for each environment in ``folder``, with its name and description."""
    lines = []
    for path in sorted(folder.glob("*.toml")):
        try:
            about = str(read(path).get("description", ""))
        except BadEnvironment:
            about = "(this file cannot be read as TOML)"
        lines.append(f"  {path.stem:<12} {about}")
    return "\n".join(lines) if lines else f"  none: {folder} holds no .toml file"


def is_file(path: Path) -> bool:
    """Return whether ``path`` is a file; False if no file can have such a name."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises OSError for a name too long


def file_beside(path: Path, key: str, value: str) -> Path:
    """Return the file that ``file:NAME`` means. Raises BadEnvironment if there is none."""
    target = path.parent / value.removeprefix("file:")
    if not is_file(target):
        raise BadEnvironment(f"{path}: {key}: there is no file {str(target)!r}")
    return target


def read(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file. Parse it again only if it has changed.

    Raises BadEnvironment.
    """
    try:
        state = path.stat()
        return _parsed(path, state.st_mtime_ns, state.st_size, state.st_ino)
    except tomllib.TOMLDecodeError as error:
        raise BadEnvironment(f"{path}: not TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise BadEnvironment(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond Python's limits
        raise BadEnvironment(f"{path}: cannot be read as TOML: {error}") from None
    except OSError as error:
        raise BadEnvironment(f"{path}: {error.strerror or error}") from None


@cache
def _parsed(path: Path, *_state: int) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8-sig"))  # Notepad writes a byte-order mark


def siblings(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the other environment files in the folder of ``path`` with their content.

    Their content is not validated. Leave out a file that is no TOML: a run of that environment
    reports the mistake.
    """
    for other in sorted(path.parent.glob("*.toml")):
        try:
            document = read(other)
        except BadEnvironment:
            continue
        if other != path:
            yield other, document


def table(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the table ``key`` of a document that is not validated; empty if there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}
