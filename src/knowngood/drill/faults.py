"""``knowngood drill``: does the gate catch what it says it catches?

A deployment is started sound, and then with one fault after the other; each run must end as the
fault says, and by the check that says it catches it. Pairs of faults, drawn at random, see that
none hides another.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..environment import loader
from ..environment.model import BadEnvironment, Environment
from ..environment.serve_settings import DrillConfig
from ..environment.server import runnable
from ..report import json_file
from ..safety import process_group
from ..session.options import Options
from ..supervisor import Conclusion, watched
from ..verdict.exit_codes import EXIT_CODES, VerdictKind
from . import table as report
from .pycache import shared_pycache

AS_EXPECTED, MISSED = 0, 1
PAIRS: Final = 10
_LISTING: Final = 30.0  # seconds that the list of faults may take
_VERDICTS: Final = (VerdictKind.PASSED, VerdictKind.FAILED, VerdictKind.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a deployment, and the verdict that it should end in."""

    name: str
    verdict: str
    doc: str


@dataclass(frozen=True, slots=True)
class DrillRun:
    """A run to make: the faults to start with, the verdicts that are right, and the checks that
    claim to catch them.
    """

    name: str
    faults: tuple[str, ...]
    expected: tuple[str, ...]
    claimed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DrillResult:
    """How an exercise ended: the verdict ``got``, the checks that failed and claim to
    (``caught_by``), those that claim to and did not (``quiet``), and ``reason`` or output.
    """

    name: str
    expected: tuple[str, ...]
    got: str
    caught_by: tuple[str, ...]
    quiet: tuple[str, ...]
    seconds: float
    reason: str = ""

    @property
    def right(self) -> bool:
        """Whether it ended as it should, by the checks that say so."""
        return self.got in self.expected and not self.quiet


def drill(
    name: str,
    names: Sequence[str],
    pairs: int | None,
    seed: int | None,
    path: Path | None,
    *,
    say: Callable[[str], None],
) -> int:
    """Drill the environment ``name`` with the faults ``names`` (all where there are none) and with
    ``pairs``, and write the results to ``path``; return the exit code. Raises BadEnvironment.
    """
    environment, config = drilled(name)
    faults = listed(config, environment.root)
    unknown = sorted(set(names) - {fault.name for fault in faults})
    if unknown:
        raise BadEnvironment(
            f"--fault {unknown[0]}: no such fault; "
            f"allowed: {', '.join(fault.name for fault in faults)}"
        )
    chosen = [fault for fault in faults if not names or fault.name in names]
    seed = seed if seed is not None else secrets.randbelow(10_000)
    try:
        with shared_pycache() as variables:
            drilling = FaultDrill(environment, variables, path)
            return drilling.run(chosen, faults, PAIRS if pairs is None else pairs, seed)
    except KeyboardInterrupt:
        # The runs under way end by themselves when we are gone; waiting for them helps nobody.
        say("knowngood drill: interrupted")
        os._exit(EXIT_CODES[VerdictKind.INTERRUPTED])


@dataclass(slots=True)
class FaultDrill:
    """The exercises of one drill, several at a time, each with these environment ``variables``;
    ``path`` is where their results go.
    """

    environment: Environment
    variables: Mapping[str, str]
    path: Path | None = None
    release: str | None = None

    def run(self, chosen: Sequence[Fault], all_: Sequence[Fault], pairs: int, seed: int) -> int:
        """Sound first, then each chosen fault, then pairs; the exit code."""
        began = time.monotonic()
        sound, checks = self._sound()
        report.row(sound)
        results = [sound]
        if sound.right:
            exercises = [alone(fault, checks) for fault in chosen]
            chance = random.Random(seed)  # noqa: S311 - to be drawn again, not to be secret
            exercises += pairs_of(all_, checks, pairs, chance)
            results += self._all(exercises)
        report.summary(results, time.monotonic() - began, pairs, seed)
        self._write(results, seed)
        return AS_EXPECTED if all(each.right for each in results) else MISSED

    def _sound(self) -> tuple[DrillResult, Mapping[str, Any]]:
        """The sound deployment, whose release the faulty ones are held against."""
        exercise = DrillRun("(sound)", (), (str(VerdictKind.PASSED),))
        result, document = self._exercise(exercise)
        found = document or {"checks": {}, "release": {"seen": None}}
        self.release = found["release"]["seen"]
        return result, found["checks"]

    def _all(self, exercises: Sequence[DrillRun]) -> Iterator[DrillResult]:
        running = 2 * (os.cpu_count() or 1)  # a run waits for its deployment half of its time
        with ThreadPoolExecutor(running) as pool:
            futures = [pool.submit(self._exercise, each) for each in exercises]
            try:
                for future in as_completed(futures):
                    result, _ = future.result()
                    report.row(result)
                    yield result
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _exercise(self, exercise: DrillRun) -> tuple[DrillResult, Mapping[str, Any] | None]:
        began = time.monotonic()
        output: list[bytes] = []
        found = self._watched(",".join(exercise.faults) or "none", output)
        return judged(exercise, found, time.monotonic() - began, b"".join(output)), found.document

    def _watched(self, faults: str, output: list[bytes]) -> Conclusion:
        """Run as ``knowngood verify`` does, but without its lock: here several run at once."""
        path, folder = self.environment.path, self.environment.root
        options = Options.from_values(
            env=str(path), root=folder, cwd=folder, drill=faults, release=self.release
        )
        run_id, arguments = uuid.uuid4().hex[:12], ["-p", "no:cacheprovider", "-q"]
        return watched(options, arguments, run_id, output.append, self.variables)

    def _write(self, results: Sequence[DrillResult], seed: int) -> None:
        if self.path is None:
            return
        content = {
            "schema": 1,
            "environment": self.environment.name,
            "release": self.release,
            "seed": seed,
            "results": [{**asdict(each), "right": each.right} for each in results],
        }
        json_file.write(self.path.absolute(), content)


