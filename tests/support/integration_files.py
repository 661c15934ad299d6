"""The files of integrations/, and the shell scripts in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).parent.parent.parent / "integrations"
FILES = sorted(
    path for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in {".md", ".json"}
)
"""JSON takes no comments: what its files are for stands in the page alone."""

_SCRIPT = {
    "Jenkinsfile": r"'''\n(.*?)'''",
    "crontab": r"^[*@\d]\S*(?: \S+){4} ([^\n]+)$",  # without %, which would end the command
    ".service": r"^ExecStart=([^\n]+)$",
}
"""What matches a script, by the name or the suffix of a file that is no YAML."""


class Script(NamedTuple):
    """A script that a system hands to a shell.

    Attributes:
        file: the path of its file below integrations/.
        shell: the program that runs it.
        text: its lines.
    """

    file: str
    shell: str
    text: str


def documents(name: str) -> list[Any]:
    """Return the documents of a YAML file."""
    text = (FOLDER / name).read_text("utf-8")
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))  # every process that collects waits


def scripts() -> list[Script]:
    """Return all scripts of all files."""
    return [
        Script(str(path.relative_to(FOLDER)), shell, text)
        for path in FILES
        for shell, text in _scripts_of(path)
    ]


def _scripts_of(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix in {".yml", ".yaml"}:
        for document in documents(str(path)):
            yield from _in_yaml(document)
    elif path.name != "knowngood-watch@.timer":
        pattern = re.compile(_SCRIPT[path.suffix or path.name], re.M | re.S)
        for text in pattern.findall(path.read_text("utf-8")):
            yield "sh", text


def _in_yaml(node: Any) -> Iterator[tuple[str, str]]:
    """Find the scripts of GitHub (``run``), GitLab (``script``) and Kubernetes (``sh -c``)."""
    if isinstance(node, list):
        for item in node:
            yield from _in_yaml(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "run" and isinstance(value, str):
                yield "bash", value
            elif key in {"script", "before_script"}:
                yield "sh", "\n".join(value)
            elif key == "command" and isinstance(value, list) and value[:2] == ["sh", "-c"]:
                yield "sh", value[2]
            else:
                yield from _in_yaml(value)
