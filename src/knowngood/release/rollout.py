"""A rollout: a release is deployed, verified, and taken back where it fails.

Every step is on record before it is taken and when it has ended, so that whoever comes next, after
a process that was killed say, can tell where things stand.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..cli.console import print_line
from ..environment.model import DeployCommand, Environment
from ..safety import process_group
from ..safety.sanitize import one_line
from ..verdict.exit_codes import EXIT_CODES
from ..verdict.exit_codes import VerdictKind as Verdict
from . import deploy_command, gate, record_store
from .git import GitError, Repository
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, Record, RecordKind
from .record_store import RecordNotWritten, Records

DONE, BAD = 0, 1
HELD: Final = EXIT_CODES[Verdict.INCONCLUSIVE]
_WIND_UP: Final = 20.0  # seconds; what it started has eight, and then comes its record


@dataclass(frozen=True, slots=True)
class Rollout:
    """Puts releases on ``environment``, which has ``deploy``; ``shared`` pushes records, too.

    ``who`` acts, and from where; ``found`` are the records before anything was done.
    """

    environment: Environment
    deploy: DeployCommand
    repository: Repository
    shared: bool
    who: tuple[str, str]
    found: Records

    def push(self, release: str, commit: str, manifest: Path | None = None) -> int:
        """Deploy and verify it, against the manifest of its build if there is one; where it fails
        go back to the last known good one. Exit code.
        """
        code = self._put(RecordKind.PUSHED, release, commit, manifest)
        if code == DONE:
            print_line(f"{release} is on {self.environment.name}, and verified")
        elif code == BAD:
            print_line(f"{release} is bad on {self.environment.name}")
            self._go_back(commit)
        else:
            print_line(
                f"whether {release} is good could not be told; nothing more was changed. Again: "
                f"knowngood verify --env={self.environment.name} --release={release} --record"
            )
        return code

    def roll_back(self, good: Record) -> int:
        """Put a release back, and verify that it works. A rollback is never rolled back."""
        code = self._put(RecordKind.ROLLED_BACK, good.release, good.commit)
        where = self.environment.name
        if code == DONE:
            print_line(f"{where} is back on {good.release}, and verified")
        else:
            print_line(
                f"{where} was to go back to {good.release}, and is NOT known to work: look at it"
            )
        return code

    def last_good(self, but: str) -> Record | None:
        """The last known good release that is another commit than this one, and of which no record
        is damaged: that may be the one that revokes it.
        """
        trusted = gate.believed(self.environment, self.repository)
        damaged = {bad.name.split("/")[2] for bad in self.found.bad if bad.name.count("/") > 2}

        def counts(each: Record) -> bool:
            return each.commit != but and each.release not in damaged and trusted(each)

        return self.found.last_good(self.environment.name, counts)

    def _go_back(self, bad: str) -> None:
        good = self.last_good(but=bad)
        if good is None:
            print_line(
                f"no release is known to be good on {self.environment.name}: it stays as it is"
            )
        else:
            self.roll_back(good)

    def _put(
        self, kind: RecordKind, release: str, commit: str, manifest: Path | None = None
    ) -> int:
        """Deploy and verify one release, all of it on record; the exit code of that."""
        try:
            self._note(kind, release, commit, STARTED)
        except (RecordNotWritten, GitError) as error:
            if (
                kind == RecordKind.PUSHED
            ):  # what cannot be on record is not pushed, but it is taken back
                raise RecordNotWritten(f"nothing was deployed: {error}") from None
            print_line(str(error))
        deployed = self._run_command(release, commit)
        try:
            self._note(kind, release, commit, DEPLOYED if deployed else NOT_DEPLOYED)
        except (RecordNotWritten, GitError) as error:
            print_line(str(error))
        return self._verify(release, manifest) if deployed else BAD

    def _run_command(self, release: str, commit: str) -> bool:
        """Whether the command of [deploy] ended well; what it prints is shown."""
        command = self.deploy.filled(release, commit, self.environment.name)
        print_line(f"deploying: {one_line(' '.join(command), 300)}")
        try:
            code = deploy_command.show(
                command, self.environment.root, self.deploy.timeout, print_line
            )
        except OSError as error:
            print_line(f"deploy.command cannot be run: {error}")
            return False
        if code != 0:
            how = f"exit code {code}" if code > 0 else f"signal {-code}"
            print_line(f"deploy.command ended with {how}")
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
            code = _run(command, self.environment.root)
            return code if code > BAD or _says(path, code, release) else HELD

    def _note(self, kind: RecordKind, release: str, commit: str, how: str) -> None:
        """Write down how far it got. Raises NotWritten."""
        who, where = self.who
        found = Record(
            kind=kind,
            environment=self.environment.name,
            release=release,
            commit=commit,
            when=datetime.now(UTC),
            verdict=how,
            who=who,
            where=where,
        )
        name = record_store.write(self.repository, found)
        if self.shared:
            try:
                record_store.push(self.repository, name)
            except RecordNotWritten:
                if how == STARTED and kind == RecordKind.PUSHED:  # which it will not be
                    self.repository.run("update-ref", "-d", f"refs/tags/{name}")
                raise


def _run(command: Sequence[str], folder: Path) -> int:
    """Run a verification; its exit code. Where we are interrupted it is asked to end, so that it
    can sweep up what it has written.
    """
    process = process_group.start(command, cwd=folder)
    try:
        return process.wait()
    finally:
        process_group.end(process, _WIND_UP)


def _says(path: Path, code: int, release: str) -> bool:
    """Whether the verdict in a file is of this release, and ends with this code."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return bool(document["exit_code"] == code and document["release"]["expected"] == release)
    except (OSError, ValueError, KeyError, TypeError):
        return False
