"""Acting: a release is pushed, verified, and taken back where it fails; or taken back by hand.

Every step is on record before it is taken and when it has ended, so that whoever comes next, after
a process that was killed say, can tell where things stand.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .. import environment_file, redact
from ..commands import CommandLine, say
from ..environment import BadEnvironment, Deploy, Environment
from ..kind import EXIT_CODES, USAGE_ERROR
from ..kind import Kind as Verdict
from ..text import plain
from . import command_output, gate, place, questions, records, ref_lock
from .git import GitError, Repository, is_ref_part
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, Kind, Record, at
from .records import NotWritten, Records
from .ref_lock import Locked

DONE, BAD = 0, 1
INTERRUPTED: Final = EXIT_CODES[Verdict.INTERRUPTED]
HELD: Final = EXIT_CODES[Verdict.INCONCLUSIVE]


@dataclass(slots=True)
class Acting:
    """Puts releases on ``environment``, which has ``deploy``; ``shared`` pushes records, too.

    ``who`` acts, and from where; ``found`` are the records before anything was done.
    """

    environment: Environment
    deploy: Deploy
    repository: Repository
    shared: bool
    who: tuple[str, str]
    found: Records = field(default_factory=lambda: Records(()))

    def push(self, release: str, commit: str, manifest: Path | None = None) -> int:
        """Deploy and verify it, against the manifest of its build if there is one; where it fails
        go back to the last known good one. Exit code.
        """
        code = self._put(Kind.PUSHED, release, commit, manifest)
        if code == DONE:
            say(f"{release} is on {self.environment.name}, and verified")
        elif code == BAD:
            say(f"{release} is bad on {self.environment.name}")
            self._go_back(commit)
        else:
            say(
                f"whether {release} is good could not be told; nothing more was changed. Again: "
                f"knowngood verify --env={self.environment.name} --release={release} --record"
            )
        return code

    def roll_back(self, good: Record) -> int:
        """Put a release back, and verify that it works. A rollback is never rolled back."""
        code = self._put(Kind.ROLLED_BACK, good.release, good.commit)
        where = self.environment.name
        if code == DONE:
            say(f"{where} is back on {good.release}, and verified")
        else:
            say(f"{where} was to go back to {good.release}, and is NOT known to work: look at it")
        return code

    def _go_back(self, bad: str) -> None:
        good = last_good_but(self.environment, self.repository, self.found, bad)
        if good is None:
            say(f"no release is known to be good on {self.environment.name}: it stays as it is")
        else:
            self.roll_back(good)

    def _put(self, kind: Kind, release: str, commit: str, manifest: Path | None = None) -> int:
        """Deploy and verify one release, all of it on record; the exit code of that."""
        try:
            self._note(kind, release, commit, STARTED)
        except (NotWritten, GitError) as error:
            if kind == Kind.PUSHED:  # what cannot be on record is not pushed, but it is taken back
                raise NotWritten(f"nothing was deployed: {error}") from None
            say(str(error))
        deployed = self._run_command(release, commit)
        try:
            self._note(kind, release, commit, DEPLOYED if deployed else NOT_DEPLOYED)
        except (NotWritten, GitError) as error:
            say(str(error))
        return self._verify(release, manifest) if deployed else BAD

    def _run_command(self, release: str, commit: str) -> bool:
        """Whether the command of [deploy] ended well; what it prints is shown."""
        command = self.deploy.filled(release, commit, self.environment.name)
        say(f"deploying: {plain(' '.join(command), 300)}")
        try:
            code = command_output.show(command, self.environment.root, self.deploy.timeout, say)
        except OSError as error:
            say(f"deploy.command cannot be run: {error}")
            return False
        if code != 0:
            how = f"exit code {code}" if code > 0 else f"signal {-code}"
            say(f"deploy.command ended with {how}")
        return code == 0

    def _verify(self, release: str, manifest: Path | None) -> int:
        """The same ``verify`` that everybody uses. Its exit code counts only with the verdict
        that goes with it.
        """
        command = [sys.executable, "-P", "-m", "knowngood", "verify"]
        command += ["--env", str(self.environment.path), "--release", release]
        command += ["--record", *(["--push"] if self.shared else [])]
        command += [f"--manifest={manifest.absolute()}"] if manifest is not None else []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "verdict.json"
            command += ["--verdict-file", str(path)]
            code = subprocess.run(command, cwd=self.environment.root, check=False).returncode
            return code if code > BAD or _says(path, code, release) else HELD

    def _note(self, kind: Kind, release: str, commit: str, how: str) -> None:
        """Write down how far it got. Raises NotWritten."""
        who, where = self.who
        found = Record(
            kind=kind,
            environment=self.environment.name,
            release=release,
            commit=commit,
            when=_now(),
            verdict=how,
            who=who,
            where=where,
        )
        name = records.write(self.repository, found)
        if self.shared:
            try:
                records.push(self.repository, name)
            except NotWritten:
                if how == STARTED and kind == Kind.PUSHED:  # which it will not be
                    self.repository.run("update-ref", "-d", f"refs/tags/{name}")
                raise


def _says(path: Path, code: int, release: str) -> bool:
    """Whether the verdict in a file is of this release, and ends with this code."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return bool(document["exit_code"] == code and document["release"]["expected"] == release)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def main(command: str, arguments: Sequence[str]) -> int:
    """Push or roll back as the command line says; the exit code."""
    options = _parser(command).parse_args(list(arguments))
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, signal.default_int_handler)
    try:
        acting = _acting(options)
        purpose = f"knowngood {command} {' '.join(arguments)}"
        with ref_lock.held(acting.repository, acting.environment.name, purpose):
            acting.found = _records(acting)
            return (_push if command == "push" else _rollback)(acting, options)
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood {command}: error: {error}\n")
        return USAGE_ERROR
    except (GitError, NotWritten, Locked) as error:
        sys.stderr.write(f"knowngood {command}: nothing more was done: {error}\n")
        return HELD
    except KeyboardInterrupt:
        sys.stderr.write(
            f"knowngood {command}: interrupted; how far it got: knowngood log --env={options.env}\n"
        )
        return INTERRUPTED


