"""``python -m benchmarks.kills``: pushes that are killed at random moments lose nothing.

Good and bad releases are pushed in turn to a small site whose origin has the server's hook. Each
push gets SIGKILL, SIGTERM or SIGINT at some moment; then the records, the lock and the next push
are looked at.
"""

from __future__ import annotations

import argparse
import random
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from knowngood.drill.sandbox import GOOD, STAGE, Sandbox
from knowngood.environment import BadEnvironment
from knowngood.release import GitError

from . import tables
from .console import MET, MISSED, code_of, count_up_to, machine, progress, say
from .kill_round import FAULTS, Kill, Killed, KillRound
from .killed_site import lost_file, pushed_site

_SIGNALS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
_BAD_TAKES: Final = 2.0  # times as long as a good push: it is rolled back
_MOST: Final = 1000


def main() -> int:
    """Kill as many pushes as the command line asks for; the exit code says whether all was well."""
    options = _options()
    run = partial(_run, options.count, options.seed)
    return code_of("python -m benchmarks.kills", run, BadEnvironment, GitError)


def _run(count: int, seed: int) -> int:
    rounds: list[Killed] = []
    try:
        rounds.extend(_kills(count, seed))
    except KeyboardInterrupt:
        judge(rounds, seed)
        raise
    return judge(rounds, seed)


def _kills(count: int, seed: int) -> Iterator[Killed]:
    """Yield what came of each kill; pushes that ended by themselves before are not counted."""
    say(f"{machine()}, seed {seed}")
    with pushed_site() as place:
        chance = random.Random(seed)  # noqa: S311  nothing secret
        draw = Draw(place, chance, _push_seconds(place))
        done = 0
        for number in range(2 * count):
            killed = draw.round(number)
            draw.seconds = killed.seconds
            done += not killed.ended
            progress(f"{done} of {count}: {_words(killed)}")
            yield killed
            if done == count:
                return


def _push_seconds(place: Sandbox) -> float:
    began = time.monotonic()
    place.run("push", f"--env={STAGE}", f"--release={GOOD}")
    return time.monotonic() - began


class Draw:
    """Draws releases, signals and moments.

    ``seconds`` is how long a good push took last.
    """

    def __init__(self, place: Sandbox, chance: random.Random, seconds: float) -> None:
        self._place = place
        self._chance = chance
        self._file = lost_file(place)
        self._content = place.site.read(
            "show", f"{GOOD}:./{self._file.relative_to(place.site.path)}"
        )
        self.seconds = seconds

    def round(self, number: int) -> Killed:
        """Push a new release, good or bad in turn, and kill that. A good one is pushed again
        afterwards; a bad one is followed by one that repairs it.
        """
        good = number % 2 == 0
        release = self._add(f"r{number}", good)
        drawn = self._chance.choice(_SIGNALS)
        share = self._chance.random() * (1 if good else _BAD_TAKES)
        kill = Kill(release, good, drawn, share * self.seconds)
        repair = release if good else self._add(f"r{number}-repaired", good=True)
        return KillRound(self._place, kill, repair).run()

    def _add(self, release: str, good: bool) -> str:
        self._file.unlink(missing_ok=True)
        if good:
            self._file.write_bytes(self._content)
        (self._place.site.path / "change.txt").write_text(release, "utf-8")
        self._place.add_release(release, f"Make {release}")
        self._place.site.run("push", "--quiet", "origin", release)
        return release


def _words(killed: Killed) -> str:
    kill = killed.kill
    what = (
        f"a {'good' if kill.good else 'bad'} release, {kill.number.name} after {kill.after:.1f} s"
    )
    when = "it had ended" if killed.ended else f"while {killed.step}"
    faults = "".join(f"\n  {fault}: {detail}" for fault, detail in killed.faults)
    return f"{what}, {when}{faults}"


def judge(rounds: Sequence[Killed], seed: int) -> int:
    """Print the table and what was wrong; return the exit code."""
    kills = [killed for killed in rounds if not killed.ended]
    say(f"{len(kills)} killed, {len(rounds) - len(kills)} had ended before")
    head = ("", "kills", *FAULTS, "")
    say("")
    for line in tables.table([head, *_rows(kills)]):
        say(line)
    wrong = [killed for killed in rounds if killed.faults]
    for killed in wrong:
        say(f"seed {seed}: {_words(killed)}")
    return MISSED if wrong else MET


def _rows(kills: Sequence[Killed]) -> Iterator[tuple[str, ...]]:
    for number in _SIGNALS:
        yield _row(number.name, [killed for killed in kills if killed.kill.number == number])
    for step in dict.fromkeys(killed.step for killed in kills):
        yield _row(f"while {step}", [killed for killed in kills if killed.step == step])
    yield _row("all", kills)


def _row(name: str, kills: Sequence[Killed]) -> tuple[str, ...]:
    faults = [fault for killed in kills for fault, _ in killed.faults]
    return name, str(len(kills)), *(str(faults.count(fault)) for fault in FAULTS), ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kills",
        description="Kill pushes at random moments; nothing may be lost, and the next push must "
        "work. Exit code: 0 all of it held, 1 some did not, 2 not measured.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--count", type=count_up_to(_MOST), default=20, metavar="N", help="kills (20)"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="(random)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
