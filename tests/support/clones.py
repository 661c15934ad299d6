"""A git repository, and whoever works in it, for tests of what git runs."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowngood.cli import main
from knowngood.release import record_store
from knowngood.release.git import Repository
from knowngood.release.record import Record, RecordKind

COMMAND = [sys.executable, "-m", "knowngood", "hooks"]


ENDED = {
    RecordKind.VERIFIED: "PASSED",
    RecordKind.PUSHED: "DEPLOYED",
    RecordKind.ROLLED_BACK: "DEPLOYED",
    RecordKind.OVERRIDDEN: "OVERRIDDEN",
    RecordKind.APPROVED: "APPROVED",
}


@dataclass(frozen=True)
class Clone:
    """A repository, bare or not."""

    path: Path

    def run(
        self,
        *command: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run any command here; what it says is decoded whatever it is."""
        done = subprocess.run(
            command,
            cwd=self.path,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=400,
            check=False,
        )
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        return subprocess.CompletedProcess(command, done.returncode, out, err)

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        """What git prints; it must succeed."""
        done = self.run("git", *arguments, stdin=stdin)
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def put(self, *refs: str) -> None:
        """Push these refs to the origin, past the hooks of both sides."""
        past = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"
        self.git("push", "-q", "--no-verify", past, "origin", *refs)

    def refused(self, *arguments: str) -> str:
        """What git says as it does not do it."""
        done = self.run("git", *arguments)
        assert done.returncode != 0, f"git {' '.join(arguments)} went through: {done.stderr}"
        return done.stderr

    def hooks(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`knowngood hooks ARGUMENTS` here, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with chdir(self.path), redirect_stdout(out), redirect_stderr(err):
            code = main.run(["hooks", *arguments])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def commit(self, message: str, *options: str) -> str:
        """A commit without hooks, like no other; its full name."""
        unlike = f"No. {uuid.uuid4().hex}"
        message = f"{message}\n\n{unlike}"
        self.git("commit", "-q", "--no-verify", "--allow-empty", *options, "-m", message)
        return self.git("rev-parse", "HEAD")

    def record(self, kind: str, release: str, environment: str = "stage", **more: Any) -> str:
        """A record of HEAD, written as knowngood writes it; its ref. It ended well unless ``more``
        says otherwise.
        """
        found = Record(
            kind=RecordKind(kind),
            environment=environment,
            release=release,
            commit=self.git("rev-parse", "HEAD"),
            **{"when": datetime.now(UTC), "verdict": ENDED[RecordKind(kind)], **more},
        )
        return f"refs/tags/{record_store.write(Repository(self.path), found)}"

    def tag(self, name: str, message: str, *options: str) -> str:
        """An annotated tag on HEAD, or where the options say; its ref."""
        self.git("tag", "-a", "-m", message, name, *options)
        return f"refs/tags/{name}"