def alone(fault: Fault, checks: Mapping[str, Any]) -> DrillRun:
    """One fault by itself."""
    return DrillRun(fault.name, (fault.name,), (fault.verdict,), _claiming(fault, checks))


def pairs_of(
    faults: Sequence[Fault], checks: Mapping[str, Any], count: int, chance: random.Random
) -> list[DrillRun]:
    """So many pairs of faults. A fault that fails is not hidden by one that does not; where
    somebody turns the run away there may be less to see, but never nothing.
    """
    found = []
    for _ in range(count if len(faults) > 1 else 0):
        pair = sorted(chance.sample(list(faults), 2), key=lambda fault: fault.name)
        verdicts = {fault.verdict for fault in pair}
        expected: tuple[str, ...]
        if verdicts == {str(VerdictKind.FAILED), str(VerdictKind.INCONCLUSIVE)}:
            expected = (str(VerdictKind.FAILED), str(VerdictKind.INCONCLUSIVE))
        else:
            worst = max(verdicts, key=[str(each) for each in _ORDER].index)
            expected = (worst,)
        names = tuple(fault.name for fault in pair)
        found.append(DrillRun(" + ".join(names), names, expected))
    return found


_ORDER: Final = (VerdictKind.PASSED, VerdictKind.INCONCLUSIVE, VerdictKind.FAILED)


def judged(exercise: DrillRun, found: Conclusion, seconds: float, output: bytes) -> DrillResult:
    """What the end of a run says of an exercise. Where the release never came up no check ran, and
    the engine's own claim has caught it.
    """
    kind = next((str(k) for k, code in EXIT_CODES.items() if code == found.code), "usage error")
    document = found.document or {"failures": [], "checks": {}, "reason": found.reason}
    failed = {each["check"] for each in document["failures"]}
    failed |= {name for name, check in document["checks"].items() if check["unsteady"]}
    ours = {name for name in failed if name.startswith("knowngood::")}
    caught = (exercise.claimed & failed) or ours
    quiet = () if ours else tuple(sorted(exercise.claimed - failed))
    reason = str(document["reason"]) or output.decode("utf-8", "replace")[-2000:]
    return DrillResult(
        name=exercise.name,
        expected=exercise.expected,
        got=kind,
        caught_by=tuple(sorted(caught or failed)),
        quiet=quiet if str(VerdictKind.FAILED) in exercise.expected else (),
        seconds=round(seconds, 1),
        reason=reason,
    )


def listed(drill: DrillConfig, folder: Path) -> list[Fault]:
    """The faults that the deployment can be started with. Raises BadEnvironment."""
    command = runnable(drill.faults)
    try:
        done = process_group.run(command, _LISTING, cwd=folder)
        done.check_returncode()
        found = [
            Fault(each["name"], each["verdict"], each["doc"]) for each in json.loads(done.stdout)
        ]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise BadEnvironment(f"serve.drill.faults: {' '.join(command)}: {error}") from None
    for fault in found:
        if fault.verdict not in _VERDICTS:
            raise BadEnvironment(
                f"serve.drill.faults: {fault.name}: found the verdict {fault.verdict!r}; "
                f"allowed: {', '.join(_VERDICTS)}"
            )
    return found


def _claiming(fault: Fault, checks: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, check in checks.items() if fault.name in check["catches"])


def drilled(name: str) -> tuple[Environment, DrillConfig]:
    """Return the environment and its [serve.drill]. Raises BadEnvironment."""
    environment = loader.here(name)
    if environment.serve is None or environment.serve.drill is None:
        raise BadEnvironment(
            f"{environment.path}: has no [serve.drill], which lists faults and says how to start "
            "the deployment with one"
        )
    return environment, environment.serve.drill
