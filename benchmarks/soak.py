"""``python -m benchmarks.soak``: sound deployments over a bad network pass, faulty ones fail.

Full runs against the stand-in behind a proxy that resets, refuses, answers 503, stalls and browns
out, all at once and by a seed, and before a control as well. In some runs the network is lost for
a while, or for good: those must not fail. With ``--sensitivity`` also every fault of the stand-in
that a run should fail, and two lasting troubles of the deployment's own network, under the same
noise.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import fhr_standin
from fhr_standin.faults import FAULTS

from . import soaked, tables
from .console import MET, MISSED, code_of, count_up_to, machine, progress, say
from .noise import Noise
from .soaking import LOCALES, Ended, run

NOISE: Final = Noise()
LASTING: Final = {
    "network: 503 one in three": replace(NOISE, unavailable=1 / 3),
    "network: reset one in three": replace(NOISE, reset_before=1 / 6, reset_after=1 / 6),
}
"""Trouble that lasts is a fault, too, where it is the deployment's: these runs have no control."""

LOST: Final = {
    "network lost for 10 s": replace(NOISE, lost=10.0),
    "network lost for good": replace(NOISE, lost=math.inf),
}
"""Trouble of the runner's own network, which the control shares."""

EXEMPT: Final = {
    "page-http-reference": "it needs TLS, which the proxy does not speak",
    "page-http-redirect": "it needs TLS, which the proxy does not speak",
    **{
        name: "no check sees it, or sees it alone: edges, releases, certificates, silence"
        for name, fault in FAULTS.items()
        if fault.caught_by == "engine"
    },
}
"""Faults that are not run. `knowngood drill` and the tests have all of them, without noise."""

_QUICK_FAULTS: Final = ("config-503-every-second", "submit-other-id")

_A_JOB: Final = 5  # sound runs of one stand-in

_PROBE: Final = 6.0
"""Seconds that a request has where there is a fault, so that those of silence end sooner: three
attempts of two seconds, which a stall of one does not cut off."""


@dataclass(frozen=True, slots=True)
class Job:
    """Runs, one for each seed, against one stand-in."""

    name: str
    seeds: tuple[str, ...]
    noise: Noise = NOISE
    fault: str = ""
    probe: float = 15.0
    controlled: bool = True

    def done(self) -> list[Ended]:
        """Do it."""
        faults = [self.fault] if self.fault in FAULTS else []
        with fhr_standin.running(locales=LOCALES, faults=faults) as standin:
            ended = [
                run(standin, seed, self.noise, self.fault, self.probe, self.controlled)
                for seed in self.seeds
            ]
        verdicts = " ".join(one.verdict for one in ended)
        failed = "; ".join(one.reason for one in ended if one.verdict != "PASSED")
        progress(f"{self.name}: {verdicts}{': ' * bool(failed)}{failed}")
        return ended


def main() -> int:
    """Run what the command line asks for; the exit code says whether all of it held."""
    return code_of("python -m benchmarks.soak", partial(_soak, _options()))


def _soak(options: argparse.Namespace) -> int:
    say(f"{machine()}, {LOCALES} locales")
    for line in soaked.noise_words(NOISE):
        say(line)
    runs = _all(_sound(options.runs, options.seeds), options.at_once)
    say("")
    for line in soaked.sound(runs):
        say(line)
    lost = _all(_without_network(options.lost), options.at_once)
    say("")
    for line in soaked.lost(lost):
        say(line)
    faulty: list[Ended] = []
    if options.sensitivity:
        faults = _QUICK_FAULTS if options.quick else _faults()
        faulty = _all(_faulty(faults, options.each), options.at_once)
        say("")
        for line in soaked.sensitivity(faulty, {} if options.quick else EXEMPT):
            say(line)
    return _judge(runs, lost, faulty, options.json)


