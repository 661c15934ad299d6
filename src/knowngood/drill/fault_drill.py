"""``knowngood drill``: run a deployment sound, then with each fault, then with pairs of faults.

Faults that only change answers are replayed, if the environment says how. For all others a
deployment is started.

Each run must end as the fault says, by the checks that claim to catch it, and its first cause must
name a URL that the fault touches. Pairs, drawn at random, show that no fault hides another.
"""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..environment import BadEnvironment, DrillConfig, Environment, load_here
from ..fetch import RETRIED_STATUSES, AttemptError
from ..run_options import LEVELS
from ..safety import Say, new_run_id, plural
from ..session.options import Options
from ..supervisor import watched
from . import fault_results, fault_table, result_files
from .fault_replay import replaying
from .fault_results import AS_EXPECTED, MISSED, DrillResult, DrillRun
from .faults import Fault, list_faults

PAIRS: Final = 10
"""Pairs of faults that are drawn where nobody says how many."""


def drill_faults(
    name: str,
    *,
    faults: Sequence[str],
    pairs: int | None,
    seed: int | None,
    path: Path | None,
    say: Say,
) -> int:
    """Drill the environment ``name``; return the exit code.

    ``faults`` are the names of those to try; all, if it is empty. ``pairs`` is the number of pairs,
    and ``seed`` draws the same pairs again. ``path`` is where the results are written. Raises
    UsageError.
    """
    result_files.refuse_unwritable(path)
    environment, config = drilled(name)
    known = list_faults(config, environment)
    unknown = sorted(set(faults) - {fault.name for fault in known})
    if unknown:
        raise BadEnvironment(
            f"--fault {unknown[0]}: no such fault; "
            f"allowed: {', '.join(fault.name for fault in known)}"
        )
    chosen = [fault for fault in known if not faults or fault.name in faults]
    seed = secrets.randbelow(10_000) if seed is None else seed
    chance = random.Random(seed)  # noqa: S311 - to be drawn again, not to be secret
    drawn = fault_results.pairs_of(known, PAIRS if pairs is None else pairs, chance)
    began = time.monotonic()
    done: list[DrillResult] = []
    say(fault_table.HEADER)
    with tempfile.TemporaryDirectory(
        prefix="knowngood-drill-", ignore_cleanup_errors=True
    ) as folder:
        drill = FaultDrill(environment, bytecode_in(folder), say)
        for result in drill.results(chosen, drawn):
            done.append(result)
            say("\n".join(fault_table.row(result)))
    say("\n".join(fault_table.summary(done, time.monotonic() - began, len(drawn), seed)))
    content = {
        "environment": environment.name,
        "release": drill.release,
        "seed": seed,
        "results": [{**asdict(result), "right": result.right} for result in done],
    }
    result_files.write(path, content, say)
    return AS_EXPECTED if all(result.right for result in done) else MISSED


