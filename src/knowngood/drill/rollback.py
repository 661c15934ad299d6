"""``knowngood drill --rollback``: push a bad release in a sandbox and see it rolled back.

Each step is a command that everybody uses, run as a process. Its exit code, what is live after it
and one sentence of its output must be as expected.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from ..release import GitError
from ..safety import Say, indented_lines, one_line
from ..verdict import VerdictKind
from . import results, rollback_records
from .fault_drill import drilled
from .results import AS_EXPECTED, MISSED
from .sandbox import BAD, BETTER, BRANCH, GOOD, PROD, STAGE, Sandbox, sandbox

_WHY: Final = "rollback drill: what if it is forced?"
_FIRST: Final = "--override=rollback drill: the first push, nothing is there yet"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was taken.

    Attributes:
        done: what was done.
        expected: what should come of it.
        came: what came of it.
        right: whether that is the same.
        output: what the command printed.
        seconds: how long it took.
    """

    done: str
    expected: str
    came: str
    right: bool
    output: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        mark = "ok  " if self.right else "MISS"
        came = one_line(self.came, 300)
        return f"{mark} {self.seconds:5.1f} s  {self.done} → {self.expected} → {came}"


def drill_rollback(name: str, path: Path | None = None, *, say: Say) -> int:
    """Take all steps with the environment ``name``, or those up to the first that is not as
    expected; return the exit code.

    ``path`` is where the steps are written. Raises BadEnvironment.
    """
    results.refuse_missing_folder(path)
    environment, _ = drilled(name)
    began = time.monotonic()
    taken: list[Step] = []
    with sandbox(environment) as (place, announced):
        for at, server in announced.items():
            say(f"{at}: {', '.join(f'{o} {url}' for o, url in server.origins.items())}")
        say("what is done → what is expected → what came")
        for step in _timed(RollbackDrill(place).steps()):
            taken.append(step)
            say(str(step))
            if not step.right:
                break
    seconds = time.monotonic() - began
    content = {
        "environment": environment.name,
        "seconds": round(seconds, 1),
        "steps": [asdict(step) for step in taken],
    }
    results.write(path, content, say)
    return _conclude(taken[-1], seconds, say)


def _timed(steps: Iterator[Step]) -> Iterator[Step]:
    """Yield each step with how long it took."""
    began = time.monotonic()
    for step in steps:
        yield replace(step, seconds=round(time.monotonic() - began, 1))
        began = time.monotonic()


def _conclude(last: Step, seconds: float, say: Say) -> int:
    if last.right:
        say(f"as expected in {seconds:.0f} s: the bad release was caught, rolled back, recorded")
        return AS_EXPECTED
    say(f"not as expected, after {seconds:.0f} s; no further step was taken. The step printed:")
    say(indented_lines(last.output).rstrip() or "    nothing")
    return MISSED


