"""The deploy command of a sandbox: unpack a commit into a folder of its own and flip a link to it.

``python sandbox_deploy.py PLACE REPOSITORY DOCUMENT SHAPE FIELD RELEASE COMMIT``: DOCUMENT is the
path of the version document below the site; SHAPE and FIELD are those of [release].
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LIVE: Final = "live"
"""The link in a place that leads to what is served."""

PAUSE: Final = "pause"
"""A file in a place. While it is there a deployment waits with all done but the flip, and the file
has the number of its process."""


def main(words: Sequence[str]) -> int:
    """Deploy as the words of the command line say; return the exit code."""
    place, repository, document, shape, field, release, commit = words
    folder = Path(place) / "releases" / release
    if not folder.is_dir():
        folder.mkdir(parents=True)
        _unpack(Path(repository), commit, folder)
        path = folder / document
        path.parent.mkdir(parents=True, exist_ok=True)
        if shape == "text":
            path.write_text(f"{release}\n", "utf-8")
        else:
            _write_version(path, field, release, commit)
    _wait_while_paused(Path(place) / PAUSE)
    flip(Path(place), folder)
    print(f"{place} serves {release} now")  # noqa: T201 - it is a command
    return 0


def _wait_while_paused(pause: Path) -> None:
    if pause.exists():
        pause.write_text(str(os.getpid()), "ascii")
    while pause.exists():
        time.sleep(0.05)


def flip(place: Path, folder: Path) -> None:
    """Let the link of ``place`` lead to ``folder``, atomically: no request finds no site."""
    link = place / f"{LIVE}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    link.replace(place / LIVE)


def _write_version(path: Path, field: str, release: str, commit: str) -> None:
    """Write the version document, ``field`` with dots between its keys; other fields that the site
    has there stay.
    """
    document = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    *parents, last = field.split(".")
    table = document
    for key in parents:
        table = table.setdefault(key, {})
    table[last] = release
    path.write_text(json.dumps({**document, "commit": commit}), "utf-8")


def _unpack(repository: Path, commit: str, folder: Path) -> None:
    archive = folder.with_name(f"{folder.name}.tar")
    git = ["git", "-C", str(repository), "archive", f"--output={archive}", commit]
    subprocess.run(git, check=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    archive.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