def _judge(
    runs: Sequence[Ended], lost: Sequence[Ended], faulty: Sequence[Ended], file: Path | None
) -> int:
    targets = soaked.judge(runs, lost, faulty)
    say("")
    for line in tables.targets(targets, judged=True):
        say(line)
    if file is not None:
        content = {
            "noise": asdict(NOISE),
            "runs": [run.to_json() for run in runs],
            "lost": [run.to_json() for run in lost],
            "sensitivity": [{**run.to_json(), "caught": run.caught} for run in faulty],
            "exempt": EXEMPT,
            "targets": [asdict(target) for target in targets],
        }
        file.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return MET if all(target.met for target in targets) else MISSED


def _sound(runs: int, seeds: int) -> list[Job]:
    """So many runs, dealt out to so many seeds, a few to a job."""
    jobs = []
    for seed in range(1, min(seeds, runs) + 1):
        names = [f"{seed}.{number + 1}" for number in range(len(range(seed, runs + 1, seeds)))]
        for first in range(0, len(names), _A_JOB):
            some = tuple(names[first : first + _A_JOB])
            jobs.append(Job(f"sound, seeds {some[0]} to {some[-1]}", some))
    return jobs


def _faults() -> tuple[str, ...]:
    """All that a run should fail, the network's, and those of the stand-in."""
    bad = (name for name, fault in FAULTS.items() if fault.verdict == "FAILED")
    return (*LASTING, *(name for name in bad if name not in EXEMPT))


def _faulty(faults: Sequence[str], count: int) -> list[Job]:
    seeds = tuple(map(str, range(1, count + 1)))
    return [Job(name, seeds, LASTING.get(name, NOISE), name, _PROBE, False) for name in faults]


def _without_network(count: int) -> list[Job]:
    """Return runs of each kind in which the network is lost, a few to a job."""
    names = [str(number + 1) for number in range(count)]
    some = [tuple(names[first : first + _A_JOB]) for first in range(0, count, _A_JOB)]
    return [Job(name, seeds, noise, name) for name, noise in LOST.items() for seeds in some]


def _all(jobs: Sequence[Job], at_once: int) -> list[Ended]:
    """Do all jobs; what they ended in, in the order of the jobs. The last ones begin first: among
    faults those of submission take longest.
    """
    with ThreadPoolExecutor(at_once) as lanes:
        waiting = [lanes.submit(job.done) for job in reversed(jobs)]
        try:
            return [ended for done in reversed(waiting) for ended in done.result()]
        except BaseException:
            lanes.shutdown(wait=False, cancel_futures=True)  # those under way end by themselves
            raise


def _options() -> argparse.Namespace:
    cpus = os.cpu_count() or 1
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak",
        description="Full runs over a bad network: a sound deployment must pass, a faulty one "
        "must fail. Exit code: 0 all of it held, 1 some did not, 2 not measured.",
        allow_abbrev=False,
    )
    add, number = parser.add_argument, count_up_to(100_000)
    add("--runs", type=number, metavar="N", help="sound runs (default: 300; with --quick 4)")
    add("--seeds", type=number, metavar="N", help="that they are dealt out to (10; 2)")
    add("--lost", type=number, metavar="N", help="runs of each way to lose the network (20; 2)")
    add("--sensitivity", action="store_true", help="run each fault, too")
    add("--each", type=number, metavar="N", help="runs of each fault (3; 1)")
    add("--at-once", type=number, metavar="N", default=2 * cpus, help=f"({2 * cpus})")
    add("--quick", action="store_true", help="a small run, to see that all works")
    add("--json", type=Path, metavar="FILE", help="write every run to FILE as well")
    options = parser.parse_args()
    runs, seeds, lost, count = (4, 2, 2, 1) if options.quick else (300, 10, 20, 3)
    options.runs = options.runs or runs
    options.lost = options.lost or lost
    options.seeds = options.seeds or seeds
    options.each = options.each or count
    return options


if __name__ == "__main__":
    sys.exit(main())
