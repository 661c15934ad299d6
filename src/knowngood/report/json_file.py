"""The verdict as a JSON file, for whoever decides by program."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import jsonschema
from jsonschema.exceptions import best_match

from .. import __version__
from ..content import strict_json
from ..environment.model import Environment
from ..safety import write_atomically
from ..session.runner import RunTicket
from ..verdict.decide import Verdict, fold, key
from ..verdict.evidence import Evidence
from ..verdict.exit_codes import VerdictKind
from ..verdict.outcome import Outcome
from ..verdict.run_results import RunResults


def document(
    verdict: Verdict, ledger: RunResults, ticket: RunTicket, began: float
) -> dict[str, Any]:
    """The verdict with all that it rests on, by ``verdict.schema.json``."""
    return {
        "schema": 1,
        "knowngood": __version__,
        "environment": ledger.environment.name,
        "run": ticket.run_id,
        "began": began,
        "seconds": round(time.time() - began, 3),
        "origins": dict(ticket.origins),
        **verdict.to_json(),
        "release": {
            "expected": ledger.release.expected,
            "seen": ledger.release.seen,
            "edges": dict(ledger.release.start),
        },
        "manifest": {
            "digest": ledger.manifest.digest if ledger.manifest else None,
            "compared": ledger.compared.compared,
        },
        "control": [
            {"began": look.began, "trouble": look.trouble, "skew": round(look.skew, 1)}
            for look in ledger.looks
        ],
        "warnings": ledger.warnings,
        "checks": {
            check: {
                "claim": claim.title,
                "ran": claim.ran,
                "bad": claim.bad,
                "unsteady": bool(claim.asked & set(verdict.unsteady)),
                "catches": ledger.catches.get(check, []),
            }
            for check, claim in ledger.claims.items()
        },
        "not_applicable": ledger.inapplicable,
        "requests": {
            "sent": ledger.requests,
            "attempts": ledger.attempts,
            "received_bytes": ledger.received,
            "retried": ledger.retried,
            "slowest": [
                {"seconds": round(took, 3), "request": what} for took, what in ledger.slowest
            ],
        },
        "left_behind": ledger.left_behind,
    }


def empty(
    kind: VerdictKind, reason: str, environment: str, run_id: str, began: float
) -> dict[str, Any]:
    """The document of a run that gave no account of itself."""
    evidence = Evidence(environment)
    verdict = replace(fold(evidence), kind=kind, reason=reason, doubts=(reason,))
    nowhere = Environment(name=environment, path=Path(), description="")
    return document(verdict, RunResults(nowhere), RunTicket(run_id, 0.0, {}), began)


def failures(path: Path, environment: str) -> frozenset[str]:
    """By which the failures in the verdict file ``path`` are known again.

    Raises OSError, and ValueError where it is no verdict of this environment.
    """
    content = read(path)
    if content["environment"] != environment:
        raise ValueError(
            f"is a verdict on {content['environment']!r}; expected one on {environment!r}, from "
            "before the push"
        )
    found = [Outcome.from_json(each) for each in content["failures"] + content["known"]]
    return frozenset(map(key, found))


def read(path: Path) -> dict[str, Any]:
    """The verdict in a file. Raises OSError, and ValueError for what is none by its schema."""
    return parse(path.read_bytes())


def parse(text: bytes) -> dict[str, Any]:
    """The verdict in ``text``. Raises ValueError for what is none by its schema."""
    content = strict_json.loads(text)
    error = best_match(jsonschema.Draft202012Validator(schema()).iter_errors(content))
    if error is not None:
        where = ".".join(map(str, error.absolute_path)) or "the file"
        raise ValueError(f"no verdict file of this version: {where}: {error.message[:200]}")
    return cast("dict[str, Any]", content)


@cache
def schema() -> Any:
    """The JSON Schema of a verdict file, as shipped with the package."""
    return json.loads((files("knowngood.report") / "verdict.schema.json").read_text("utf-8"))


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a verdict document to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=True) + "\n")
