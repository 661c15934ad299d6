"""The commands that change something: push and rollback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ..environment import loader
from ..environment.model import BadEnvironment, DeployCommand, Environment
from ..release import clone, gate, push_lock, record_store
from ..release.git import GitError, Repository, is_ref_part
from ..release.push_lock import PushLocked
from ..release.record import DEPLOYED, NOT_DEPLOYED, STARTED, Record, RecordKind, at
from ..release.record_store import RecordNotWritten
from ..release.rollout import BAD, HELD, Rollout
from ..safety import redact
from ..safety.sanitize import one_line
from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR
from ..verdict.exit_codes import VerdictKind as Verdict
from . import gate_log
from .console import CommandLine, interruptible, print_line

INTERRUPTED: Final = EXIT_CODES[Verdict.INTERRUPTED]


def main(command: str, arguments: Sequence[str]) -> int:
    """Push or roll back as the command line says; the exit code."""
    options = _parser(command).parse_args(list(arguments))
    interruptible()
    try:
        environment, deploy = _environment(options)
        repository = clone.opened(environment)
        purpose = f"knowngood {command} {' '.join(arguments)}"
        with push_lock.held(repository, environment.name, purpose):
            clone.bring_up_to_date(repository)  # behind the lock nobody else changes anything
            rollout = _rollout(environment, deploy, repository)
            return (_push if command == "push" else _rollback)(rollout, options)
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood {command}: error: {error}\n")
        return USAGE_ERROR
    except (GitError, RecordNotWritten, PushLocked) as error:
        sys.stderr.write(f"knowngood {command}: nothing more was done: {error}\n")
        return HELD
    except KeyboardInterrupt:
        sys.stderr.write(
            f"knowngood {command}: interrupted; how far it got: knowngood log --env={options.env}\n"
        )
        return INTERRUPTED


def _push(rollout: Rollout, options: argparse.Namespace) -> int:
    found = rollout.found
    _tell_unfinished(found.unverified(rollout.environment.name))
    question = gate.GateQuestion(
        rollout.environment,
        options.release,
        datetime.now(UTC),
        rollout.repository,
        found,
        gate_log.content_of(options.manifest),
    )
    commit = gate_log.answered(question, options.override, push=rollout.shared)
    return BAD if commit is None else rollout.push(options.release, commit, options.manifest)


def _rollback(rollout: Rollout, options: argparse.Namespace) -> int:
    found, name = rollout.found, rollout.environment.name
    live = found.there(name)
    _tell_unfinished(found.unverified(name))
    good = rollout.last_good(but=live.commit if live else "")
    if good is None:
        print_line(f"no release other than the one that is there is known to be good on {name}")
        return BAD
    is_now = f"{live.release} ({live.verdict}, {at(live.when)})" if live else "not known"
    print_line(f"on {name} is, by the records: {is_now}")
    print_line(
        f"it goes back to {good.release}, {good.commit[:12]}, which PASSED on {at(good.when)}"
    )
    if not options.yes and not _agreed():
        print_line("nothing was changed")
        return HELD
    return rollout.roll_back(good)


_UNFINISHED: Final = {
    STARTED: "did not end: it may be there, or half of it",
    NOT_DEPLOYED: "ended badly: it may be there, or half of it",
    DEPLOYED: "was not verified: it is there, and may be bad",
}


def _tell_unfinished(last: Record | None) -> None:
    """A process that was killed leaves what it did before without what comes after it."""
    if last is not None:
        print_line(
            f"the {'push' if last.kind == RecordKind.PUSHED else 'rollback'} of {last.release} by "
            f"{one_line(last.who, 80)} on {at(last.when)} {_UNFINISHED[last.verdict]}"
        )


def _environment(options: argparse.Namespace) -> tuple[Environment, DeployCommand]:
    environment = loader.here(options.env)
    if environment.deploy is None:
        raise BadEnvironment(
            f"{environment.path}: needs [deploy] with command, which puts a release there"
        )
    release = getattr(options, "release", None)
    if release is not None and not is_ref_part(release):
        raise BadEnvironment(f"--release {one_line(release, 80)!r}: no release has such a name")
    redact.hide_secrets(environment.secrets.values())
    return environment, environment.deploy


def _rollout(environment: Environment, deploy: DeployCommand, repository: Repository) -> Rollout:
    return Rollout(
        environment,
        deploy,
        repository,
        shared=repository.has_origin,
        who=record_store.identity(repository),
        found=record_store.read(repository, datetime.now(UTC), gate.concerned(environment)),
    )


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise BadEnvironment("not on a terminal: --yes says that it may go on")
    try:
        return input("type yes to go on: ").strip() == "yes"
    except EOFError:
        return False


def _parser(command: str) -> argparse.ArgumentParser:
    what = {
        "push": "Gate, deploy and verify a release; where it fails, go back to the last good one.",
        "rollback": "Go back to the last known good release, and verify that it works.",
    }
    codes = "Exit code: 0 done and verified, 1 bad or refused, 4 usage error, 75 hold."
    parser = CommandLine(command, f"{what[command]} {codes}")
    add = parser.add_argument
    add("--env", required=True, metavar="NAME")
    if command == "push":
        add("--release", required=True, metavar="TAG")
        gate_log.add_manifest(parser)
        add("--override", metavar="WHY", help="in spite of the gate, on record")
    else:
        add("--yes", action="store_true", help="do not ask")
    return parser
