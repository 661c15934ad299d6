"""The steps of a rehearsal, each taken by the command that everybody uses, and told in a line."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from ..environment.model import BadEnvironment, Environment
from ..environment.serve_settings import ServerAnnouncement
from ..release import DEPLOYED, OVERRIDDEN, STARTED, GitError, RecordKind, Repository
from ..report import json_file
from ..safety.sanitize import indented_lines, one_line
from ..verdict.exit_codes import EXIT_CODES
from ..verdict.exit_codes import VerdictKind as Verdict
from . import subcommand
from .pycache import shared_pycache
from .sandbox import BAD, BETTER, GOOD, PROD, STAGE, Sandbox, sandbox
from .subcommand import CommandResult

AS_EXPECTED, MISSED = 0, 1

_PASSED, _FAILED = str(Verdict.PASSED), str(Verdict.FAILED)
_TAG: Final = "%(objectname)\t%(refname)"  # as git-ls-remote has it
_WHY: Final = "rehearsal: what if it is forced?"

RECORDS: Final = (
    (RecordKind.PUSHED, GOOD, STARTED),
    (RecordKind.PUSHED, GOOD, DEPLOYED),
    (RecordKind.VERIFIED, GOOD, _PASSED),
    (RecordKind.PUSHED, BETTER, STARTED),
    (RecordKind.PUSHED, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, _PASSED),
    (RecordKind.OVERRIDDEN, BAD, OVERRIDDEN),
    (RecordKind.PUSHED, BAD, STARTED),
    (RecordKind.PUSHED, BAD, DEPLOYED),
    (RecordKind.VERIFIED, BAD, _FAILED),
    (RecordKind.ROLLED_BACK, BETTER, STARTED),
    (RecordKind.ROLLED_BACK, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, _PASSED),
)
"""What prod's records say at the end, oldest first: nothing more, and nothing less."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, what was expected of it, and what came; ``output`` is the command's."""

    done: str
    expected: str
    came: str
    right: bool
    seconds: float
    output: str = ""

    def __str__(self) -> str:
        mark = "ok  " if self.right else "MISS"
        return f"{mark} {self.seconds:5.1f} s  {self.done} → {self.expected} → {self.came}"


def drill_rollback(
    environment: Environment, path: Path | None, *, say: Callable[[str], None]
) -> int:
    """Take all steps, or all up to the first that does not end as expected, and write them to
    ``path`` as well; the exit code. Raises BadEnvironment.
    """
    if path is not None and not path.absolute().parent.is_dir():
        raise BadEnvironment(f"--json {path}: there is no folder {path.parent}")
    began = time.monotonic()
    taken: list[Step] = []
    try:
        with shared_pycache() as variables, sandbox(environment) as (place, announced):
            _introduce(announced, say)
            for step in RollbackDrill(place, {**place.variables(), **variables}).steps():
                taken.append(step)
                say(str(step))
                if not step.right:
                    break
    except KeyboardInterrupt:
        sys.stderr.write("knowngood drill: interrupted; what was started has ended\n")
        return EXIT_CODES[Verdict.INTERRUPTED]
    seconds = time.monotonic() - began
    if path is not None:
        _write(path, environment, taken, seconds, say)
    return _conclude(taken[-1], seconds, say)


def _introduce(announced: Mapping[str, ServerAnnouncement], say: Callable[[str], None]) -> None:
    for place, each in announced.items():
        say(f"{place}: {', '.join(f'{name} {url}' for name, url in each.origins.items())}")
    say("what is done → what is expected → what came")


def _conclude(last: Step, seconds: float, say: Callable[[str], None]) -> int:
    if last.right:
        say(f"as expected, in {seconds:.0f} s: caught, taken back, and on record")
        return AS_EXPECTED
    say(f"not as expected, in {seconds:.0f} s; nothing more was tried. It printed:")
    say(indented_lines(last.output).rstrip() or "    nothing")
    return MISSED


def _write(
    path: Path,
    environment: Environment,
    taken: list[Step],
    seconds: float,
    say: Callable[[str], None],
) -> None:
    content = {
        "schema": 1,
        "environment": environment.name,
        "seconds": round(seconds, 1),
        "steps": [asdict(step) for step in taken],
    }
    try:
        json_file.write(path.absolute(), content)
    except OSError as error:  # what was seen was seen
        say(f"--json {path}: not written: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class RollbackDrill:
    """The steps, on a ground; commands run there with these environment ``variables``."""

    sandbox: Sandbox
    variables: Mapping[str, str]

    def steps(self) -> Iterator[Step]:
        """Each step once it is taken; those after one that is not right say nothing."""
        yield self._good(GOOD, STAGE)
        yield self._good(GOOD, PROD)
        yield self._good(BETTER, STAGE)
        yield self._asked(f"may {BETTER} go to {PROD}?", "yes", "gate", f"--release={BETTER}")
        yield self._good(BETTER, PROD)
        lost = one_line(self.sandbox.rehearsal.lost, 100)
        yield self._bad(f"{BAD}, which lacks {lost}, is pushed to {STAGE}", STAGE)
        yield self._refused()
        yield self._bad(f"{BAD} is forced on {PROD}", PROD, f"--override={_WHY}")
        yield self._asked(f"what was last known good on {PROD}?", BETTER, "last-good")
        yield self._records()

    def _good(self, release: str, place: str) -> Step:
        done = f"{release} is pushed to {place}"
        verified = f"{release} is on {place}, and verified"
        return self._push(done, _PASSED, _Push(place, release, 0, release, verified))

    def _bad(self, done: str, place: str, *options: str) -> Step:
        back = f"{place} is back on {BETTER}, and verified"
        expected = f"{_FAILED}, and rolled back"
        return self._push(done, expected, _Push(place, BAD, MISSED, BETTER, back, options))

    def _refused(self) -> Step:
        reason = f"{BAD} has not {_PASSED} on {STAGE}"
        done, expected = f"{BAD} is pushed to {PROD}", f"refused: {reason}"
        return self._push(done, expected, _Push(PROD, BAD, MISSED, BETTER, reason))

    def _push(self, done: str, expected: str, push: _Push) -> Step:
        """Push, and look what is served then."""
        began = time.monotonic()
        options = (f"--env={push.place}", f"--release={push.release}", *push.options)
        ended, told = self._run("push", *options), self._run("live", f"--env={push.place}")
        serves = told.output.strip() if told.code == 0 else "nothing"
        came = f"exit {ended.code}, {push.place} serves {serves}"
        if push.says not in ended.output:
            came += f', without a word that "{push.says}"'
        right = (ended.code, serves) == (push.code, push.serves) and push.says in ended.output
        output = ended.output if told.code == 0 else ended.output + told.output
        return _step(began, done, expected, came, right, output)

    def _asked(self, done: str, answer: str, question: str, *options: str) -> Step:
        """Put a question about prod, to which the exit code says yes."""
        began = time.monotonic()
        ended = self._run(question, f"--env={PROD}", *options)
        told = ended.output.strip().rpartition("\n")[2]
        right = ended.code == 0 and (answer == "yes" or told == answer)
        return _step(began, done, answer, f"exit {ended.code}: {told}", right, ended.output)

    def _records(self) -> Step:
        """Read prod's records back, and hold all tags against those at the origin."""
        began = time.monotonic()
        ended = self._run("log", f"--env={PROD}", f"--count={2 * len(RECORDS)}")
        rows = [re.split(r" {2,}", line) for line in reversed(ended.output.splitlines())]
        trouble = difference([tuple(row[1:4]) for row in rows]) or not_at_origin(self.sandbox.site)
        came = trouble or f"{len(rows)}, and all are there"
        expected = f"{len(RECORDS)} of what was done here, at the origin, too"
        done = f"the records of {PROD} are read back"
        return _step(began, done, expected, came, not trouble, ended.output)

    def _run(self, *words: str) -> CommandResult:
        return subcommand.run(self.sandbox.suite, self.variables, *words)


@dataclass(frozen=True, slots=True)
class _Push:
    """A push to make: the exit ``code`` that it should end with, the release that the place then
    ``serves``, and what it ``says``.
    """

    place: str
    release: str
    code: int
    serves: str
    says: str
    options: tuple[str, ...] = ()


def difference(found: Sequence[tuple[str, ...]]) -> str:
    """The first record that is not the one expected; empty where all are."""
    for number, (one, other) in enumerate(zip_longest(RECORDS, found, fillvalue=("none",)), 1):
        if one != other:
            return f"record {number} is {' '.join(other)}, and not {' '.join(one)}"
    return ""


def not_at_origin(repository: Repository) -> str:
    """Whether a repository's tags are others than those at its origin; empty where they are not."""
    try:
        here = repository.run("for-each-ref", f"--format={_TAG}", "refs/tags")
        there = repository.run("ls-remote", "--tags", "--refs", "origin")
    except GitError as error:
        return str(error)
    same = set(here.splitlines()) == set(there.splitlines())
    return "" if same else "not all of them are at the origin"


def _step(began: float, done: str, expected: str, came: str, right: bool, output: str) -> Step:
    seconds = round(time.monotonic() - began, 1)
    return Step(done, expected, one_line(came, 300), right, seconds, output)