def _push(acting: Acting, options: argparse.Namespace) -> int:
    found = acting.found
    _tell_unfinished(found.pushed(acting.environment.name))
    question = gate.Question(
        acting.environment,
        options.release,
        _now(),
        acting.repository,
        found,
        questions.content_of(options.manifest),
    )
    commit = questions.answered(question, options.override, push=acting.shared)
    return BAD if commit is None else acting.push(options.release, commit, options.manifest)


def _rollback(acting: Acting, options: argparse.Namespace) -> int:
    found, name = acting.found, acting.environment.name
    live = found.there(name)
    _tell_unfinished(found.pushed(name))
    good = last_good_but(acting.environment, acting.repository, found, live.commit if live else "")
    if good is None:
        say(f"no release other than the one that is there is known to be good on {name}")
        return BAD
    is_now = f"{live.release} ({live.verdict}, {at(live.when)})" if live else "not known"
    say(f"on {name} is, by the records: {is_now}")
    say(f"it goes back to {good.release}, {good.commit[:12]}, which PASSED on {at(good.when)}")
    if not options.yes and not _agreed():
        say("nothing was changed")
        return HELD
    return acting.roll_back(good)


def _tell_unfinished(last: Record | None) -> None:
    """A process that was killed leaves its first record alone."""
    if last is not None and last.verdict == STARTED:
        say(
            f"the {'push' if last.kind == Kind.PUSHED else 'rollback'} of {last.release} by "
            f"{plain(last.who, 80)} on {at(last.when)} did not end: it may be there, or half of it"
        )


def last_good_but(
    environment: Environment, repository: Repository, found: Records, commit: str
) -> Record | None:
    """The last known good release that is another commit than this one, and of which no record
    is damaged: that may be the one that revokes it.
    """
    trusted = gate.believed(environment, repository)
    damaged = {bad.name.split("/")[2] for bad in found.bad if bad.name.count("/") > 2}

    def counts(each: Record) -> bool:
        return each.commit != commit and each.release not in damaged and trusted(each)

    return found.last_good(environment.name, counts)


def _acting(options: argparse.Namespace) -> Acting:
    environment = environment_file.here(options.env)
    if environment.deploy is None:
        raise BadEnvironment(
            f"{environment.path}: needs [deploy] with command, which puts a release there"
        )
    release = getattr(options, "release", None)
    if release is not None and not is_ref_part(release):
        raise BadEnvironment(f"--release {plain(release, 80)!r}: no release has such a name")
    redact.hide(environment.secrets.values())
    repository = place.opened(environment)
    who = records.identity(repository)
    return Acting(environment, environment.deploy, repository, repository.has_origin, who)


def _records(acting: Acting) -> Records:
    """What there is behind the lock: nobody else pushes from here on."""
    repository = place.up_to_date(acting.environment)
    return records.read(repository, _now(), gate.concerned(acting.environment))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise BadEnvironment("not on a terminal: --yes says that it may go on")
    try:
        return input("type yes to go on: ").strip() == "yes"
    except EOFError:
        return False


def _now() -> datetime:
    return datetime.now(UTC)


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
        questions.add_manifest(parser)
        add("--override", metavar="WHY", help="in spite of the gate, on record")
    else:
        add("--yes", action="store_true", help="do not ask")
    return parser
