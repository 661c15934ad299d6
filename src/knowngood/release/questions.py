"""Questions to the records: last-good, log, gate and status, as commands."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from .. import environment_file
from ..environment import BadEnvironment, Environment
from ..kind import EXIT_CODES, Kind
from ..text import plain
from . import gate, place, records
from .git import GitError, Repository
from .record import DEPLOYED, OVERRIDDEN, Record
from .record import Kind as Of
from .records import NotWritten, Records

YES, NO, USAGE_ERROR = 0, 1, 4
_LIVE: Final = 30.0  # seconds
HELD: Final = EXIT_CODES[Kind.INCONCLUSIVE]
"""Where the records cannot be read nothing follows from them: not yes, and no reason why not."""


def main(command: str, arguments: Sequence[str]) -> int:
    """Answer ``command``; the exit code."""
    options = _parser(command).parse_args(list(arguments))
    try:
        return int(_COMMANDS[command](options))
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood {command}: error: {error}\n")
        return USAGE_ERROR
    except (GitError, NotWritten) as error:
        sys.stderr.write(f"knowngood {command}: the records cannot be relied on: {error}\n")
        return HELD


def last_good(options: argparse.Namespace) -> int:
    """Print the last known good release of an environment, and nothing else."""
    environment, repository, found = _read(options)
    for bad in found.bad:  # it may be the one that revokes
        if bad.environment == environment.name:
            raise GitError(f"the record {plain(bad.name, 200)}: {bad.why}")
    good = _last_good(environment, repository, found)
    if good is None:
        sys.stderr.write(
            f"no known good release on {environment.name}: {_why_none(found, environment.name)}\n"
        )
        return NO
    _write(f"{good.release}\n")
    return YES


def log(options: argparse.Namespace) -> int:
    """Print what happened on an environment, newest first."""
    environment, _, found = _read(options)
    for each in found.of(environment.name)[: options.count]:
        _write(f"{_line(each)}\n")
    _tell_bad(found, environment.name)
    return YES


def ask_gate(options: argparse.Namespace) -> int:
    """Say whether a release may go to an environment, or each reason why not."""
    environment, repository, found = _read(options)
    question = gate.Question(environment, options.release, _now(), repository, found)
    return YES if answer(question, options.override, push=options.push) else NO


def answer(question: gate.Question, override: str | None, *, push: bool) -> bool:
    """Say whether it may, with what would go out and every reason why not; ``override`` lets it
    through, on a record that ``push`` pushes. Raises GitError, NotWritten, BadEnvironment.
    """
    reasons = question.reasons()
    for each in question.outgoing():
        _write(f"{each}\n")
    for number, reason in enumerate(reasons, 1):
        _write(f"{number}. {reason.what}\n   → {reason.to_do}\n")
    name, where = plain(question.release, 80), question.environment.name
    if not reasons:
        _write(f"{name} may go to {where}\n")
    elif override:
        _override(question, override, len(reasons), push)
    else:
        count = f"{len(reasons)} reason{'s' if len(reasons) > 1 else ''}"
        _write(f"{name} may not go to {where}: {count}\n")
    return bool(override) or not reasons


def _override(question: gate.Question, why: str, count: int, push: bool) -> None:
    """Let it through, once that is on record."""
    commit = question.commit()
    if commit is None:
        raise BadEnvironment(f"--override: there is no release {plain(question.release, 80)}")
    who, where = records.identity(question.repository)
    found = Record(
        kind=Of.OVERRIDDEN,
        environment=question.environment.name,
        release=question.release,
        commit=commit,
        when=_now(),
        verdict=OVERRIDDEN,
        reason=f"{plain(why, 600)} (against {count} reasons)",
        who=who,
        where=where,
    )
    name = records.write(question.repository, found, place.cache() / "records")
    if push:
        records.push(question.repository, [name])
    _write(f"let through, on record as {name}\n")


def status(options: argparse.Namespace) -> int:
    """Print where every environment stands."""
    environments = _environments(options)
    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        live = pool.map(lambda each: None if options.offline else _live(each), environments)
        rows = [_standing(each, options.offline) for each in environments]
        rows = [{**row, "live": name} for row, name in zip(rows, live, strict=True)]
    if options.json:
        _write(json.dumps(rows, indent=2) + "\n")
        return YES
    heads = ("environment", "live now", "last pushed", "last verified", "last good", "behind")
    cells = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        _write("  ".join(padded).rstrip() + "\n")
    for trouble in dict.fromkeys(t for row in rows for t in row["trouble"]):
        _write(f"! {trouble}\n")
    return YES


def _live(environment: Environment) -> str | None:
    """What it serves now, asked in a process of its own: nothing here talks to deployments."""
    command = [sys.executable, "-P", "-m", "knowngood", "live", "--env", str(environment.path)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_LIVE, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return plain(told.stdout.strip(), 80) or None


def _standing(environment: Environment, offline: bool) -> dict[str, Any]:
    """What is known of one environment, as plain data."""
    row: dict[str, Any] = {"environment": environment.name, "live": None, "trouble": []}
    row |= dict.fromkeys(("pushed", "verified", "good", "behind"))
    try:
        repository = place.opened(environment)
        if not offline:
            _try_fetch(repository, row)
        place.refuse_shallow(repository)
        found = records.read(repository, _now(), concerned(environment))
        _fill(row, environment, repository, found)
    except (GitError, BadEnvironment) as error:
        row["trouble"].append(str(error))
    return row


def _fill(
    row: dict[str, Any], environment: Environment, repository: Repository, found: Records
) -> None:
    row["trouble"] += [f"{plain(bad.name, 200)}: {bad.why}" for bad in found.bad]
    row["pushed"] = _json(found.pushed(environment.name))
    row["verified"] = _json(found.last(environment.name, Of.VERIFIED))
    row["good"] = _json(_last_good(environment, repository, found))
    row["behind"] = _behind(environment, repository, found)


def _try_fetch(repository: Repository, row: dict[str, Any]) -> None:
    try:
        place.fetch(repository)
    except GitError as error:
        row["trouble"].append(f"not up to date: {error}")


def _behind(environment: Environment, repository: Repository, found: Records) -> int | None:
    """How many commits of what was pushed before it this environment does not have."""
    here = found.pushed(environment.name)
    before = found.pushed(environment.promotes_from or "")
    if here is None or before is None:
        return None
    counted = repository.run("rev-list", "--count", f"{here.commit}..{before.commit}", "--")
    return int(counted)


def _last_good(environment: Environment, repository: Repository, found: Records) -> Record | None:
    return found.last_good(environment.name, gate.believed(environment, repository))


def _why_none(found: Records, environment: str) -> str:
    passed = [r for r in found.of(environment, Of.VERIFIED) if r.passed]
    if not passed:
        return (
            f"nothing has PASSED there; verify one: knowngood verify --env={environment} --record"
        )
    revoked = found.revoked_by(passed[0])
    if revoked is not None:
        return f"{passed[0].release} PASSED, and FAILED later ({_at(revoked.when)})"
    return f"the record {passed[0].name} is of a tag that was moved, or not signed by gate.signers"


def _json(found: Record | None) -> dict[str, Any] | None:
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


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    pushed, verified, good = row["pushed"], row["verified"], row["good"]
    return (
        row["environment"],
        row["live"] or "-",
        _pushed(pushed) if pushed else "-",
        f"{verified['release']} {verified['verdict']} {verified['when'][:16]}" if verified else "-",
        good["release"] if good else "-",
        "-" if row["behind"] is None else str(row["behind"]),
    )


def _pushed(row: dict[str, Any]) -> str:
    how = "" if row["verdict"] == DEPLOYED else f" {row['verdict']}"
    return f"{row['release']}{how} {row['when'][:16]} {plain(row['who'], 40)}"


def _line(found: Record) -> str:
    why = f"  {plain(found.reason, 120)}" if found.reason else ""
    return (
        f"{_at(found.when)}  {found.kind:11}  {found.release:12}  {found.verdict:12}  "
        f"{plain(found.who, 60)}{why}"
    )


def _tell_bad(found: Records, environment: str) -> None:
    for bad in found.bad:
        if bad.environment == environment:
            sys.stderr.write(f"! {plain(bad.name, 200)}: {bad.why}\n")


def _read(options: argparse.Namespace) -> tuple[Environment, Repository, Records]:
    """The environment, its repository, and the records there, up to date unless --offline."""
    environment = environment_file.load(options.env, environment_file.root_above(Path.cwd()))
    repository = place.opened(environment)
    if not options.offline:
        place.fetch(repository)
    place.refuse_shallow(repository)
    found = records.read(repository, _now(), concerned(environment))
    return environment, repository, found


def concerned(environment: Environment) -> set[str]:
    """The environments, and the like, by whose records it is judged."""
    names = {environment.name, environment.promotes_from, *environment.gate.requires}
    return {name for name in names if name is not None}


def _environments(options: argparse.Namespace) -> list[Environment]:
    root = environment_file.root_above(Path.cwd())
    folder = root / environment_file.FOLDER
    names = options.env or sorted(path.stem for path in folder.glob("*.toml"))
    found = [environment_file.load(name, root) for name in names]
    return [e for e in found if options.env or (e.release and e.release.repository)]


class CommandLine(argparse.ArgumentParser):
    """A mistake ends with pytest's exit code for one: 2 would say that somebody interrupted."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """As argparse has it, but for the code."""
        super().exit(USAGE_ERROR if status else 0, message)


def _parser(command: str) -> argparse.ArgumentParser:
    parser = CommandLine(
        prog=f"knowngood {command}", description=_COMMANDS[command].__doc__, allow_abbrev=False
    )
    add = parser.add_argument
    many = command == "status"
    add("--env", required=not many, action="append" if many else "store", metavar="NAME")
    add("--offline", action="store_true", help="do not fetch: by what is known here")
    if command == "gate":
        add("--release", required=True, metavar="TAG")
        add("--override", metavar="WHY", help="let it through all the same, on record")
        add("--push", action="store_true", help="push that record")
    if command == "log":
        add("--count", type=_positive, default=50, metavar="N", help="rows (default: %(default)s)")
    if command == "status":
        add("--json", action="store_true", help="for a script")
    return parser


def _write(text: str) -> None:
    """Whoever reads it may go away (``| head``): the answer is in the exit code, too."""
    with suppress(OSError, ValueError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _now() -> datetime:
    return datetime.now(UTC)


def _at(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


_COMMANDS: Final = {"last-good": last_good, "log": log, "gate": ask_gate, "status": status}
COMMANDS: Final = frozenset(_COMMANDS)
