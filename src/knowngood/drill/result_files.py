"""The files that a drill of any kind writes its results to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..report import json_file
from ..safety import Say, write_atomically
from ..session.options import report_target


def refuse_unwritable(path: Path | None, option: str = "--json") -> None:
    """Raise UsageError if what ``option`` asks for cannot be written to ``path``."""
    if path is not None:
        report_target(option, path, Path.cwd())


def write(path: Path | None, content: dict[str, Any], say: Say) -> None:
    """Write the results to ``path`` as JSON, if there is one. Raise their ``schema`` whenever a key
    changes its meaning or goes.
    """
    write_text(path, json_file.text({"schema": 1, **content}), "--json", say)


def write_text(path: Path | None, text: str, option: str, say: Say) -> None:
    """Write what ``option`` asks for to ``path``, if there is one. Trouble with it changes no exit
    code.
    """
    if path is None:
        return
    try:
        write_atomically(path.absolute(), text)
    except OSError as error:
        say(f"{option} {path}: not written: {error.strerror or error}")
