"""Print annotations for GitHub Actions, and find the file of its summary.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from ..safety import one_line
from ..verdict import VerdictKind

MOST: Final = 10
"""Errors that GitHub shows of one step, and as many warnings."""

_WIDEST: Final = 1000  # characters of a message


def is_here() -> bool:
    """Return whether this process runs on GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def summary_file() -> Path | None:
    """Return the file whose Markdown GitHub shows on the page of the run; None elsewhere."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    return Path(name) if name else None


def run_url() -> str:
    """Return the URL of the page of this run on GitHub Actions; empty elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (os.environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if is_here() and run else ""


class Annotations:
    """Prints the annotations of a run, and stops all other output from making any.

    GitHub takes commands from every line of the output, even from one that quotes an answer. It
    takes none between two lines with the same token, so the token is random.
    """

    def __init__(self, say: Callable[[str], object], root: Path) -> None:
        """``say`` prints a line; ``root`` is the folder that places of checks are relative to."""
        self._say = say
        self._folder = _in_checkout(root)
        self._token = uuid.uuid4().hex
        say(f"::stop-commands::{self._token}")

    def finish(self, document: Mapping[str, Any] | None) -> None:
        """Print the annotations of a verdict document, at the end of the output."""
        self._say(f"::{self._token}::")
        for line in commands(document, self._folder) if document is not None else ():
            self._say(line)


def _in_checkout(root: Path) -> str:
    """Return the path of a folder from the top of the checkout, as GitHub names files."""
    top = os.environ.get("GITHUB_WORKSPACE", "")
    try:
        return str(root.resolve().relative_to(Path(top).resolve())) if top else ""
    except ValueError:  # the suite lies elsewhere
        return ""


def commands(document: Mapping[str, Any], folder: str = "") -> list[str]:
    """Return a command for each cause: an error for what failed, a warning for all else. The suite
    is in this ``folder`` of the checkout.
    """
    causes = document["causes"]
    errors = [_of_cause("error", cause, folder) for cause in causes if _failed(cause)]
    warnings = [_of_cause("warning", cause, folder) for cause in causes if not _failed(cause)]
    if not causes and document["verdict"] != VerdictKind.PASSED:
        title = f"{document['environment']}: {document['verdict']}"
        warnings = [_command("warning", {"title": title}, document["reason"])]
    return errors[:MOST] + warnings[:MOST]


def _failed(cause: Mapping[str, Any]) -> bool:
    return bool(cause["state"] == "failed")


def _of_cause(kind: str, cause: Mapping[str, Any], folder: str) -> str:
    properties: dict[str, str] = {}
    for claim in cause["claims"][:1]:  # a cause of too many retries has none
        file, _, line = claim["place"].rpartition(":")
        title = claim["claim"] or claim["check"]
        properties = {
            "file": str(PurePath(folder, file)) if file else "",
            "line": line,
            "title": title,
        }
    compared = ", ".join(f"{word} {cause[word]}" for word in ("expected", "got") if cause[word])
    accepted = (f"accepted {why}" for why in cause["accepted"])
    message = "; ".join(filter(None, (cause["sentence"], compared, *accepted)))
    return _command(kind, properties, message)


def _command(kind: str, properties: Mapping[str, str], message: str) -> str:
    pairs = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{kind} {pairs}::{_escaped(one_line(message, _WIDEST))}"


def _property(value: str) -> str:
    return _escaped(one_line(value, _WIDEST)).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
