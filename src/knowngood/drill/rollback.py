"""``knowngood drill --rollback``: push releases in a sandbox, good and bad; see the bad ones leave.

The steps stand in :mod:`.rollback_steps`. The first one that is not as expected ends the drill.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from ..safety import Say, indented_lines
from . import result_files
from .fault_drill import drilled
from .fault_results import AS_EXPECTED, MISSED
from .rollback_steps import RollbackDrill, Step
from .sandbox import sandbox


def drill_rollback(name: str, path: Path | None, *, say: Say) -> int:
    """Take all steps with the environment ``name``, or those up to the first that is not as
    expected; return the exit code.

    ``path`` is where the steps are written. Raises UsageError.
    """
    result_files.refuse_unwritable(path)
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
    result_files.write(path, content, say)
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
