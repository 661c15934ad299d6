"""Put one release on an environment: deploy it, verify it, and keep both on record."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..content.subjects import to_arguments
from ..safety import Say, one_line, process_group
from ..verdict import EXIT_CODES, VerdictKind
from ..verdict.own_claims import CONVERGED
from ..verdict.verdict_document import failed_checks
from . import deploy_command, record_store, records, unpushed
from .git import GitError
from .ledger import Ledger
from .record import DEPLOYED, NOT_DEPLOYED, STARTED, RecordKind
from .record_from_verdict import served_instead
from .record_store import RecordNotPushed, RecordNotWritten

DONE, BAD = 0, 1
HELD: Final = EXIT_CODES[VerdictKind.INCONCLUSIVE]
_WIND_UP: Final = 20.0  # seconds; the run's processes have eight, and then its record is written


@dataclass(frozen=True, slots=True)
class Verification:
    """How the verification of a deployment ended.

    Attributes:
        code: its exit code; 75 in place of a 0 or 1 that its verdict file does not confirm.
        reason: the verdict's own reason in one line; empty if the file does not confirm it.
        instead: the release that every edge served, where it FAILED since none served the one that
            was deployed; empty otherwise.
        unseen: whether it FAILED since not every edge served the release: no check ran.
    """

    code: int
    reason: str = ""
    instead: str = ""
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Deployment:
    """A release that is put on an environment.

    Each step is on record before it is taken and when it has ended: after a process that was
    killed, the next one can tell how far it got.

    Attributes:
        ledger: the environment and its repository.
        kind: whether this is a push or a rollback.
        release: the release's tag.
        commit: the commit that the tag is on, in full.
        say: prints a line.
        manifest: the manifest of the release's build, which the verification compares with.
        reports: the folder that keeps the reports of the verification; None keeps none.
        notify: whether the verification tells others of bad news.
        subjects: the SHA-256 of each artefact that is deployed, by its name, for the record.
    """

    ledger: Ledger
    kind: RecordKind
    release: str
    commit: str
    say: Say
    manifest: Path | None = None
    reports: Path | None = None
    notify: bool = False
    subjects: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment_name(self) -> str:
        """The name of the environment that it goes to."""
        return self.ledger.environment.name

    def deploy(self) -> str:
        """Run the command, and record that before and after; return how it failed, empty if its
        exit code was 0.

        Raises RecordNotWritten if a push cannot be recorded: nothing was deployed then. A
        rollback goes on.
        """
        self._note(STARTED)
        trouble = one_line(self._run_command(), 300)
        if trouble:
            self.say(trouble)
        self._note(NOT_DEPLOYED if trouble else DEPLOYED, trouble)
        return trouble

    def _run_command(self) -> str:
        """Run the command and show what it prints; return how it failed."""
        environment = self.ledger.environment
        assert environment.deploy is not None
        words = environment.deploy.filled(self.release, self.commit, environment.name)
        command = one_line(" ".join(words), 300)
        self.say(f"deploying: {command}")
        try:
            with deploy_command.marked(environment, command) as file:
                return deploy_command.show(words, environment.root, file, self.say)
        except OSError as error:
            return f"deploy.command cannot be run: {error}"

    def verify(self) -> Verification:
        """Run ``knowngood verify``. Its exit code counts only if its verdict file agrees."""
        environment = self.ledger.environment
        command = [sys.executable, "-P", "-m", "knowngood", "verify"]
        command += [f"--env={environment.path}", f"--release={self.release}", "--record"]
        command += [f"--level={environment.level}", f"--wait={environment.budget.run:g}"]
        command += ["--push"] if self.ledger.repository.uses_origin else []
        command += ["--notify"] if self.notify else []
        command += to_arguments(self.subjects)
        command += [f"--manifest={self.manifest.absolute()}"] if self.manifest is not None else []
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
                return self._verified(command, self._report_files(Path(name)))
        except OSError as error:  # a full disk, say
            self.say(f"the verification cannot be run: {error}")
            return Verification(HELD)

    def _verified(self, command: Sequence[str], files: Mapping[str, Path]) -> Verification:
        """Run the command of a verification, which writes these ``files``. Raises OSError."""
        environment = self.ledger.environment
        command = [*command, *(f"{option}={path}" for option, path in files.items())]
        try:
            with deploy_command.marked(environment, "knowngood verify") as file:
                code = _run(command, environment.root, file)
        finally:
            self._keep(files.values())  # also of one that is interrupted
        return self._confirmed(files["--verdict-file"], code)

    def _confirmed(self, path: Path, code: int) -> Verification:
        """Return how a verification ended, by its exit code and its verdict file. A 0 or 1 counts
        only if that is a verdict of this release with this exit code.
        """
        try:
            document = json.loads(path.read_text("utf-8"))
            if document["exit_code"] != code or document["release"]["expected"] != self.release:
                raise ValueError
            reason = one_line(str(document["reason"]), 300)
        except (OSError, ValueError, KeyError, TypeError):
            return Verification(code if code > BAD else HELD)
        instead, unseen = "", failed_checks(document) == {CONVERGED}
        with suppress(GitError):  # what was there instead is worth less than the way back
            instead = served_instead(document, self.ledger.repository, self.commit)
        return Verification(code, reason, instead, unseen)

    def _report_files(self, folder: Path) -> dict[str, Path]:
        """Return the reports that the verification writes to ``folder``, by their option."""
        suffixes = {"--verdict-file": "json"}
        if self.reports is not None:
            suffixes |= {"--html-file": "html", "--junitxml": "xml"}
            suffixes |= {"--deployment-file": "deployment.json"}
        name = f"{self.environment_name}-{self.release.replace('/', '-')}"
        return {option: folder / f"{name}.{suffix}" for option, suffix in suffixes.items()}

    def _keep(self, files: Iterable[Path]) -> None:
        """Copy the reports that were written to the folder that keeps them, or say why not."""
        if self.reports is None:
            return
        try:
            for path in files:
                if path.exists():
                    shutil.copy(path, self.reports)
        except OSError as error:
            self.say(f"--reports {self.reports}: not all reports were kept: {error.strerror}")

    def settled(self, earlier: Collection[str], code: int) -> int:
        """Push the records that have not arrived at the origin; return the exit code.

        It is ``code``, but 75 in place of 0 where nobody else sees what was done: others than those
        ``earlier`` records do not arrive, unless it is offline and nobody expected more, or it is
        on no record at all, or that a push PASSED is not.
        """
        repository, say = self.ledger.repository, self.say
        left, trouble = unpushed.names(repository), ""
        if left and repository.uses_origin:
            mine_first = sorted(left, key=lambda name: name in earlier)
            left, trouble = unpushed.push(repository, mine_first[0], mine_first[1:])
        for line in unpushed.warning(repository, left, trouble):
            say(line)
        if code != DONE:
            return code
        is_unseen = repository.uses_origin and not set(left) <= set(earlier)
        return HELD if self._is_unrecorded() or is_unseen else DONE

    def _is_unrecorded(self) -> bool:
        """Return whether this, or that it PASSED, is on no record, and say so: the next command
        would go by what was there before.
        """
        name = self.environment_name
        now = records.read(self.ledger.repository, datetime.now(UTC), [name])
        there = now.presumed_live(name)
        option = f"{self.ledger.option} --release={self.release}"
        if there is None or there.commit != self.commit:
            self.say(
                f"{self.release} is live on {name}, and on no record: every command goes by what "
                f"was there before; to record it: knowngood adopt {option}"
            )
            return True
        is_unverified = self.kind == RecordKind.PUSHED and now.unverified(name) is not None
        if is_unverified:
            self.say(
                f"{self.release} PASSED on {name}, which is on no record: no gate knows it; to "
                f"record it: knowngood verify {option} --record --push"
            )
        return is_unverified

    def _note(self, step: str, reason: str = "") -> None:
        """Record how far it got, and why no further, or say why that is on no record. Raises
        RecordNotWritten if a push would begin without a record that others see.
        """
        repository, name = self.ledger.repository, self.environment_name
        begins_push = step == STARTED and self.kind == RecordKind.PUSHED
        try:
            record = record_store.record_now(
                repository, self.kind, name, self.release, self.commit, step, reason=reason
            )
            record_store.write(repository, record)
            if repository.uses_origin:
                record_store.push(repository, record.name, alone=True)
        except RecordNotPushed:  # what is left is told at the end
            if begins_push:
                repository.run("update-ref", "-d", record.ref)  # it will not be deployed
                raise
        except (RecordNotWritten, GitError) as error:
            if begins_push:
                raise RecordNotWritten(str(error)) from None
            self.say(str(error))


def _run(command: Sequence[str], folder: Path, inherited: int) -> int:
    """Run a verification and return its exit code. If we are interrupted, or killed, it is asked to
    end, so that it can delete what it has written. It inherits the open file ``inherited``.
    """
    process = deploy_command.started(command, folder, inherited, _WIND_UP)
    assert process.stdin is not None
    with process.stdin:
        try:
            return process.wait()
        finally:
            process_group.end(process, _WIND_UP)
