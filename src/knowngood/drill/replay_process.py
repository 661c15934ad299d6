"""The process that replays faults: the suite runs once, then its checks on changed answers.

:mod:`.fault_replay` starts it. It reads one line of JSON from stdin: the ``environment``, the
``root`` of its suite, the ``release`` and the names of ``faults``. Once the sound run is over it
writes which of them it can replay. From then on each line of its input names some of these, the
``faults`` that are there together, and the ``checks`` that are to run again; all, if it names none.
It answers with the verdict document, or with ``null`` if the faults need a deployment after all. If
``serve.drill.answers`` does not work, it writes only an ``error``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from ..environment import BadEnvironment, Environment, load
from ..fetch import Exchange
from ..report import json_file
from ..safety import redact_data
from ..session.declarations import check_name
from ..session.rerun import Rerun, Rerunner
from ..verdict.run_results import RunResults
from .fault_answers import Changed, changed_by_faults
from .recording_plugin import RecordingPlugin, rerun_until, run_recorded


class FaultPlugin(RecordingPlugin):
    """Replays the faults that each line of ``source`` names; writes verdicts to ``target``."""

    def __init__(self, faults: Sequence[str], source: IO[str], target: IO[str]) -> None:
        super().__init__()
        self._faults = faults
        self._source = source
        self._target = target

    def again(self, rerunner: Rerunner, results: RunResults) -> None:
        """Say what can be replayed, then replay what is asked for."""
        environment = rerunner.environment
        try:
            changed = changed_by_faults(environment, rerunner.run_id, self.tape, self._faults)
        except BadEnvironment as error:
            self._write({"error": str(error)})
            return
        self._write([f for f in changed if not _hides_release(environment, changed[f])])
        for line in self._source:
            asked = json.loads(line)
            together = _together([changed[fault] for fault in asked["faults"]])
            document = self._document(rerunner, together, asked["checks"]) if together else None
            self._write(document)

    def _document(
        self, rerunner: Rerunner, changed: Changed, checks: Sequence[str]
    ) -> dict[str, Any] | None:
        readers = self._readers(changed)
        if not readers <= self.items.keys():
            return None
        began = time.time()
        items = [self.items[nodeid] for nodeid in self.items if nodeid in readers]
        rerun = _run_some(rerunner, items, changed, checks)
        if rerun.unknown:
            return None
        return redact_data(
            json_file.document(
                rerun.verdict,
                rerun.results,
                run_id=rerunner.run_id,
                place="",
                origins=rerunner.environment.origins,
                began=began,
            )
        )

    def _readers(self, changed: Changed) -> set[str]:
        """Return the node ids of the items that read a changed answer."""
        probes = {exchange.probe for exchange in changed}
        walked = {n for n, walk in self.tape.walks.items() if any(e in changed for e in walk)}
        return walked | {n for n, read in self.tape.readers.items() if read & probes}

    def _write(self, content: object) -> None:
        self._target.write(json.dumps(content) + "\n")
        self._target.flush()


def _together(changes: Sequence[Changed]) -> Changed:
    """Return what several faults change; nothing if two of them change the same answer, which only
    a deployment with both gives.
    """
    together = {old: new for changed in changes for old, new in changed.items()}
    return together if len(together) == sum(map(len, changes)) else {}


def _run_some(
    rerunner: Rerunner, items: Sequence[pytest.Item], changed: Changed, checks: Sequence[str]
) -> Rerun:
    """Run ``items`` again; if there are ``checks``, one case of each, and all if one holds then."""
    if not checks:
        return rerunner.rerun(items, changed)

    def all_failed(rerun: Rerun) -> bool:
        return {outcome.check for outcome in rerun.verdict.judged.failed}.issuperset(checks)

    items = [item for item in items if check_name(item) in checks]
    return rerun_until(all_failed, rerunner, items, changed)


def main() -> int:
    """Replay faults until there is no more input; return pytest's exit code."""
    # pytest has a standard input and output of its own, and what it prints is for nobody.
    source, target = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    order = json.loads(source.readline())
    plugin = FaultPlugin(order["faults"], source, target)
    release = [f"--release={order['release']}"] if order["release"] else []
    environment = load(order["environment"], Path(order["root"]))
    return run_recorded(environment, plugin, ["-p", "no:cacheprovider", *release])


def _hides_release(environment: Environment, changed: Changed) -> bool:
    """Return whether the version document differs: the engine reads it, too, beside the checks."""
    release = environment.release
    if release is None:
        return False
    url = f"{environment.origins[release.origin]}{release.path}"

    def says(exchange: Exchange) -> tuple[object, ...]:
        answer = exchange.answer
        return (answer.status, answer.body, answer.header(release.header)) if answer else ()

    return any(old.probe.url == url and says(old) != says(new) for old, new in changed.items())


if __name__ == "__main__":
    sys.exit(main())
