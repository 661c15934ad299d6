"""What came of a drill of mutations, for programs: plain data for a JSON file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ..safety import redact_data
from .mutant_results import MutantResult, MutationDrill
from .mutation_score import by_kind, counts, exit_code, score
from .snippets import snippets


def document(drill: MutationDrill, fail_under: float | None = None) -> dict[str, Any]:
    """Return the document; ``fail_under`` is the least score in per cent, if one is asked for.

    Its ``schema`` is raised whenever a key changes its meaning or goes.
    """
    share = score(drill.results)
    content = {
        "schema": 1,
        "environment": drill.environment,
        "release": drill.release,
        "seed": drill.seed,
        "seconds": round(drill.seconds, 3),
        "requests": drill.requests,
        "possible": drill.possible,
        "fail_under": fail_under,
        "exit_code": exit_code(share, fail_under),
        **_summary(drill.results),
        "kinds": {kind: _summary(mutants) for kind, mutants in by_kind(drill.results).items()},
        "warnings": list(drill.warnings),
        "snippets": [asdict(snippet) for snippet in snippets(drill.results)],
        "mutants": [asdict(result) for result in drill.results],
    }
    return redact_data(content)


def _summary(results: Iterable[MutantResult]) -> dict[str, Any]:
    """Return a score, which is null if no mutant counts, and how the mutants came out."""
    results = list(results)
    numbers = {str(notice): number for notice, number in counts(results).items()}
    return {"score": score(results), "counts": numbers}
