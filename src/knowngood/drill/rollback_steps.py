"""The steps of a rollback drill.

Each is a command that everybody uses, run as a process. Its exit code, what is live after it and
one sentence of its output must be as expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from ..release import DEPLOYED, OVERRIDDEN, REJECTED, STARTED, GitError, RecordKind, Repository
from ..safety import one_line
from ..verdict import VerdictKind
from .killed_push import kill_in_deploy
from .sandbox import AROUND, BAD, BETTER, BRANCH, GOOD, PROD, STAGE, Sandbox

_WHY: Final = "rollback drill: what if it is forced?"
_FIRST: Final = "--override=rollback drill: the first push, nothing is there yet"

EXPECTED: Final[tuple[tuple[str, ...], ...]] = (
    (RecordKind.OVERRIDDEN, GOOD, OVERRIDDEN),
    (RecordKind.PUSHED, GOOD, STARTED),
    (RecordKind.PUSHED, GOOD, DEPLOYED),
    (RecordKind.VERIFIED, GOOD, VerdictKind.PASSED),
    (RecordKind.PUSHED, BETTER, STARTED),  # and killed
    (RecordKind.PUSHED, BETTER, STARTED),
    (RecordKind.PUSHED, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
    (RecordKind.OVERRIDDEN, BAD, OVERRIDDEN),
    (RecordKind.PUSHED, BAD, STARTED),
    (RecordKind.PUSHED, BAD, DEPLOYED),
    (RecordKind.VERIFIED, BAD, VerdictKind.FAILED),
    (RecordKind.REJECTED, BAD, REJECTED),
    (RecordKind.ROLLED_BACK, BETTER, STARTED),
    (RecordKind.ROLLED_BACK, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
    (RecordKind.REJECTED, AROUND, REJECTED),
    (RecordKind.ROLLED_BACK, BETTER, STARTED),
    (RecordKind.ROLLED_BACK, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
)
"""Kind, release and verdict of each record of prod, oldest first: no more, and no fewer."""


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
        yield self._kill_push(BETTER, PROD, still=GOOD)
        says = f"the push of {BETTER} by"
        yield self._status(
            f"what is so on {PROD}?", says, "did not end", f"live on {PROD} is {GOOD}"
        )
        yield self._push_good(BETTER, PROD)
        lost = one_line(self._sandbox.config.lost, 100)
        yield self._push_bad(f"{BAD}, which lacks {lost}, is pushed to {STAGE}", STAGE)
        yield self._push_refused()
        yield self._push_bad(f"{BAD} is forced on {PROD}", PROD, f"--override={_WHY}")
        yield self._move_branch(BAD, f"no record verified/… on {self._commit(BAD)} says PASSED")
        yield self._delete_tag(BETTER)
        yield self._deploy_around()
        yield self._roll_back()
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
        """Push. Only a bad release ends with 1, and leaves the better one live."""
        code, should_serve = (1, BETTER) if release == BAD else (0, release)
        words = ("push", f"--env={place}", f"--release={release}", *options)
        ended, output = self._sandbox.run(*words)
        return self._live_after(
            Step(done, expected, f"exit {ended}", ended == code, output),
            place,
            should_serve,
            sentence,
        )

    def _live_after(self, step: Step, place: str, should_serve: str, *sentences: str) -> Step:
        """Ask which release is live after a step, and look for what it must have printed; return
        the step with both.
        """
        ended, output = self._sandbox.run("live", f"--env={place}")
        serves = "nothing" if ended else output.strip()
        missing = [sentence for sentence in sentences if sentence not in step.output]
        came = f"{step.came}, {place} serves {serves}"
        if missing:
            came += f', and it did not print "{missing[0]}"'
        return replace(
            step,
            came=came,
            right=step.right and not missing and serves == should_serve,
            output=step.output + output if ended else step.output,
        )

    def _kill_push(self, release: str, place: str, *, still: str) -> Step:
        """Kill a push while it deploys: neither it nor its command may flip the link later."""
        trouble, output = kill_in_deploy(self._sandbox, place, release)
        done = f"a push of {release} to {place} is killed while it deploys"
        expected = f"its command ends, and {place} serves {still}"
        step = Step(done, expected, trouble or "its command ended", not trouble, output)
        return self._live_after(step, place, still)

    def _deploy_around(self) -> Step:
        """Put a release on prod that is on no record: ``status`` must say so."""
        printed = self._sandbox.deploy_around(PROD, AROUND)
        says = f"live on {PROD} is {AROUND}, but by the records it is {BETTER}"
        step = self._status(f"{AROUND} is put on {PROD} by hand", says, "knowngood rollback")
        return self._live_after(replace(step, output=printed + step.output), PROD, AROUND)

    def _roll_back(self) -> Step:
        ended, output = self._sandbox.run("rollback", f"--env={PROD}", "--yes")
        sentence = f"{PROD} is back on {BETTER}, and verified"
        step = Step(f"{PROD} is rolled back", sentence, f"exit {ended}", ended == 0, output)
        return self._live_after(step, PROD, BETTER, sentence)

    def _status(self, done: str, *sentences: str) -> Step:
        """Ask how prod stands; there must be trouble, told in these sentences."""
        ended, output = self._sandbox.run("status", f"--env={PROD}", "--check")
        missing = [sentence for sentence in sentences if sentence not in output]
        printed = f'it did not print "{missing[0]}"' if missing else "told"
        expected = f"status tells: {' … '.join(sentences)}"
        return Step(done, expected, f"exit {ended}, {printed}", ended == 1 and not missing, output)

    def _ask(self, done: str, answer: str, question: str, *options: str) -> Step:
        """Ask about prod: the exit code says yes, the last line is the answer."""
        code, output = self._sandbox.run(question, f"--env={PROD}", *options)
        line = output.strip().rpartition("\n")[2]
        right = code == 0 and answer in ("yes", line)
        return Step(done, answer, f"exit {code}: {line}", right, output)

    def _read_records(self) -> Step:
        """Read prod's records back, and compare all tags with those at the origin."""
        count = len(EXPECTED)
        _, output = self._sandbox.run("log", f"--env={PROD}", f"--count={2 * count}")
        rows = _rows(output)
        trouble = difference(rows) or not_at_origin(self._sandbox.site)
        came = trouble or f"{len(rows)}, here and at the origin"
        done, expected = f"the records of {PROD} are read back", f"{count} of this drill"
        return Step(done, expected, came, not trouble, output)


def _rows(output: str) -> list[tuple[str, ...]]:
    """Return kind, release and verdict of each row of ``knowngood log``, oldest first."""
    rows = [re.split(r" {2,}", line) for line in reversed(output.splitlines())]
    return [tuple(row[1:4]) for row in rows]


def difference(records: Sequence[tuple[str, ...]]) -> str:
    """Return the first record that is not the expected one; an empty text where all are."""
    pairs = zip_longest(EXPECTED, records, fillvalue=("none",))
    for number, (expected, record) in enumerate(pairs, 1):
        if expected != record:
            return f"record {number} is {' '.join(record)}, and not {' '.join(expected)}"
    return ""


def not_at_origin(repository: Repository) -> str:
    """Return how the tags of a repository differ from those at its origin; empty if they do not."""
    try:
        here = repository.run("for-each-ref", "--format=%(objectname)\t%(refname)", "refs/tags")
        at_origin = repository.run("ls-remote", "--tags", "--refs", "origin")
    except GitError as error:
        return str(error)
    same = set(here.splitlines()) == set(at_origin.splitlines())
    return "" if same else "not all of them are at the origin"
