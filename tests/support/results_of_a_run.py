"""The results of a run, with what a test wants of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from knowngood.environment.model import Budget, Environment
from knowngood.fetch import RequestTotals, WriteKind
from knowngood.readiness import ReleaseState
from knowngood.verdict.run_results import ClaimResult, CollectedChecks, RunResults

STAGE = Environment(name="stage", path=Path("environments/stage.toml"), description="")
_OF_ENVIRONMENT = ("require", "origins", "control", "advisory", "params")
_COLLECTED = ("deselected", "inapplicable", "catches", "advisories", "drawn")
_OF_RELEASE = ("changed", "wavering", "mixed")
_OF_REQUESTS = ("answered_at", "asked_again", "retried")
_COUNTS = ("asked", "flaky", "erratic")


def results_of(
    ran: Iterable[str] = (),
    *,
    unwanted: Iterable[WriteKind] = (),
    tolerance: float = 0.2,
    least_level: str = STAGE.level,
    unreadable: Iterable[str] = (),
    asked_by: Mapping[str, Iterable[str]] = MappingProxyType({}),
    **fields: Any,
) -> RunResults:
    """Results of a run on stage; a field may be one of their environment, release,
    requests or collected checks.
    """

    def taken(*names: str) -> dict[str, Any]:
        return {name: fields.pop(name) for name in names if name in fields}

    counts: Mapping[str, Any] = {name: Counter(n) for name, n in taken(*_COUNTS).items()}
    budget, of_environment = Budget(flaky=tolerance), taken(*_OF_ENVIRONMENT)
    requests = RequestTotals(writes_refused={*unwanted}, **counts, **taken(*_OF_REQUESTS))
    return RunResults(
        replace(STAGE, budget=budget, level=least_level, **of_environment),
        claims={
            name: ClaimResult(name, asked={g for g, checks in asked_by.items() if name in checks})
            for name in ran
        },
        unreadable=[(name, "why") for name in unreadable],
        collected=CollectedChecks(**taken(*_COLLECTED)),
        requests=requests,
        release=ReleaseState(**taken(*_OF_RELEASE)),
        **fields,
    )
