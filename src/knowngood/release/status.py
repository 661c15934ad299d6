"""Where every environment stands: what is live, pushed, verified and known good."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..environment import FOLDER, BadEnvironment, Environment, load_here, root_above
from ..safety import one_line
from . import clone, records, unpushed
from .git import GitError, Repository
from .record import DEPLOYED, Record, RecordKind
from .records import Records
from .trust import relevant_environments, trusted_records

Row = dict[str, Any]
_Read = Callable[[Repository], tuple[Records, str]]

_LIVE: Final = 30.0  # seconds
_HEADS: Final = ("environment", "live now", "last pushed", "last verified", "last good", "behind")


def environments(names: Sequence[str]) -> list[Environment]:
    """Return the environments of these names; without names, all that have release.repository.

    Raises BadEnvironment, also where there is none: an empty table would look like an answer.
    """
    folder = root_above(Path.cwd()) / FOLDER
    chosen = names or sorted(path.stem for path in folder.glob("*.toml"))
    loaded = [load_here(name, secrets=False) for name in chosen]
    recorded = [e for e in loaded if names or (e.release and e.release.repository)]
    if not recorded:
        raise BadEnvironment(
            f"{folder} has no environment with release.repository, where records are kept; add it "
            "to one, or run this in the suite's folder"
        )
    return recorded


def rows(environments: Sequence[Environment], *, offline: bool) -> list[Row]:
    """Return what is known of each of them, as plain data; ``offline`` asks neither them nor git's
    origin.
    """
    names = {name for e in environments for name in relevant_environments(e)}

    @cache
    def read(repository: Repository) -> tuple[Records, str]:
        """Return its records, and why they may not be up to date. Most share one repository."""
        trouble, unfetched = ("", {}) if offline else _fetched(repository)
        clone.refuse_shallow(repository)
        return records.read(repository, datetime.now(UTC), names, unfetched), trouble

    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        live = pool.map(lambda e: None if offline else _live(e), environments)
        recorded = [_recorded(environment, read) for environment in environments]
        return [{**row, "live": release} for row, release in zip(recorded, live, strict=True)]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table for a person, with the errors below it."""
    cells = [_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    trouble = dict.fromkeys(f"! {line}" for row in rows for line in row["trouble"])
    return "\n".join([*(line.rstrip() for line in padded), *trouble])


def _live(environment: Environment) -> str | None:
    """Return what it serves now. A process of its own asks: the release side loads no client."""
    command = [sys.executable, "-P", "-m", "knowngood", "live", "--env", str(environment.path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIVE, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return one_line(done.stdout.strip(), 80) or None


def _fetched(repository: Repository) -> tuple[str, Mapping[str, str]]:
    """Fetch; return why that failed, and the tags that alone could not be fetched, with why."""
    try:
        unfetched = clone.fetch(repository)
    except GitError as error:
        return f"not up to date: {error}", {}
    return "; ".join(f"the tag {tag}: {why}" for tag, why in unfetched.items()), unfetched


def _recorded(environment: Environment, read: _Read) -> Row:
    """Return what is on record of one environment, as plain data."""
    row: Row = {"environment": environment.name, "trouble": []}
    row |= dict.fromkeys(("pushed", "verified", "good", "behind"))
    try:
        repository = clone.opened(environment)
        records, trouble = read(repository)
        row["trouble"] += [trouble] if trouble else []
        _fill(row, environment, repository, records)
    except (GitError, BadEnvironment) as error:
        row["trouble"].append(str(error))
    return row


def _fill(row: Row, environment: Environment, repository: Repository, records: Records) -> None:
    mine = relevant_environments(environment)
    row["pushed"] = _json(records.pushed(environment.name))
    row["verified"] = _json(records.last(environment.name, RecordKind.VERIFIED))
    row["good"] = _json(
        records.last_good(environment.name, trusted_records(environment, repository))
    )
    row["behind"] = _behind(environment, repository, records)
    row["trouble"] += [str(bad) for bad in records.bad if bad.environment in mine]
    row["trouble"] += unpushed.warning(repository)


def _behind(environment: Environment, repository: Repository, records: Records) -> int | None:
    """Return how many commits the environment lacks of the one that it promotes from."""
    here = records.pushed(environment.name)
    before = records.pushed(environment.promotes_from or "")
    if here is None or before is None:
        return None
    counted = repository.run("rev-list", "--count", f"{here.commit}..{before.commit}", "--")
    return int(counted)


def _json(record: Record | None) -> Row | None:
    if record is None:
        return None
    return {
        "release": record.release,
        "commit": record.commit,
        "when": record.when.isoformat(),
        "verdict": record.verdict,
        "who": record.who,
        "record": record.name,
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
