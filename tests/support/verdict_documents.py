"""Verdict documents made by hand, for tests of what is written of them."""

from __future__ import annotations

from typing import Any

from knowngood.report import json_file
from knowngood.verdict import VerdictKind

RUN = "0123456789ab"
URL = "http://content.test/ar/js/config.json"


def exchange(**more: Any) -> dict[str, Any]:
    """An exchange that ended in 404."""
    attempt = {"status": 404, "error": None, "phase": "", "detail": "", "seconds": 0.1}
    return {
        "method": "GET",
        "url": URL,
        "seconds": 0.1,
        "attempts": [{**attempt, "began": 100.0, "address": "192.0.2.1"}],
        "status": 404,
        "media_type": "text/html",
        "bytes": 12,
        "location": "",
        "address": "192.0.2.1",
        "curl": f"curl -sSg -i {URL}",
        **more,
    }


def claim(**more: Any) -> dict[str, Any]:
    """A claim that rests on a cause."""
    return {
        "check": "test_config.py::test_config_json_never_404s",
        "claim": "Every locale has a config.json.",
        "cases": 2,
        "place": "smoketests/test_config.py:18",
        **more,
    }


def cause(**more: Any) -> dict[str, Any]:
    """A cause that failed."""
    return {
        "state": "failed",
        "sentence": "/{locale}/js/config.json is 404 in 2 of 2 locales",
        "kind": "status",
        "expected": "200",
        "got": "404",
        "problems": [],
        "urls": [URL],
        "exchanges": [exchange()],
        "cases": ["ar", "de"],
        "claims": [claim()],
        **more,
    }


def document(
    *causes: dict[str, Any], verdict: VerdictKind = VerdictKind.FAILED, **more: Any
) -> dict[str, Any]:
    """A verdict on stage that rests on these causes."""
    reason = causes[0]["sentence"] if causes else "why"
    base = json_file.empty(verdict, reason, "stage", RUN, 100.0)
    return {**base, "seconds": 1.5, "doubts": [], "causes": list(causes), **more}
