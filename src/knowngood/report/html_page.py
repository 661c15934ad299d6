"""Write the verdict document as one HTML file for people, which loads nothing.

The template sanitises and escapes every text. A policy stops browsers from running or loading
anything in case one slips through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..safety import plural, write_atomically
from ..verdict import VerdictKind
from .facts import clock, facts
from .html_template import colour_of, render
from .report import Report
from .wording import UNSTEADY, attempt_words, got_words, result_word

if TYPE_CHECKING:
    from markupsafe import Markup

_BASE64: Final = re.compile(r"[A-Za-z0-9+/=]*")
_STATES: Final = {
    "failed": "failed",
    "known": "failed in the baseline, too",
    "unsettled": "unsettled",
    "advisory": "advisory: decides nothing",
}
_RESULTS: Final = {"FAIL": "failed", "warn": "advisory", "ok": "passed"}
_CAUSES_SHOWN: Final = 100
_RETRIES_SHOWN: Final = 50
_NARROWEST: Final = 0.8  # per cent of the axis: still visible on a telephone


def write(path: Path, report: Report) -> None:
    """Write the page of a run to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, page(report.document))


def page(document: Mapping[str, Any]) -> str:
    """Return the page that shows a verdict document, as in ``verdict.schema.json``."""
    return render(
        "report/html_page.html.j2",
        ("report/html_page.css", "report/html_page.js"),
        _FILTERS,
        document=document,
        colour=colour_of(VerdictKind(document["verdict"])),
        **_rows(document),
    )


def _image(base64: str) -> Markup:
    """Return a screenshot for the source of an image; empty if it is no base64."""
    from markupsafe import Markup

    return Markup(base64 if _BASE64.fullmatch(base64) else "")  # noqa: S704 - no character of HTML


def _rows(document: Mapping[str, Any]) -> dict[str, Any]:
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
        note = UNSTEADY if check["unsteady"] else ""
        yield (
            _RESULTS[word],
            word,
            f"{check['ran'] - check['bad']} of {check['ran']}",
            f"{check['claim'] or name}{note}",
            name,
        )
    for name, why in document["not_applicable"].items():
        yield "", "n/a", "", why, name


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


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt on the axis.

    Attributes:
        attempt: the attempt, as in a verdict document.
        left: where it begins, in per cent of the axis.
        width: how long it took, in per cent of the axis; wide enough to be seen.
    """

    attempt: Mapping[str, Any]
    left: float
    width: float


def bars(exchange: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for each attempt of an exchange; its first attempt begins at 0."""
    attempts = exchange["attempts"]
    spans = [_span(attempt, attempts[0]["began"]) for attempt in attempts]
    length = max(end for _, end in spans) or 1.0
    return [
        Bar(attempt, *_on_axis(began / length, end / length))
        for attempt, (began, end) in zip(attempts, spans, strict=True)
    ]


def _span(attempt: Mapping[str, Any], first: float) -> tuple[float, float]:
    """Return begin and end in seconds since ``first``; never negative if the clock was set back."""
    began = max(0.0, attempt["began"] - first)
    return began, began + attempt["seconds"]


def _on_axis(left: float, right: float) -> tuple[float, float]:
    width = max(100 * (right - left), _NARROWEST)
    return round(min(100 * left, 100 - width), 1), round(width, 1)


_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "image": _image,
    "bars": bars,
    "attempt_words": attempt_words,
    "got_words": got_words,
    "state_words": _STATES.__getitem__,
}
