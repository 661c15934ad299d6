"""A repository with many records, and how long the commands that ask them take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from knowngood.release.record import DEPLOYED, Record, RecordKind

from .errors import BenchmarkError
from .process import Usage, measure, require

COMMANDS: Final = {
    "status": ("status", "--offline"),
    "gate": ("gate", "--env=prod", "--release=v200", "--offline"),
    "last-good": ("last-good", "--env=prod", "--offline"),
    "log": ("log", "--env=prod", "--count=10", "--offline"),
}
_RELEASES: Final = 200
_WITHIN: Final = 300.0  # seconds
_ENVIRONMENT: Final = """\
description = "{name}"
{before}
[origins]
content = "http://{name}.invalid"
[release]
url = "content:/__version__"
repository = "../site"
[gate]
no_change = []
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A suite with dev, stage and prod, and the repository beside it.

    Attributes:
        suite: its folder.
        bytecode: the folder that Python keeps bytecode in. pip leaves an installed package with
            it; to compile every module again, as PYTHONDONTWRITEBYTECODE has it, takes 0.2 s.
    """

    suite: Path
    bytecode: Path

    def ask(self, name: str) -> Usage:
        """Run one of COMMANDS, without a fetch. Raises BenchmarkError unless it says yes."""
        python = [sys.executable, "-E", "-X", f"pycache_prefix={self.bytecode}"]
        command = [*python, "-m", "knowngood", *COMMANDS[name]]
        return require(measure(command, self.suite, _WITHIN), f"knowngood {name}")

    def compile(self) -> None:
        """Run each command once, so that all of them have their bytecode."""
        for name in COMMANDS:
            self.ask(name)


@contextmanager
def written(count: int) -> Iterator[Ledger]:
    """A repository with ``count`` records, in tags that are packed: as a clone has them."""
    with TemporaryDirectory(prefix="knowngood-benchmark-") as folder:
        suite, site = Path(folder) / "suite", Path(folder) / "site"
        (suite / "environments").mkdir(parents=True)
        site.mkdir()
        for name, before in (("dev", ""), ("stage", "dev"), ("prod", "stage")):
            text = _ENVIRONMENT.format(
                name=name, before=f'promotes_from = "{before}"' if before else ""
            )
            (suite / "environments" / f"{name}.toml").write_text(text, "utf-8")
        _git(site, "init", "--quiet", "--initial-branch=release")
        _git(site, "fast-import", "--quiet", stdin="".join(_commits()))
        commits = _git(site, "rev-list", "--reverse", "release").split()
        _git(site, "fast-import", "--quiet", stdin="".join(_tags(commits, count)))
        _git(site, "pack-refs", "--all")
        yield Ledger(suite, Path(folder) / "bytecode")


def _commits() -> Iterator[str]:
    """Releases v1, v2, … in the words of git-fast-import, each a commit of its own."""
    person = "Ann <ann@example.org> 1700000000 +0000"
    for number in range(1, _RELEASES + 1):
        message = f"Make v{number} r=bob"
        yield (
            f"commit refs/heads/release\nmark :{number}\ncommitter {person}\n"
            f"data {len(message)}\n{message}\n"
            f"tag v{number}\nfrom :{number}\ntagger {person}\ndata 1\nv\n"
        )


def _tags(commits: list[str], count: int) -> Iterator[str]:
    """The records, newest first: of the last release on every environment, of the one before."""
    now = datetime.now(UTC)
    # Fifteen records have each kind on each environment, so that the last release may go out.
    per_release = max(15, -(-count // _RELEASES))
    for number in range(count):
        release = _RELEASES - 1 - number // per_release
        record = _record(f"v{release + 1}", commits[release], now - timedelta(minutes=1 + number))
        text = record.message()
        yield (
            f"tag {record.name}\nfrom {record.commit}\n"
            f"tagger Ann <ann@example.org> {int(record.when.timestamp())} +0000\n"
            f"data {len(text.encode())}\n{text}\n"
        )


def _record(release: str, commit: str, when: datetime) -> Record:
    """One of the size that FHR's have: four of five are verifications, of 44 checks."""
    minute = int(when.timestamp()) // 60
    environment = ("dev", "stage", "prod")[minute % 3]
    who = "Ann <ann@example.org>"
    if minute % 5 == 0:
        return Record(RecordKind.PUSHED, environment, release, commit, when, DEPLOYED, who=who)
    return Record(
        RecordKind.VERIFIED,
        environment,
        release,
        commit,
        when,
        "PASSED",
        reason="every required check ran and held",
        run="0123456789ab",
        content="ab" * 32,
        attempts=9532,
        tests={"passed": tuple(f"test_pages.py::test_what_a_page_has_{n}" for n in range(44))},
        inputs={f"smoketests/schemas/kind_{n}.schema.json": "cd" * 32 for n in range(8)},
        who=who,
        where="build-7",
    )


def _git(site: Path, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", str(site), *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_WITHIN,
        env={k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"git {words[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout
