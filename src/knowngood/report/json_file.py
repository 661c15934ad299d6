"""Write the verdict as a JSON file, for programs that decide by it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..environment import Environment
from ..readiness import ReleaseState
from ..run_options import LEVELS
from ..safety import write_atomically
from ..verdict import VerdictKind
from ..verdict.decide import Verdict, fold
from ..verdict.fault_keys import failure_keys
from ..verdict.outcome import FAILED, Outcome
from ..verdict.run_results import RunResults
from ..verdict.unsteady import unsteady_key
from . import verdict_reader
from .report import Report


def document(
    verdict: Verdict,
    results: RunResults,
    *,
    run_id: str,
    place: str,
    origins: Mapping[str, str],
    began: float,
) -> dict[str, Any]:
    """Return the verdict and the results behind it, by ``verdict.schema.json``.

    ``place`` names where the run was made, ``origins`` are the URLs that were asked, by name,
    ``began`` is in seconds since the epoch.
    """
    return {
        "schema": 2,
        "knowngood": __version__,
        "environment": results.environment.name,
        "place": place,
        "level": results.level,
        "run": run_id,
        "began": began,
        "seconds": round(time.time() - began, 3),
        "origins": dict(origins),
        **verdict.to_json(),
        **_results(verdict, results),
    }


def _results(verdict: Verdict, results: RunResults) -> dict[str, Any]:
    """Return the part of the document that says what the run saw."""
    return {
        "release": {
            "expected": results.release.expected,
            "seen": results.release.seen,
            "edges": dict(results.release.start),
        },
        "manifest": {
            "digest": results.manifest_digest,
            "compared": results.compared.compared,
        },
        "subjects": dict(results.subjects),
        "control": [
            {"began": look.began, "trouble": look.trouble, "skew": round(look.skew, 1)}
            for look in results.looks
        ],
        "warnings": results.warnings,
        "checks": _checks(verdict, results),
        "not_applicable": results.collected.inapplicable,
        "requests": results.requests.to_json(),
        "answers": {origin: times.to_json() for origin, times in results.requests.answers.items()},
        "certificates": dict(results.requests.certificates),
        "left_behind": results.requests.left_behind,
    }


def _checks(verdict: Verdict, results: RunResults) -> dict[str, dict[str, Any]]:
    """Return what became of each check in all its cases, by name."""
    return {
        check: {
            "claim": claim.title,
            "ran": claim.ran,
            "bad": claim.bad,
            "advisory": verdict.advisory_cases(check),
            "unsteady": verdict.judged.has_unsteady(claim.asked),
            "catches": results.collected.catches.get(check, []),
            "drawn": results.collected.drawn.get(check, []),
        }
        for check, claim in results.claims.items()
    }


def empty(
    kind: VerdictKind,
    reason: str,
    environment: str,
    *,
    run_id: str,
    place: str,
    began: float,
    release: str | None = None,
    level: str = LEVELS[0],
) -> dict[str, Any]:
    """Return the document for a run that gave no verdict; ``release`` is the one that it was to
    verify.
    """
    results = RunResults(Environment(name=environment, path=Path(), description=""), level)
    results.release = ReleaseState(release)
    verdict = replace(fold(results), kind=kind, reason=reason, doubts=(reason,))
    return document(verdict, results, run_id=run_id, place=place, origins={}, began=began)


def failures(path: Path, environment: str) -> frozenset[str]:
    """Return the keys of all failures and unsteady groups in the verdict file ``path``.

    Raises OSError, and ValueError if it is no verdict of this environment.
    """
    content = verdict_reader.read(path)
    if content["environment"] != environment:
        raise ValueError(
            f"is a verdict on {content['environment']!r}; expected one on {environment!r}, from "
            "before the push"
        )
    entries = content["failures"] + content["known"] + content["advisory"]
    outcomes = [o for o in map(Outcome.from_json, entries) if o.result == FAILED]
    return frozenset().union(*map(failure_keys, outcomes), map(unsteady_key, content["unsteady"]))


def write(path: Path, report: Report) -> None:
    """Write the verdict document to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, text(report.document))


def text(content: Mapping[str, Any]) -> str:
    """Return plain data as the text of a JSON file."""
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"
