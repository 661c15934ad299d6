"""Questions to the records: last-good, log, gate and status, as commands."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..content.manifest import BadManifest, read
from ..environment import loader
from ..environment.model import BadEnvironment, Environment
from ..release import clone, gate, record_store
from ..release.git import GitError, Repository
from ..release.record import OVERRIDDEN, Record, at
from ..release.record import RecordKind as Of
from ..release.record_store import RecordNotWritten, Records
from ..safety.sanitize import one_line
from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR, VerdictKind
from . import status
from .console import CommandLine, print_line

YES, NO = 0, 1
HELD: Final = EXIT_CODES[VerdictKind.INCONCLUSIVE]
"""Where the records cannot be read nothing follows from them: not yes, and no reason why not."""


def main(command: str, arguments: Sequence[str]) -> int:
    """Answer ``command``; the exit code."""
    options = _parser(command).parse_args(list(arguments))
    try:
        return int(_COMMANDS[command](options))
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood {command}: error: {error}\n")
        return USAGE_ERROR
    except (GitError, RecordNotWritten) as error:
        sys.stderr.write(f"knowngood {command}: the records cannot be relied on: {error}\n")
        return HELD


def last_good(options: argparse.Namespace) -> int:
    """Print the last known good release of an environment, and nothing else."""
    environment, repository, found = _read(options)
    for bad in found.bad:  # it may be the one that revokes
        if bad.environment == environment.name:
            raise GitError(f"the record {one_line(bad.name, 200)}: {bad.why}")
    good = found.last_good(environment.name, gate.believed(environment, repository))
    if good is None:
        sys.stderr.write(
            f"no known good release on {environment.name}: {_why_none(found, environment.name)}\n"
        )
        return NO
    print_line(good.release)
    return YES


def log(options: argparse.Namespace) -> int:
    """Print what happened on an environment, newest first."""
    environment, _, found = _read(options)
    for each in found.of(environment.name)[: options.count]:
        print_line(_line(each))
    _tell_bad(found, environment.name)
    return YES


def ask_gate(options: argparse.Namespace) -> int:
    """Say whether a release may go to an environment, or each reason why not."""
    environment, repository, found = _read(options)
    question = gate.GateQuestion(
        environment, options.release, _now(), repository, found, content_of(options.manifest)
    )
    return YES if answered(question, options.override, push=options.push) else NO


def content_of(manifest: Path | None) -> str | None:
    """The digest of what was built, where a manifest tells it. Raises BadEnvironment."""
    try:
        return read(manifest).digest if manifest is not None else None
    except BadManifest as error:
        raise BadEnvironment(f"--manifest {error}") from None


def answered(question: gate.GateQuestion, override: str | None, *, push: bool) -> str | None:
    """Say whether it may, with what would go out and every reason why not; the commit if it may.
    ``override`` lets it through, on a record that ``push`` pushes. Raises GitError, NotWritten,
    BadEnvironment.
    """
    answer = question.answer()
    for each in answer.outgoing:
        print_line(str(each))
    for number, reason in enumerate(answer.reasons, 1):
        print_line(f"{number}. {reason.what}\n   → {reason.to_do}")
    name, where, count = (
        one_line(question.release, 80),
        question.environment.name,
        len(answer.reasons),
    )
    if not count:
        print_line(f"{name} may go to {where}")
    elif not override:
        print_line(f"{name} may not go to {where}: {count} reason{'s' if count > 1 else ''}")
        return None
    elif answer.commit is None:
        raise BadEnvironment(f"--override: there is no release {name}")
    else:
        _override(
            question, answer.commit, f"{one_line(override, 600)} (against {count} reasons)", push
        )
    return answer.commit


def _override(question: gate.GateQuestion, commit: str, why: str, push: bool) -> None:
    """Let it through, once that is on record."""
    who, where = record_store.identity(question.repository)
    found = Record(
        kind=Of.OVERRIDDEN,
        environment=question.environment.name,
        release=question.release,
        commit=commit,
        when=_now(),
        verdict=OVERRIDDEN,
        reason=why,
        who=who,
        where=where,
    )
    name = record_store.write(question.repository, found)
    if push:
        record_store.push(question.repository, name)
    print_line(f"let through, on record as {name}")


def _why_none(found: Records, environment: str) -> str:
    passed = [r for r in found.of(environment, Of.VERIFIED) if r.passed]
    if not passed:
        return (
            f"nothing has PASSED there; verify one: knowngood verify --env={environment} --record"
        )
    revoked = found.revoked_by(passed[0])
    if revoked is not None:
        return f"{passed[0].release} PASSED, and FAILED later ({at(revoked.when)})"
    return f"the record {passed[0].name} is of a tag that was moved, or not signed by gate.signers"


def _line(found: Record) -> str:
    why = f"  {one_line(found.reason, 120)}" if found.reason else ""
    return (
        f"{at(found.when)}  {found.kind:11}  {found.release:12}  {found.verdict:12}  "
        f"{one_line(found.who, 60)}{why}"
    )


def show_status(options: argparse.Namespace) -> int:
    """Print where every environment stands."""
    rows = status.rows(_environments(options), offline=options.offline)
    print_line(json.dumps(rows, indent=2) if options.json else status.table(rows))
    return YES


def _tell_bad(found: Records, environment: str) -> None:
    for bad in found.bad:
        if bad.environment == environment:
            sys.stderr.write(f"! {one_line(bad.name, 200)}: {bad.why}\n")


def _read(options: argparse.Namespace) -> tuple[Environment, Repository, Records]:
    """The environment, its repository, and the records there, up to date unless --offline."""
    environment = loader.here(options.env, secrets=False)
    repository = clone.opened(environment)
    clone.bring_up_to_date(repository, offline=options.offline)
    found = record_store.read(repository, _now(), gate.concerned(environment))
    return environment, repository, found


def _environments(options: argparse.Namespace) -> list[Environment]:
    root = loader.root_above(Path.cwd())
    folder = root / loader.FOLDER
    names = options.env or sorted(path.stem for path in folder.glob("*.toml"))
    found = [loader.here(name, secrets=False) for name in names]
    return [e for e in found if options.env or (e.release and e.release.repository)]


def _parser(command: str) -> argparse.ArgumentParser:
    parser = CommandLine(command, _COMMANDS[command].__doc__)
    add = parser.add_argument
    many = command == "status"
    add("--env", required=not many, action="append" if many else "store", metavar="NAME")
    add("--offline", action="store_true", help="do not fetch: by what is known here")
    if command == "gate":
        add("--release", required=True, metavar="TAG")
        add_manifest(parser)
        add("--override", metavar="WHY", help="let it through all the same, on record")
        add("--push", action="store_true", help="push that record")
    if command == "log":
        add("--count", type=_positive, default=50, metavar="N", help="rows (default: %(default)s)")
    if command == "status":
        add("--json", action="store_true", help="for a script")
    return parser


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """The option by which the gate knows what was built."""
    about = "of the build that goes out: it must be the one that PASSED before"
    parser.add_argument("--manifest", type=Path, metavar="FILE", help=about)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _now() -> datetime:
    return datetime.now(UTC)


_COMMANDS: Final = {"last-good": last_good, "log": log, "gate": ask_gate, "status": show_status}
