"""One kill: a push is broken off at some moment, and the next one must find all in order."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from knowngood.drill.sandbox import STAGE, Sandbox
from knowngood.drill.sandbox_deploy import LIVE
from knowngood.release import Repository
from knowngood.release.record import is_record

from .killed_site import lost_file

LOST_RECORD: Final = "records lost"
MISJUDGED: Final = "releases judged wrongly"
UNTOLD_LOCK: Final = "locks left untold"
STUCK: Final = "next pushes that did not work"
FAULTS: Final = (LOST_RECORD, MISJUDGED, UNTOLD_LOCK, STUCK)

_END: Final = 60.0  # seconds that a push which was asked to end may take
_LOCKS: Final = "refs/knowngood/lock"
_STEPS: Final = {
    "": "asking the gate",
    "STARTED": "deploying",
    "DEPLOYED": "verifying",
    "PASSED": "ending",
    "FAILED": "going back",
    "REJECTED": "going back",
    "INTERRUPTED": "ending",
    "INCONCLUSIVE": "ending",
}
"""What a push does after a record of this verdict."""

Records = Mapping[str, tuple[str, str]]
"""Name of a record: its object, and its verdict."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What is killed, and when.

    Attributes:
        release: the release that is pushed.
        good: whether it is a good one.
        number: the signal.
        after: seconds from the start of the push.
    """

    release: str
    good: bool
    number: signal.Signals
    after: float


@dataclass(frozen=True, slots=True)
class Killed:
    """What came of a kill.

    Attributes:
        kill: what was killed.
        step: what the push was doing.
        ended: whether the push had ended by itself before.
        faults: what was wrong, each with one of FAULTS before it.
        seconds: how long the next push took.
    """

    kill: Kill
    step: str
    ended: bool
    faults: tuple[tuple[str, str], ...]
    seconds: float


class KillRound:
    """A push that is killed, and the one after it."""

    def __init__(self, place: Sandbox, kill: Kill, repair: str) -> None:
        """``repair`` is the good release that the next push puts there."""
        self._place = place
        self._origin = Repository(place.folder / "origin.git")
        self._kill = kill
        self._repair = repair

    def run(self) -> Killed:
        """Push, kill and push again; say what was wrong."""
        before = self._records()
        ended, output = self._push_and_kill()
        killed = self._records()
        faults = [*self._untold(output), *self._unrecorded(killed)]
        began = time.monotonic()
        faults += self._push_again()
        seconds = time.monotonic() - began
        after = self._records()
        faults += self._lost({**before, **killed}, after)
        faults += self._misjudged(after)
        new = sorted(killed.keys() - before.keys(), key=lambda name: name.rpartition("/")[2])
        verdict = killed[new[-1]][1] if new else ""
        step = _STEPS.get(verdict, verdict)
        return Killed(self._kill, step, ended, tuple(faults), seconds)

    def _push_and_kill(self) -> tuple[bool, str]:
        """Return whether the push ended before it was killed, and what it printed."""
        with tempfile.TemporaryFile() as file:
            words = ("push", f"--env={STAGE}", f"--release={self._kill.release}")
            process = self._place.start(*words, output=file)
            try:
                process.wait(self._kill.after)
                ended = True
            except subprocess.TimeoutExpired:
                process.send_signal(self._kill.number)
                process.wait(_END)
                ended = False
            file.seek(0)
            return ended, file.read().decode("utf-8", "replace")

    def _records(self) -> Records:
        """Return the records at the origin and in the clone."""
        return {**_records_in(self._place.site), **_records_in(self._origin)}

    def _live(self) -> str:
        return (self._place.folder / STAGE / LIVE).resolve().name

    def _untold(self, output: str) -> Iterator[tuple[str, str]]:
        """Yield a lock and records that others cannot see, if neither the push nor ``status``
        tells them.
        """
        local = _only_in(self._place.site, self._origin)
        code, printed = self._place.run("status", f"--env={STAGE}", "--check", "--json")
        local &= _only_in(self._place.site, self._origin)
        try:
            [row] = json.loads(printed)
        except ValueError:
            yield UNTOLD_LOCK, f"status ended with {code}: {printed[-500:]}"
            return
        trouble = "\n".join(row["trouble"])
        locked = self._origin.run("for-each-ref", _LOCKS)
        if locked and not row["left_lock"]:
            yield UNTOLD_LOCK, f"status tells no lock that was left behind: {row}"
        if locked and self._kill.number != signal.SIGKILL and "was left behind" not in output:
            yield UNTOLD_LOCK, f"the push told no lock: {output[-500:]!r}"
        if local and "not at the origin" not in trouble:
            yield LOST_RECORD, f"status does not tell that {local} are here alone: {trouble!r}"

    def _unrecorded(self, records: Records) -> Iterator[tuple[str, str]]:
        """Yield that a release is live of which no record says that its push began."""
        folder = f"pushed/{STAGE}/{self._kill.release}/"
        if self._live() == self._kill.release and not any(r.startswith(folder) for r in records):
            yield LOST_RECORD, f"{self._kill.release} is live, and its push is on no record"

    def _push_again(self) -> Iterator[tuple[str, str]]:
        """Push the good release; yield what it did not leave as it should."""
        code, output = self._place.run("push", f"--env={STAGE}", f"--release={self._repair}")
        if code != 0 or self._live() != self._repair:
            yield STUCK, f"exit code {code}, {self._live()} is live: {output[-1500:]}"
        if self._origin.run("for-each-ref", _LOCKS):
            yield UNTOLD_LOCK, f"after the next push there is a lock: {output[-500:]!r}"

    def _lost(self, before: Records, after: Records) -> Iterator[tuple[str, str]]:
        """Yield each record that went away, was changed, or is not at the origin."""
        there = _records_in(self._origin)
        for name, (digest, _) in before.items():
            if after.get(name, ("",))[0] != digest:
                yield LOST_RECORD, f"{name} was there, and is not any more"
        yield from ((LOST_RECORD, f"{r} is not at the origin") for r in after if r not in there)

    def _misjudged(self, records: Records) -> Iterator[tuple[str, str]]:
        """Yield each record that says of a release what is not so."""
        lost = str(lost_file(self._place).relative_to(self._place.site.path))
        for name, (_, verdict) in records.items():
            release = name.split("/")[2]
            good = self._place.site.run("ls-tree", release, "--", lost) != ""
            if verdict in ({"FAILED", "REJECTED"} if good else {"PASSED"}):
                yield MISJUDGED, f"{name} says {verdict}"


def _records_in(repository: Repository) -> dict[str, tuple[str, str]]:
    form = "--format=%(refname:lstrip=2)\t%(objectname)\t%(contents:subject)"
    lines = repository.run("for-each-ref", form, "refs/tags").splitlines()
    rows = (line.split("\t", 2) for line in lines)
    return {n: (digest, text.partition(":")[0]) for n, digest, text in rows if is_record(n)}


def _only_in(here: Repository, there: Repository) -> set[str]:
    return _records_in(here).keys() - _records_in(there).keys()