@dataclass(slots=True)
class FaultDrill:
    """The runs of one drill, several at a time.

    Attributes:
        environment: whose deployment is started.
        variables: environment variables of every run.
        say: prints a line.
        release: what the sound deployment served; every other run expects it.
    """

    environment: Environment
    variables: Mapping[str, str]
    say: Say
    release: str | None = None

    def results(self, faults: Sequence[Fault], pairs: Sequence[DrillRun]) -> Iterator[DrillResult]:
        """Yield the result without a fault and, if that one is right, with each fault and pair."""
        sound, document = self._run(DrillRun())
        yield sound
        if sound.right and document is not None:
            self.release = document["release"]["seen"]
            alone = [fault_results.alone(fault, document["checks"]) for fault in faults]
            yield from self._run_all(alone, pairs)

    def _run_all(
        self, alone: Sequence[DrillRun], pairs: Sequence[DrillRun]
    ) -> Iterator[DrillResult]:
        at_once = 3 * (os.cpu_count() or 1)  # half of its time a run waits, of silence nearly all
        replayable = [run for run in (*alone, *pairs) if _may_be_replayed(run)]
        started = [run for run in (*alone, *pairs) if not _may_be_replayed(run)]
        with ThreadPoolExecutor(at_once) as pool:
            started.sort(key=_is_soon_over)
            futures = {pool.submit(self._run, run): run for run in started}
            unclear = []
            try:
                for run, result in self._replayed(replayable):
                    if result is not None:
                        yield result
                    else:
                        futures[pool.submit(self._run, run)] = run
                for future in as_completed(futures):
                    result, _ = future.result()
                    if result.is_clear:
                        yield result
                    else:
                        unclear.append(futures[future])
            finally:
                pool.shutdown(cancel_futures=True)
        # On a busy machine runs that are under way together may take each other's time.
        yield from (self._run(run)[0] for run in unclear)

    def _replayed(self, runs: Sequence[DrillRun]) -> Iterator[tuple[DrillRun, DrillResult | None]]:
        """Yield each run with the result of its replay; with None if a deployment has to tell: the
        fault cannot be replayed, or the replay did not end as it should. The former come first.
        """
        config = self.environment.drill
        if not runs or config is None or not config.answers:
            yield from ((run, None) for run in runs)
            return
        faults = list(dict.fromkeys(name for run in runs for name in run.names))
        with replaying(self.environment, faults, self.release, self.variables) as replay:
            yield from ((run, None) for run in runs if not set(run.names) <= replay.faults)
            able = [run for run in runs if set(run.names) <= replay.faults]
            for number, run in enumerate(able):
                began = time.monotonic()
                ended = replay.conclusion(*run.names)
                if replay.has_ended:
                    left = able[number:]
                    self.say(
                        f"the process that replays faults has ended: {plural(len(left), 'run')} "
                        "more take a deployment each"
                    )
                    yield from ((run, None) for run in left)
                    return
                seconds = time.monotonic() - began
                result = fault_results.judge(run, ended, seconds, b"") if ended else None
                yield run, result if result is not None and result.right else None

    def _run(self, run: DrillRun) -> tuple[DrillResult, Mapping[str, Any] | None]:
        """Run as ``knowngood verify`` does, without its lock: several may run here."""
        began = time.monotonic()
        options = Options.from_values(
            env=str(self.environment.path),
            root=self.environment.root,
            cwd=self.environment.root,
            drill=",".join(run.names) or "none",
            release=self.release,
            level=max((fault.level for fault in run.faults), key=LEVELS.index, default=None),
        )
        arguments, output = ["-p", "no:cacheprovider", "-q"], list[bytes]()
        ended = watched(options, arguments, new_run_id(), output.append, self.variables)
        seconds = time.monotonic() - began
        return fault_results.judge(run, ended, seconds, b"".join(output)), ended.document


def _may_be_replayed(run: DrillRun) -> bool:
    """Return whether the run that is recorded sees all that the faults change: there is an answer,
    which is not asked for again, and no browser has to look at it.
    """
    return all(
        fault.level == LEVELS[0] and not fault.error and fault.status not in RETRIED_STATUSES
        for fault in run.faults
    )


def _is_soon_over(run: DrillRun) -> bool:
    """Return whether a run waits neither for a timeout nor between retries. Those that wait last
    longest: at the end nobody is to wait for them.
    """
    waits = (f.error == AttemptError.TIMEOUT or f.status in RETRIED_STATUSES for f in run.faults)
    return not any(waits)


def bytecode_in(folder: str) -> dict[str, str]:
    """Return the variables by which all runs of a drill keep Python's bytecode in ``folder``, where
    they would keep none: with PYTHONDONTWRITEBYTECODE, as in containers, every run would compile
    every module again, which is a third of its time.
    """
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def drilled(name: str) -> tuple[Environment, DrillConfig]:
    """Return the environment ``name`` and its [serve.drill]. Raises BadEnvironment."""
    environment = load_here(name)
    if environment.drill is None:
        raise BadEnvironment(
            f"{environment.path}: has no [serve.drill], which lists faults and says how to start "
            "the deployment with one"
        )
    return environment, environment.drill
