"""Ask the command of ``serve.drill.answers`` what faults change in the answers of a run."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..environment import BadEnvironment, Environment, runnable
from ..fetch import Exchange, Tape, decodes, exchange_with, headers_of, request_headers
from ..safety import process_group

_ANSWERING: Final = 60.0  # seconds that the command may take

Changed = Mapping[Exchange, Exchange]
"""The exchange in place of each that a fault changes."""


def changed_by_faults(
    environment: Environment, run_id: str, tape: Tape, faults: Sequence[str]
) -> dict[str, Changed]:
    """Return what each fault changes of ``tape``, by name: of the faults that the command knows
    the answers of, and that change an answer at all. What cannot be decoded never gets as far as a
    check, and is left out.

    ``environment`` has the origins that were asked in the run ``run_id``. Raises BadEnvironment.
    """
    assert environment.serve is not None
    assert environment.serve.drill is not None
    exchanges = _answered(tape)
    headers = request_headers(run_id, environment.send)
    document = {
        "origins": dict(environment.origins),
        "faults": list(faults),
        "requests": [_request(*numbered, headers) for numbered in enumerate(exchanges)],
    }
    command = runnable(environment.serve.drill.answers)
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


def _answered(tape: Tape) -> list[Exchange]:
    walked = (exchange for walk in tape.walks.values() for exchange in walk)
    return [exchange for exchange in (*tape.shared.values(), *walked) if exchange.answer]


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
