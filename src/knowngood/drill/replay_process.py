"""The process that replays faults: the suite runs once, then its checks on changed answers.

:mod:`.fault_replay` starts it. It reads one line of JSON from stdin: the ``environment``, the
``root`` of its suite, the ``release`` and the names of ``faults``. Once the sound run is over it
writes which of them it can replay. From then on each line of its input names some of these, the
``faults`` that are there together, and the ``checks`` that are to run again; all, if it names none.
It answers with the verdict document, or with ``null`` if the faults need a deployment after all. If
``serve.drill.answers`` does not work, it writes only an ``error``.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import pytest

from ..environment import BadEnvironment, Environment, load, runnable
from ..fetch import Exchange, Tape, decodes, exchange_with, headers_of, request_headers
from ..report import json_file
from ..safety import process_group, redact_data
from ..session.declarations import check_name
from ..session.rerun import Rerun, Rerunner
from ..verdict.run_results import RunResults
from .recording_plugin import RecordingPlugin, rerun_until, run_recorded

_ANSWERING: Final = 60.0  # seconds that the command may take

Changed = Mapping[Exchange, Exchange]
"""The exchange in place of each that a fault changes."""


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


def changed_by_faults(
    environment: Environment, run_id: str, tape: Tape, faults: Sequence[str]
) -> dict[str, Changed]:
    """Return what each fault changes of ``tape``, by name: of the faults that the command knows
    the answers of, and that change an answer at all. What cannot be decoded never gets as far as a
    check, and is left out.

    ``environment`` has the origins that were asked in the run ``run_id``. Raises BadEnvironment.
    """
    assert environment.drill is not None
    exchanges = [each for each in (*tape.shared.values(), *tape.sent) if each.answer]
    headers = request_headers(run_id, environment.send)
    document = {
        "origins": dict(environment.origins),
        "faults": list(faults),
        "requests": [_request(*numbered, headers) for numbered in enumerate(exchanges)],
    }
    command = runnable(environment.drill.answers)
    try:
        stdin = json.dumps(document).encode()
        done = process_group.run(command, _ANSWERING, stdin, cwd=environment.root)
        done.check_returncode()
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        changed = {line["fault"]: dict(_changed(line["answers"], exchanges)) for line in lines}
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as error:
        where = f"{environment.path}: serve.drill.answers"
        raise BadEnvironment(f"{where}: {' '.join(command)}: {error}") from None
    limit = environment.budget.body
    return {
        fault: answers
        for fault, answers in changed.items()
        if answers
        and all(new.answer and decodes(new.probe, new.answer, limit) for new in answers.values())
    }


def _request(number: int, exchange: Exchange, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the request of an exchange; of one that was redirected, that to the last URL."""
    probe, answer = exchange.probe, exchange.answer
    assert answer is not None
    return {
        "id": number,
        "method": probe.method,
        "url": answer.url if probe.follow else probe.url,
        "headers": [list(pair) for pair in headers_of(probe, headers)],
        "body": base64.b64encode(probe.body).decode() if probe.body is not None else None,
    }


def _changed(
    rows: Sequence[Mapping[str, Any]], exchanges: Sequence[Exchange]
) -> Iterator[tuple[Exchange, Exchange]]:
    for row in rows:
        recorded = exchanges[row["id"]]
        assert recorded.answer is not None
        headers = ((str(n).encode("latin-1"), str(v).encode("latin-1")) for n, v in row["headers"])
        answer = replace(
            recorded.answer,
            status=int(row["status"]),
            headers=tuple(headers),
            body=base64.b64decode(row["body"]),
        )
        yield recorded, exchange_with(recorded, answer)


if __name__ == "__main__":
    sys.exit(main())
