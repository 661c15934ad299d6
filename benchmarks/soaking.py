"""One run of the soak: a stand-in, the noise before it, and pytest as a process."""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from fhr_standin.faults import FAULTS
from fhr_standin.locales import choose
from fhr_standin.running import Standin

from .deployment import ROOT, environment_file
from .errors import BenchmarkError
from .noise import Noise, noisy
from .process import PYTEST, measure
from .results import CONCURRENCY

LOCALES: Final = 8
"""Of every kind, a plain one, from right to left, an alias; about 810 requests and 2 s of CPU."""

_WITHIN: Final = 960.0  # seconds; the run ends itself after 900


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run ended.

    ``fault`` is one of the deployment or of the network, empty if there is noise alone.
    ``flaky`` counts requests that needed a retry, ``failed`` names the checks that failed or
    were unsteady, ``injected`` is what the proxy did, ``documents`` how many were left in the
    store and ``reported`` how many of them the run said it may have left.
    """

    seed: str
    fault: str
    verdict: str
    reason: str
    seconds: float
    cpu: float
    requests: int
    attempts: int
    flaky: int
    documents: int
    reported: int
    failed: tuple[str, ...]
    injected: dict[str, int]
    failures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The checks that failed and name the fault; of one that none names, all that failed."""
        naming = catching(self.fault)
        return tuple(check for check in self.failed if check in naming or not naming)

    @property
    def caught(self) -> bool:
        """Whether the run failed, and for the fault that it met."""
        return self.verdict == "FAILED" and bool(self.caught_by)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(
    standin: Standin,
    seed: str,
    noise: Noise,
    fault: str = "",
    probe: float = 15,
    controlled: bool = True,
) -> Ended:
    """Verify ``standin``, which has this fault, through ``noise``; then empty its store.

    With ``controlled`` there is a control, with the noise before it, too. Raises BenchmarkError
    where the run gave no verdict.
    """
    behind = dict(standin.origins)
    if controlled:
        behind["control"] = standin.control[0]["url"]
    with tempfile.TemporaryDirectory(prefix="knowngood-soak-") as temporary:
        folder = Path(temporary)
        verdict = folder / "verdict.json"
        with noisy(behind, seed, noise) as (origins, injected):
            file = environment_file(
                folder / "environment",
                choose(LOCALES),
                **origins,
                probe=probe,
                concurrency=CONCURRENCY,
            )
            command = [*PYTEST, f"--env={file}", f"--verdict-file={verdict}"]
            if fault in FAULTS and FAULTS[fault].caught_by == "browser":
                command.append("--level=full")
            usage = measure(command, ROOT, _WITHIN)
        if not verdict.exists():
            raise BenchmarkError(f"seed {seed} {fault}: no verdict\n{usage.output[-3000:]}")
        document = json.loads(verdict.read_text("utf-8"))
    documents = len(standin.documents())
    standin.reset()
    bad = [name for name, check in document["checks"].items() if check["bad"] or check["unsteady"]]
    return Ended(
        seed=seed,
        fault=fault,
        verdict=document["verdict"],
        reason=document["reason"],
        seconds=usage.wall,
        cpu=usage.cpu,
        requests=document["requests"]["sent"],
        attempts=document["requests"]["attempts"],
        flaky=document["counts"]["flaky"],
        documents=documents,
        reported=len(document["left_behind"]),
        failed=tuple(bad),
        injected={"requests": injected.requests, **injected.trouble},
        failures=[*document["failures"], *document["unsettled"]][:3] if not fault else [],
    )


def catching(fault: str) -> set[str]:
    """The checks that name ``fault`` in their ``catches`` mark."""
    return {check for check, faults in _catches().items() if fault in faults}


@cache
def _catches() -> dict[str, set[str]]:
    catches: dict[str, set[str]] = {}
    for path in sorted((ROOT / "smoketests").glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                catches[f"{path.name}::{node.name}"] = set(_named(node))
    return catches


def _named(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.catches":
            yield from (ast.literal_eval(fault) for fault in mark.args)
