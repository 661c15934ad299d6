"""The command of [deploy] in a rehearsal: a commit is laid out beside the others, a link flipped.

``python -m knowngood.drill.sandbox_deploy PLACE REPOSITORY DOCUMENT SHAPE FIELD RELEASE COMMIT``;
DOCUMENT is the path of the version document below the site, SHAPE and FIELD are those of [release].
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

LIVE: Final = "live"
"""The link in a place that leads to what is served."""


def main(words: Sequence[str]) -> int:
    """Deploy as the words say; the exit code."""
    place, repository, document, shape, field, release, commit = words
    built = Path(place) / "releases" / release
    if not built.is_dir():
        aside = built.with_name(f"{release}.new")
        shutil.rmtree(aside, ignore_errors=True)  # half of it, by somebody who was killed
        aside.mkdir(parents=True)
        _lay_out(Path(repository), commit, aside)
        there = aside / document
        there.parent.mkdir(parents=True, exist_ok=True)
        if shape == "text":
            there.write_text(f"{release}\n", "utf-8")
        else:
            _say_version(there, {field: release, "commit": commit})
        aside.rename(built)
    flip(Path(place), built)
    print(f"{place} serves {release} now")  # noqa: T201 - it is a command
    return 0


def flip(place: Path, built: Path) -> None:
    """Let the link of a place lead to ``built``: at once, so that no request sees neither."""
    aside = place / f"{LIVE}.new"
    aside.unlink(missing_ok=True)
    aside.symlink_to(built)
    aside.replace(place / LIVE)


def _say_version(path: Path, version: Mapping[str, str]) -> None:
    """Write the version document; what the site itself says there beside it stands."""
    said = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**said, **version}), "utf-8")


def _lay_out(repository: Path, commit: str, folder: Path) -> None:
    archive = folder.with_name(f"{folder.name}.tar")
    git = ["git", "-C", str(repository), "archive", f"--output={archive}", commit]
    subprocess.run(git, check=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    archive.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