class RollbackDrill:
    """The steps, as commands in ``sandbox``."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def steps(self) -> Iterator[Step]:
        """Take each step and yield it. Steps after one that is not right prove nothing."""
        yield self._move_branch(GOOD, f"no record verified/… on {self._commit(GOOD)} says PASSED")
        yield self._push_good(GOOD, STAGE, _FIRST)
        yield self._move_branch(GOOD)
        yield self._push_good(GOOD, PROD, _FIRST)
        yield self._push_good(BETTER, STAGE)
        yield self._move_branch(BETTER)
        yield self._ask(f"may {BETTER} go to {PROD}?", "yes", "gate", f"--release={BETTER}")
        yield self._push_good(BETTER, PROD)
        lost = one_line(self._sandbox.config.lost, 100)
        yield self._push_bad(f"{BAD}, which lacks {lost}, is pushed to {STAGE}", STAGE)
        yield self._push_refused()
        yield self._push_bad(f"{BAD} is forced on {PROD}", PROD, f"--override={_WHY}")
        yield self._move_branch(BAD, f"no record verified/… on {self._commit(BAD)} says PASSED")
        yield self._delete_tag(BETTER)
        yield self._ask(f"what was last known good on {PROD}?", BETTER, "last-good")
        yield self._read_records()

    def _commit(self, release: str) -> str:
        return (self._sandbox.site.commit_of(release) or "")[:12]

    def _move_branch(self, release: str, refusal: str = "") -> Step:
        """Move the release branch at the origin, whose hook refuses what has not PASSED."""
        ref = f"{release}^{{commit}}:refs/heads/{BRANCH}"
        return self._git_push(f"the branch {BRANCH} moves to {release}", ref, refusal)

    def _delete_tag(self, release: str) -> Step:
        refusal = "the tag of a release that is on record is never moved or deleted"
        return self._git_push(f"the tag {release} is deleted", f":refs/tags/{release}", refusal)

    def _git_push(self, done: str, ref: str, refusal: str) -> Step:
        """Push a ref to the origin; its hook must print ``refusal``, or let it in without one."""
        try:
            output = self._sandbox.site.run("push", "--quiet", "origin", ref)
        except GitError as error:
            output = error.output
            came = "refused" if refusal and refusal in output else f"refused: {error}"
        else:
            came = "let in"
        expected = "refused" if refusal else "let in"
        return Step(done, f"{expected} by the server's hook", came, came == expected, output)

    def _push_good(self, release: str, place: str, *options: str) -> Step:
        done, sentence = f"{release} is pushed to {place}", f"{release} is on {place}, and verified"
        return self._push(done, VerdictKind.PASSED, sentence, place, release, *options)

    def _push_bad(self, done: str, place: str, *options: str) -> Step:
        sentence = f"{place} is back on {BETTER}, and verified"
        expected = f"{VerdictKind.FAILED}, and rolled back"
        return self._push(done, expected, sentence, place, BAD, *options)

    def _push_refused(self) -> Step:
        reason = f"{BAD} has not {VerdictKind.PASSED} on {STAGE}"
        return self._push(f"{BAD} is pushed to {PROD}", f"refused: {reason}", reason, PROD, BAD)

    def _push(
        self, done: str, expected: str, sentence: str, place: str, release: str, *options: str
    ) -> Step:
        """Push, then ask which release is live. ``sentence`` is what the push must print; only a
        bad release ends with 1, and leaves the better one live.
        """
        code, should_serve = (1, BETTER) if release == BAD else (0, release)
        where = f"--env={place}"
        ended, output = self._sandbox.run("push", where, f"--release={release}", *options)
        answered, live = self._sandbox.run("live", where)
        serves = "nothing" if answered else live.strip()
        came = f"exit {ended}, {place} serves {serves}"
        printed = sentence in output
        if not printed:
            came += f', and it did not print "{sentence}"'
        right = printed and (ended, serves) == (code, should_serve)
        return Step(done, expected, came, right, output + live if answered else output)

    def _ask(self, done: str, answer: str, question: str, *options: str) -> Step:
        """Ask about prod: the exit code says yes, the last line is the answer."""
        code, output = self._sandbox.run(question, f"--env={PROD}", *options)
        line = output.strip().rpartition("\n")[2]
        right = code == 0 and answer in ("yes", line)
        return Step(done, answer, f"exit {code}: {line}", right, output)

    def _read_records(self) -> Step:
        """Read prod's records back, and compare all tags with those at the origin."""
        count = len(rollback_records.EXPECTED)
        _, output = self._sandbox.run("log", f"--env={PROD}", f"--count={2 * count}")
        rows = rollback_records.parse(output)
        trouble = rollback_records.difference(rows)
        trouble = trouble or rollback_records.not_at_origin(self._sandbox.site)
        came = trouble or f"{len(rows)}, here and at the origin"
        done, expected = f"the records of {PROD} are read back", f"{count} of this drill"
        return Step(done, expected, came, not trouble, output)
