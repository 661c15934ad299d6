"""Verdict documents for tests of report writers; all that a document can hold has a member."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from knowngood.environment.model import Environment
from knowngood.fetch import RequestTotals
from knowngood.readiness import ControlLook
from knowngood.report import json_file
from knowngood.verdict import VerdictKind
from knowngood.verdict.decide import fold
from knowngood.verdict.outcome import FAILED, PASSED, Outcome
from knowngood.verdict.run_results import RunResults

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>\"'"
    "\x1b[2J\x00\ud800\u202e]]>&lt;"
)
SILENT = frozenset({"status", "media_type", "bytes", "location", "address"})
"""What an exchange without an answer does not have."""


def attempt(began: float = 0.0, detail: str = "", **more: Any) -> dict[str, Any]:
    """Return an attempt that timed out, unless ``more`` says otherwise."""
    fields = {"status": None, "error": "timeout", "phase": "connect", "detail": detail}
    return {"began": began, **fields, "seconds": 0.25, "address": "192.0.2.1", **more}


def exchange(text: str = "", tries: int = 1, **more: Any) -> dict[str, Any]:
    """Return an exchange that ended in a 404 after ``tries`` attempts."""
    last = attempt(2.0 * tries, text, status=404, error=None, phase="")
    return {
        "method": "GET",
        "url": f"https://fhr.example/fr/{text}",
        "seconds": 0.5,
        "status": 404,
        "media_type": f"text/html{text}",
        "bytes": 5,
        "location": text,
        "address": f"192.0.2.1{text}",
        "curl": f"curl -sSg -i https://fhr.example/fr/{text}",
        "attempts": [attempt(2.0 * number, text) for number in range(1, tries)] + [last],
        **more,
    }


def silence(text: str = "") -> dict[str, Any]:
    """Return an exchange that brought no answer."""
    asked = exchange(text, attempts=[attempt(0.0, f"no route{text}")])
    return {key: value for key, value in asked.items() if key not in SILENT}


def claim(number: int = 1, text: str = "") -> dict[str, Any]:
    """Return a claim that rests on a cause."""
    return {
        "check": f"test_config.py::test_{number}{text}",
        "claim": f"Claim {number} holds.{text}",
        "problem": text,
        "cases": 3,
        "place": f"checks/test_config.py:{number}{text}",
    }


def cause(text: str = "", state: str = "failed", **more: Any) -> dict[str, Any]:
    """Return a cause: a page that is 404 in three locales."""
    return {
        "state": state,
        "sentence": f"/{{locale}}/ is 404 in 3 of 100 locales{text}",
        "kind": f"status{text}",
        "key": f"0123456789ab{text}",
        "expected": f"200{text}",
        "got": f"404{text}",
        "problems": [f"the first problem{text}", f"the second{text}"],
        "urls": [f"https://fhr.example/{locale}/{text}" for locale in ("ar", "de", "fr")],
        "exchanges": [exchange(text, tries=3, excerpt=f"<h1>not found</h1>\nand more{text}")],
        "cases": [f"{locale}{text}" for locale in ("ar", "de", "fr")],
        "claims": [claim(1, text), claim(2, text)],
        "accepted": [f"until 2026-12-31: bug 1{text}"] if state == "advisory" else [],
        **more,
    }


def document(*causes: dict[str, Any], text: str = "", **more: Any) -> dict[str, Any]:
    """Return the document of a run in which 1 of 2 cases failed: everything that a document can
    hold has a member, and ``text`` in it. ``more`` are fields of the Verdict.
    """
    environment = Environment(name=f"stage{text}", path=Path("stage.toml"), description="")
    results = RunResults(environment, expected=2, requests=RequestTotals(10, 12, 1_500_000))
    for result in (FAILED, PASSED):
        results.record(
            Outcome("x", f"test_config.py::test_1{text}", f"It is there.{text}", result=result)
        )
    results.collected.inapplicable[f"test_x.py::test_y{text}"] = f"no origin{text}"
    results.requests.slowest = [
        (1.25, f"GET https://fhr.example/slow{text}"),
        (0.25, "GET https://h/"),
    ]
    results.requests.retried = [exchange(text, tries=2)]
    results.requests.left_behind = [f"https://fhr.example/left{text}"]
    results.warnings = [f"a warning{text}"]
    for seconds in (0.02, 0.04, 0.3):
        results.requests.answers[f"content{text}"].add(seconds)
    results.requests.certificates = {f"content{text}": 1_702_592_000.0}
    verdict = replace(fold(results), **more)
    results.looks = [ControlLook(1_700_000_000.0, f"silent{text}", skew=-0.5)]
    content = json_file.document(
        verdict,
        results,
        run_id="0123456789ab",
        place=f"fra{text}",
        origins={f"content{text}": f"https://fhr.example{text}"},
        began=1_700_000_000.0,
    )
    return {**content, "seconds": 30.0, "causes": list(causes)}


def failed() -> dict[str, Any]:
    """Return the document of a run with a cause of each state and claims and cases to unfold."""
    many = [f"l{number}" for number in range(100)]
    return document(
        cause(cases=many, claims=[claim(number) for number in range(1, 9)]),
        cause(state="known", exchanges=[exchange(), exchange("other")]),
        cause(state="unsettled", exchanges=[silence()], problems=[], got=""),
        cause(state="advisory"),
        doubts=("1 case failed, and failed in the baseline as well: this push is not the cause",),
    )


def passed() -> dict[str, Any]:
    """Return the document of a run that passed."""
    return document(kind=VerdictKind.PASSED, reason="every required check ran and held")


def inconclusive() -> dict[str, Any]:
    """Return the document of a run that could not be settled."""
    doubts = ("the origin content gave no answer", "only 1 of 2 cases ran")
    unsettled = cause(state="unsettled", exchanges=[silence()], problems=[])
    return document(unsettled, kind=VerdictKind.INCONCLUSIVE, reason=doubts[0], doubts=doubts)
