"""What the tests of the release side share beside fixtures: git as a person uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowngood.release.record import Record
from knowngood.release.records import Records

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
DIGEST = "ab" * 32
Note = Callable[..., Record]


def needed(program: str, package: str) -> None:
    """Where ``program`` is missing a laptop skips, and CI fails."""
    if shutil.which(program) is None:
        message = f"needs {program}: apt-get install {package}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)


def git(path: Path, *arguments: str, stdin: str | None = None) -> str:
    """What git prints there."""
    done = subprocess.run(
        ["git", "-C", str(path), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
    )
    return done.stdout


def cpu_seconds() -> float:
    """Seconds of CPU that this process and its children have had: what a busy machine does not
    change.
    """
    return sum(os.times()[:4])


def all_read(made: Records) -> Records:
    """The same records, after each was read."""
    assert all_of(made) is not None
    return made


def all_of(made: Records) -> list[Record]:
    """All records of the environments of these tests, newest first."""
    every = [record for name in ("ci", "stage", "prod") for record in made.of(name)]
    return sorted(every, key=lambda record: record.when, reverse=True)


def commit(path: Path, message: str = "Change it r=bob") -> str:
    """One more commit; its digest."""
    (path / "file").write_text(f"{message}\n{os.urandom(4).hex()}")
    git(path, "add", "-A")
    git(path, "commit", "--quiet", "-m", message)
    return git(path, "rev-parse", "HEAD").strip()
