"""``knowngood drill --rollback``: push a bad release in a sandbox and see it rolled back.

Each step is a command that everybody uses, run as a process. Its exit code, what is live after it
and one sentence of its output must be as expected.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from ..safety import indented_lines, one_line
from ..verdict import EXIT_CODES, VerdictKind
from . import results, rollback_records, subcommand
from .fault_drill import drilled
from .pycache import shared_pycache
from .results import AS_EXPECTED, FAILED, MISSED, PASSED, Say
from .sandbox import BAD, BETTER, GOOD, PROD, STAGE, Sandbox, sandbox
from .subcommand import CommandResult

_WHY: Final = "rollback drill: what if it is forced?"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was taken.

    Attributes:
        done: what was done.
        expected: what should come of it.
        came: what came of it.
        right: whether that is the same.
        seconds: how long it took.
        output: what the command printed.
    """

    done: str
    expected: str
    came: str
    right: bool
    seconds: float
    output: str = ""

    def __str__(self) -> str:
        mark = "ok  " if self.right else "MISS"
        return f"{mark} {self.seconds:5.1f} s  {self.done} → {self.expected} → {self.came}"


def drill_rollback(name: str, path: Path | None = None, *, say: Say) -> int:
    """Take all steps with the environment ``name``, or those up to the first that is not as
    expected; return the exit code.

    ``path`` is where the steps are written. Raises BadEnvironment.
    """
    results.refuse_missing_folder(path)
    environment, _ = drilled(name)
    began = time.monotonic()
    taken: list[Step] = []
    try:
        with shared_pycache() as variables, sandbox(environment) as (place, announced):
            for at, server in announced.items():
                say(f"{at}: {', '.join(f'{o} {url}' for o, url in server.origins.items())}")
            say("what is done → what is expected → what came")
            for step in RollbackDrill(place, {**place.variables(), **variables}).steps():
                taken.append(step)
                say(str(step))
                if not step.right:
                    break
    except KeyboardInterrupt:
        say("knowngood drill: interrupted; every process that it started has ended")
        return EXIT_CODES[VerdictKind.INTERRUPTED]
    seconds = time.monotonic() - began
    content = {
        "environment": environment.name,
        "seconds": round(seconds, 1),
        "steps": [asdict(step) for step in taken],
    }
    results.write(path, content, say)
    return _conclude(taken[-1], seconds, say)


def _conclude(last: Step, seconds: float, say: Say) -> int:
    if last.right:
        say(f"as expected in {seconds:.0f} s: the bad release was caught, rolled back, recorded")
        return AS_EXPECTED
    say(f"not as expected, after {seconds:.0f} s; no further step was taken. The step printed:")
    say(indented_lines(last.output).rstrip() or "    nothing")
    return MISSED


@dataclass(frozen=True, slots=True)
class RollbackDrill:
    """The steps.

    Attributes:
        sandbox: where commands run.
        variables: their environment variables.
    """

    sandbox: Sandbox
    variables: Mapping[str, str]

    def steps(self) -> Iterator[Step]:
        """Take each step and yield it. Steps after one that is not right prove nothing."""
        yield self._push_good(GOOD, STAGE)
        yield self._push_good(GOOD, PROD)
        yield self._push_good(BETTER, STAGE)
        yield self._ask(f"may {BETTER} go to {PROD}?", "yes", "gate", f"--release={BETTER}")
        yield self._push_good(BETTER, PROD)
        lost = one_line(self.sandbox.config.lost, 100)
        yield self._push_bad(f"{BAD}, which lacks {lost}, is pushed to {STAGE}", STAGE)
        yield self._push_refused()
        yield self._push_bad(f"{BAD} is forced on {PROD}", PROD, f"--override={_WHY}")
        yield self._ask(f"what was last known good on {PROD}?", BETTER, "last-good")
        yield self._read_records()

    def _push_good(self, release: str, place: str) -> Step:
        sentence = f"{release} is on {place}, and verified"
        push = _Push(place, release, code=0, serves=release, sentence=sentence)
        return self._push(f"{release} is pushed to {place}", PASSED, push)

    def _push_bad(self, done: str, place: str, *options: str) -> Step:
        sentence = f"{place} is back on {BETTER}, and verified"
        push = _Push(place, BAD, code=1, serves=BETTER, sentence=sentence, options=options)
        return self._push(done, f"{FAILED}, and rolled back", push)

    def _push_refused(self) -> Step:
        reason = f"{BAD} has not {PASSED} on {STAGE}"
        push = _Push(PROD, BAD, code=1, serves=BETTER, sentence=reason)
        return self._push(f"{BAD} is pushed to {PROD}", f"refused: {reason}", push)

    def _push(self, done: str, expected: str, push: _Push) -> Step:
        """Push, then ask which release is live."""
        began = time.monotonic()
        options = (f"--env={push.place}", f"--release={push.release}", *push.options)
        ended, live = self._run("push", *options), self._run("live", f"--env={push.place}")
        serves = live.output.strip() if live.code == 0 else "nothing"
        came = f"exit {ended.code}, {push.place} serves {serves}"
        printed = push.sentence in ended.output
        if not printed:
            came += f', and it did not print "{push.sentence}"'
        right = printed and (ended.code, serves) == (push.code, push.serves)
        output = ended.output if live.code == 0 else ended.output + live.output
        return _step(began, done, expected, came, right, output)

    def _ask(self, done: str, answer: str, question: str, *options: str) -> Step:
        """Ask about prod: the exit code says yes, the last line is the answer."""
        began = time.monotonic()
        ended = self._run(question, f"--env={PROD}", *options)
        line = ended.output.strip().rpartition("\n")[2]
        right = ended.code == 0 and answer in ("yes", line)
        return _step(began, done, answer, f"exit {ended.code}: {line}", right, ended.output)

    def _read_records(self) -> Step:
        """Read prod's records back, and compare all tags with those at the origin."""
        began = time.monotonic()
        count = len(rollback_records.EXPECTED)
        ended = self._run("log", f"--env={PROD}", f"--count={2 * count}")
        rows = rollback_records.parse(ended.output)
        trouble = rollback_records.difference(rows)
        trouble = trouble or rollback_records.not_at_origin(self.sandbox.site)
        came = trouble or f"{len(rows)}, here and at the origin"
        done, expected = f"the records of {PROD} are read back", f"{count} of this drill"
        return _step(began, done, expected, came, not trouble, ended.output)

    def _run(self, *words: str) -> CommandResult:
        return subcommand.run(self.sandbox.suite, self.variables, *words)


@dataclass(frozen=True, slots=True)
class _Push:
    """A push to make.

    Attributes:
        place: the environment.
        release: what is pushed.
        code: the exit code that it should end with.
        serves: the release that should be live then.
        sentence: what it should print.
        options: further options of the command.
    """

    place: str
    release: str
    code: int
    serves: str
    sentence: str
    options: tuple[str, ...] = ()


def _step(began: float, done: str, expected: str, came: str, right: bool, output: str) -> Step:
    seconds = round(time.monotonic() - began, 1)
    return Step(done, expected, one_line(came, 300), right, seconds, output)
