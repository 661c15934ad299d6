"""Where every environment stands: what is live, pushed, verified and known good."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..environment import loader
from ..environment.model import BadEnvironment, Environment
from ..safety.sanitize import one_line
from . import clone, gate, record_store
from .git import GitError, Repository
from .record import DEPLOYED, Record, RecordKind
from .record_store import Records

Row = dict[str, Any]

_LIVE: Final = 30.0  # seconds
_HEADS: Final = ("environment", "live now", "last pushed", "last verified", "last good", "behind")


def environments(names: Sequence[str]) -> list[Environment]:
    """Return the environments of these names; without names, all that have release.repository.

    Raises BadEnvironment.
    """
    folder = loader.root_above(Path.cwd()) / loader.FOLDER
    chosen = names or sorted(path.stem for path in folder.glob("*.toml"))
    loaded = [loader.here(name, secrets=False) for name in chosen]
    return [e for e in loaded if names or (e.release and e.release.repository)]


def rows(environments: Sequence[Environment], *, offline: bool) -> list[Row]:
    """What is known of each of them, as plain data; ``offline`` asks neither them nor git's
    origin.
    """
    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        live = pool.map(lambda each: None if offline else _live(each), environments)
        ledgers = _Ledgers(
            {name for each in environments for name in gate.concerned(each)}, offline
        )
        standing = [_standing(each, ledgers) for each in environments]
        return [{**row, "live": name} for row, name in zip(standing, live, strict=True)]


def table(found: Sequence[Row]) -> str:
    """The same for a person, with what stood in the way below it."""
    cells = [_HEADS, *(_cells(row) for row in found)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    trouble = dict.fromkeys(f"! {each}" for row in found for each in row["trouble"])
    return "\n".join([*(line.rstrip() for line in padded), *trouble])


def _live(environment: Environment) -> str | None:
    """What it serves now, asked in a process of its own: nothing here talks to deployments."""
    command = [sys.executable, "-P", "-m", "knowngood", "live", "--env", str(environment.path)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_LIVE, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return one_line(told.stdout.strip(), 80) or None


@dataclass(slots=True)
class _Ledgers:
    """The records of these environments. Most share one repository, which is fetched and read
    once.
    """

    names: Set[str]
    offline: bool
    known: dict[Path, tuple[Records, str]] = field(default_factory=dict)

    def of(self, repository: Repository) -> tuple[Records, str]:
        """What is there, and why it may not be up to date. Raises GitError."""
        if repository.path not in self.known:
            trouble = "" if self.offline else _trouble_fetching(repository)
            clone.refuse_shallow(repository)
            found = record_store.read(repository, datetime.now(UTC), self.names)
            self.known[repository.path] = found, trouble
        return self.known[repository.path]


def _trouble_fetching(repository: Repository) -> str:
    try:
        clone.fetch(repository)
    except GitError as error:
        return f"not up to date: {error}"
    return ""


def _standing(environment: Environment, ledgers: _Ledgers) -> Row:
    """What is on record of one environment, as plain data."""
    row: Row = {"environment": environment.name, "trouble": []}
    row |= dict.fromkeys(("pushed", "verified", "good", "behind"))
    try:
        repository = clone.opened(environment)
        found, trouble = ledgers.of(repository)
        row["trouble"] += [trouble] if trouble else []
        _fill(row, environment, repository, found)
    except (GitError, BadEnvironment) as error:
        row["trouble"].append(str(error))
    return row


def _fill(row: Row, environment: Environment, repository: Repository, found: Records) -> None:
    mine = gate.concerned(environment)
    bad = [each for each in found.bad if each.environment in mine]
    row["trouble"] += [f"{one_line(each.name, 200)}: {each.why}" for each in bad]
    row["pushed"] = _json(found.pushed(environment.name))
    row["verified"] = _json(found.last(environment.name, RecordKind.VERIFIED))
    row["good"] = _json(found.last_good(environment.name, gate.believed(environment, repository)))
    row["behind"] = _behind(environment, repository, found)


def _behind(environment: Environment, repository: Repository, found: Records) -> int | None:
    """How many commits of what was pushed before it this environment does not have."""
    here = found.pushed(environment.name)
    before = found.pushed(environment.promotes_from or "")
    if here is None or before is None:
        return None
    counted = repository.run("rev-list", "--count", f"{here.commit}..{before.commit}", "--")
    return int(counted)


def _json(found: Record | None) -> Row | None:
    if found is None:
        return None
    return {
        "release": found.release,
        "commit": found.commit,
        "when": found.when.isoformat(),
        "verdict": found.verdict,
        "who": found.who,
        "record": found.name,
    }


def _cells(row: Row) -> tuple[str, ...]:
    pushed, verified, good = row["pushed"], row["verified"], row["good"]
    return (
        row["environment"],
        row["live"] or "-",
        _pushed(pushed) if pushed else "-",
        f"{verified['release']} {verified['verdict']} {verified['when'][:16]}" if verified else "-",
        good["release"] if good else "-",
        "-" if row["behind"] is None else str(row["behind"]),
    )


def _pushed(row: Row) -> str:
    how = "" if row["verdict"] == DEPLOYED else f" {row['verdict']}"
    return f"{row['release']}{how} {row['when'][:16]} {one_line(row['who'], 40)}"
