"""The verdict as one HTML file for people: no script, nothing loaded, no link.

It is made from the document that the verdict file holds. What a server said is sanitised and
escaped as the template writes it out; a policy in the head keeps a browser from running anything
even so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..safety import first_lines, one_line, write_atomically
from ..verdict import VerdictKind, advice
from ..verdict.evidence import listed, plural
from .report import Report
from .wording import attempt_words, curl_line, got_words, name_of

if TYPE_CHECKING:
    from jinja2 import Template

_BLOCKS_SHOWN: Final = 100
_CASES_SHOWN: Final = 120
_RETRIES_SHOWN: Final = 50
_LONGEST: Final = 4000  # characters of any text; the template cuts most of them shorter
_MESSAGE: Final = (40, 400)  # lines, and characters of each

_SECTIONS: Final = {"Failures": "failed", "Failures of before": "known", "Unsettled": "unsettled"}
_COLOURS: Final = {VerdictKind.PASSED: "passed", VerdictKind.FAILED: "failed"}


def write(path: Path, report: Report) -> None:
    """Write the page of a run to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, page(report.document))


def page(document: Mapping[str, Any]) -> str:
    """Return the page that shows a verdict document, as in ``verdict.schema.json``."""
    kind = VerdictKind(document["verdict"])
    requests = document["requests"]
    return _template().render(
        document=document,
        colour=_COLOURS.get(kind, "hold"),
        advice=advice(kind),
        facts=list(_facts(document)),
        sections=[
            _section(title, [cause for cause in document["causes"] if cause["state"] == state])
            for title, state in _SECTIONS.items()
        ],
        claims=list(_claims(document)),
        retried=[
            ("", f"{row['seconds']:.2f} s", f"{row['method']} {row['url']}", _attempts(row))
            for row in requests["retried"][:_RETRIES_SHOWN]
        ],
        retried_left=len(requests["retried"]) - _RETRIES_SHOWN,
        slowest=[("", f"{row['seconds']:.2f} s", row["request"]) for row in requests["slowest"]],
    )


@cache
def _template() -> Template:
    """Load the template. Imported here: most runs write no page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def sanitize(value: object) -> object:
        return value if isinstance(value, Markup) else one_line(str(value), _LONGEST)

    jinja = Environment(
        loader=PackageLoader("knowngood", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=sanitize,
    )
    jinja.filters |= {
        "line": lambda text, limit=300: one_line(str(text), limit),
        "lines": lambda text: Markup("\n").join(first_lines(text, *_MESSAGE)),
        "name_of": name_of,
        "exchange_rows": lambda cause: list(_exchange_rows(cause)),
        "cases_alike": lambda cause: listed(cause["cases"], _CASES_SHOWN),
    }
    return jinja.get_template("verdict.html.j2")


def _facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    counts, requests = document["counts"], document["requests"]
    began = datetime.fromtimestamp(document["began"], UTC)
    words = ("passed", "failed", "inconclusive", "skipped", "deselected")
    yield (
        "cases",
        f"{counts['ran']} of {counts['expected']} ran: "
        + ", ".join(f"{counts[word]} {word}" for word in words),
    )
    yield (
        "requests",
        f"{requests['sent']}, {requests['attempts'] - requests['sent']} retries, "
        f"{counts['flaky']} flaky, {requests['received_bytes'] / 1e6:.1f} MB",
    )
    yield "began", f"{began:%Y-%m-%d %H:%M:%S} UTC, {document['seconds']:.1f} s"
    for name, url in document["origins"].items():
        yield f"origin {name}", url
    yield from _release_facts(document["release"])
    manifest = document["manifest"]
    if manifest["digest"] is not None:
        yield "manifest", f"{manifest['digest']}, {plural(manifest['compared'], 'URL')} compared"
    yield "run", f"{document['run']}, knowngood {document['knowngood']}"


def _release_facts(release: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("expected", "seen"):
        if release[name] is not None:
            yield f"release {name}", release[name]
    for edge, seen in release["edges"].items():
        if edge:
            yield f"edge {edge}", seen


def _section(title: str, causes: list[Any]) -> tuple[str, list[Any], int]:
    """Return a title, the causes to show, and how many are left out."""
    return title, causes[:_BLOCKS_SHOWN], len(causes) - _BLOCKS_SHOWN


def _exchange_rows(cause: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for exchange in cause["exchanges"]:
        attempts = exchange["attempts"]
        yield "asked", f"{exchange['method']} {exchange['url']}"
        yield "got", got_words(exchange)
        for attempt in attempts if len(attempts) > 1 else ():
            yield "tried", f"{attempt_words(attempt)} {attempt['detail']}"
        yield "again", curl_line(exchange)
    for claim in cause["claims"]:
        yield "claim", f"{claim['claim']} ({claim['place']})"


def _claims(document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, check in document["checks"].items():
        word = "FAIL" if check["bad"] or check["unsteady"] else "ok"
        note = " (unsteady: too many retries)" if check["unsteady"] else ""
        held = f"{check['ran'] - check['bad']} of {check['ran']}"
        yield word, held, name_of(name), f"{check['claim']}{note}"
    for name, why in document["not_applicable"].items():
        yield "n/a", "", name_of(name), why


def _attempts(exchange: Mapping[str, Any]) -> str:
    return " → ".join(attempt_words(attempt) for attempt in exchange["attempts"])
