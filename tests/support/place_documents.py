"""Verdict documents of several places, as the same suite gives them."""

from __future__ import annotations

from typing import Any

from verdict_documents import cause, claim, document, exchange, silence

from knowngood.verdict import EXIT_CODES, VerdictKind, advice
from knowngood.verdict.outcome import FAILED, Outcome

NOW = 1_700_000_060.0
"""A minute after the runs of these documents began."""

SITE = "https://fhr.example"
CHECK = "test_config.py::test_1"


def wrong(path: str = "/fr/", **more: Any) -> dict[str, Any]:
    """Return the cause that a path is 404."""
    url = f"{SITE}{path}"
    fields = {"sentence": f"{path} is 404", "kind": "status", "urls": [url], "cases": []}
    return cause(**{**fields, "exchanges": [exchange(url=url)], **more})


def silent(path: str = "/fr/", **more: Any) -> dict[str, Any]:
    """Return the cause that a path gives no answer, confirmed by a control."""
    url = f"{SITE}{path}"
    return wrong(
        path,
        **{
            "sentence": f"{path} gives no answer: timeout (connect)",
            "kind": "timeout",
            "exchanges": [silence() | {"url": url}],
            **more,
        },
    )


def unsteady(status: int | None) -> dict[str, Any]:
    """Return the cause that too many requests needed a retry: after this status, or no answer."""
    error = None if status else "timeout"
    attempts = [
        {**exchange()["attempts"][0], "status": status, "error": error},
        {**exchange()["attempts"][0], "status": 200, "error": None},
    ]
    return wrong(kind="unsteady", exchanges=[exchange(attempts=attempts)], claims=[])


def seen_from(place: str, *causes: dict[str, Any], kind: str = "", **more: Any) -> dict[str, Any]:
    """Return the verdict document of a place: FAILED with ``causes``, PASSED without. ``more`` are
    other fields.
    """
    verdict = VerdictKind(kind or ("FAILED" if causes else "PASSED"))
    failed = sum(each["state"] == "failed" for each in causes)
    counts = dict.fromkeys(document()["counts"], 0)
    counts |= {"expected": 10, "ran": 10, "passed": 10 - failed, "failed": failed}
    reason = causes[0]["sentence"] if causes else "every required check ran and held"
    return {
        **document(*causes),
        "place": place,
        "run": f"{sum(map(ord, place)):012x}",
        "verdict": str(verdict),
        "action": {"PASSED": "proceed", "FAILED": "roll back"}.get(verdict, "hold"),
        "advice": advice(verdict),
        "exit_code": EXIT_CODES[verdict],
        "reason": reason,
        "counts": counts,
        "doubts": [],
        "warnings": [],
        "failures": [_failure(each) for each in causes if each["state"] == "failed"],
        "answers": {"content": _answers(10)},
        "checks": {CHECK: _check(failed)},
        **more,
    }


def cut_off(place: str, kind: str = "INCONCLUSIVE", **more: Any) -> dict[str, Any]:
    """Return the document of a place whose own network was down: nothing ran there."""
    reason = "this machine's network is in trouble"
    counts = dict.fromkeys(document()["counts"], 0) | {"expected": 10}
    fields = {"counts": counts, "answers": {}, "checks": {}, "reason": reason, "doubts": [reason]}
    return seen_from(place, kind=kind, **{**fields, **more})


def _answers(count: int) -> dict[str, Any]:
    return {"count": count, "seconds": 1.0, "p50": 0.1, "p95": 0.2, "buckets": []}


def _failure(each: dict[str, Any]) -> dict[str, Any]:
    outcome = Outcome(
        f"{CHECK}[x]", CHECK, "", result=FAILED, kind=each["kind"], exchanges=each["exchanges"]
    )
    return outcome.to_json()


def _check(bad: int) -> dict[str, Any]:
    numbers = {"ran": 10, "bad": bad, "advisory": 0, "unsteady": False}
    return {"claim": claim()["claim"], **numbers, "catches": []}
