"""Our own full run: every locale, every URL, every claim."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .deployment import ROOT, Deployment
from .errors import BenchmarkError
from .nginx import Asked
from .process import PYTEST, Usage, measure, require

_WITHIN: Final = 900.0  # seconds


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it took, what it counted, and what nginx was asked for."""

    usage: Usage
    requests: int
    claims: int
    asked: tuple[Asked, ...]


def run(deployment: Deployment, environment: Path, workers: int = 0) -> Run:
    """Verify ``deployment`` once by one of its environments, divided among ``workers`` processes if
    there are any. Raises BenchmarkError unless the verdict is PASSED.
    """
    verdict = deployment.folder / "verdict.json"
    command = [
        *(*PYTEST, f"--env={environment}"),
        f"--verdict-file={verdict}",
        *(["-n", str(workers)] if workers else []),
    ]
    deployment.nginx.forget()
    usage = require(measure(command, ROOT, _WITHIN), "the smoke tests against nginx")
    document = json.loads(verdict.read_text("utf-8"))
    if document["verdict"] != "PASSED":
        raise BenchmarkError(
            f"the smoke tests against nginx: {document['verdict']}, expected PASSED"
        )
    asked = tuple(deployment.nginx.asked())
    if not asked:
        raise BenchmarkError("the smoke tests passed, but nginx was asked for nothing")
    return Run(usage, document["requests"]["sent"], document["counts"]["ran"], asked)
