"""Choose from a verdict document what the sections of the HTML page show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..safety import plural
from .facts import clock, facts
from .wording import result_word

_CAUSES_SHOWN: Final = 100
_RETRIES_SHOWN: Final = 50


def rows(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of each section, and under ``sections`` the headings of those that are
    not empty.
    """
    retried = document["requests"]["retried"]
    content = {
        "causes": document["causes"][:_CAUSES_SHOWN],
        "doubts": list(_doubts(document)),
        "claims": list(_claims(document)),
        "slowest": list(_slowest(document["requests"]["slowest"])),
        "retried": sorted(retried, key=lambda exchange: -exchange["seconds"])[:_RETRIES_SHOWN],
        "warnings": list(_warnings(document)),
        "controls": list(_controls(document["control"])),
        "facts": list(facts(document)),
    }
    return {
        **content,
        "began": clock(document["began"]),
        "figures": list(_figures(document)),
        "sections": _headings(document, content),
    }


def _headings(document: Mapping[str, Any], content: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return the heading of each section that has content, by the section's id."""
    titles = {
        "causes": plural(len(document["causes"]), "cause"),
        "doubts": plural(len(content["doubts"]), "doubt"),
        "claims": plural(len(content["claims"]), "claim"),
        "slowest": "Slowest requests",
        "retried": plural(len(document["requests"]["retried"]), "retried request"),
        "warnings": plural(len(content["warnings"]), "warning"),
        "controls": "Controls",
        "facts": "The run",
    }
    return {name: title for name, title in titles.items() if content[name]}


def _figures(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and colour of the figures at the top of the page."""
    counts, requests = document["counts"], document["requests"]
    yield "cases ran", f"{counts['ran']} of {counts['expected']}", ""
    yield "passed", str(counts["passed"]), "passed" if counts["passed"] else ""
    yield "failed", str(counts["failed"]), "failed" if counts["failed"] else ""
    for word in ("advisory", "inconclusive", "skipped", "deselected", "flaky"):
        if counts[word]:
            yield word, str(counts[word]), "unsettled"
    if document["release"]["seen"] is not None:
        yield "release", document["release"]["seen"], ""
    yield "requests", str(requests["sent"]), ""
    yield "seconds", f"{document['seconds']:.1f}", ""


def _doubts(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the doubts that the page does not show above, as reason or as cause."""
    above = {document["reason"], *(cause["sentence"] for cause in document["causes"])}
    yield from (doubt for doubt in document["doubts"] if doubt not in above)


def _claims(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield state, word, how many cases held, claim and check: what failed first."""
    checks = [
        (name, check, result_word(check["bad"], check["advisory"], unsteady=check["unsteady"]))
        for name, check in document["checks"].items()
    ]
    for name, check, word in sorted(checks, key=lambda row: list(_RESULTS).index(row[2])):
        note = " (unsteady: too many retries)" if check["unsteady"] else ""
        yield (
            _RESULTS[word],
            word,
            f"{check['ran'] - check['bad']} of {check['ran']}",
            f"{check['claim'] or name}{note}",
            name,
        )
    for name, why in document["not_applicable"].items():
        yield "", "n/a", "", why, name


_RESULTS: Final = {"FAIL": "failed", "warn": "advisory", "ok": "passed"}


def _slowest(requests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[float, float, str]]:
    """Yield seconds, their share of the longest in per cent, and the request."""
    longest = max((request["seconds"] for request in requests), default=0.0) or 1.0
    for request in requests:
        seconds = request["seconds"]
        yield seconds, round(100 * seconds / longest, 1), request["request"]


def _warnings(document: Mapping[str, Any]) -> Iterator[str]:
    yield from document["warnings"]
    for url in document["left_behind"]:
        yield f"left behind, could not be deleted: {url}"


def _controls(looks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield when the controls were asked, what was wrong, and how far ahead the clock is."""
    for look in looks:
        yield clock(look["began"]), look["trouble"], f"{look['skew']:.1f}"
