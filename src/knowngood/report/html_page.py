"""The verdict as one HTML file for people: no script, nothing loaded, no link.

It is made from the same document that the verdict file holds. Whatever a server said in it is
made plain, escaped and shown as text; a policy in the head keeps a browser from running anything
even so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ..safety import write_atomically
from ..safety.sanitize import first_lines, one_line
from ..verdict.evidence import plural
from ..verdict.exit_codes import VerdictKind, advice
from ..verdict.grouping import FailureGroup, group_failures
from ..verdict.outcome import Outcome
from .curl_command import curl_line
from .wording import attempt_words, name_of

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_BLOCKS_SHOWN: Final = 100
_CASES_SHOWN: Final = 120
_RETRIES_SHOWN: Final = 50
_MESSAGE: Final = (40, 400)  # lines, and characters of each


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write ``page(document)`` to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, page(document))


def page(document: Mapping[str, Any]) -> str:
    """The page that shows a verdict document, as in ``verdict.schema.json``."""
    title = f"{document['verdict']}: {document['environment']}"
    body = "\n".join([*_first_screen(document), *_blocks(document), *_rest(document)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _first_screen(document: Mapping[str, Any]) -> Iterator[str]:
    kind = VerdictKind(document["verdict"])
    look = kind.lower() if kind in (VerdictKind.PASSED, VerdictKind.FAILED) else "hold"
    yield f"<h1>{_text(document['environment'])}</h1>"
    yield f'<div class="verdict {look}">'
    yield f"<b>{kind}</b>"
    yield f"<p>{advice(kind)} (exit {document['exit_code']:d})</p>"
    yield f"<p>{_text(document['reason'], 600)}</p>"
    yield "</div>"
    yield from _pairs(_facts(document))


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
    release = document["release"]
    for name in ("expected", "seen"):
        if release[name] is not None:
            yield f"release {name}", release[name]
    for edge, seen in release["edges"].items():
        if edge:
            yield f"edge {edge}", seen
    manifest = document["manifest"]
    if manifest["digest"] is not None:
        yield "manifest", f"{manifest['digest']}, {plural(manifest['compared'], 'URL')} compared"
    yield "run", f"{document['run']}, knowngood {document['knowngood']}"


def _blocks(document: Mapping[str, Any]) -> Iterator[str]:
    titles = {"Failures": "failures", "Failures of before": "known", "Unsettled": "unsettled"}
    for title, key in titles.items():
        blocks = group_failures(map(Outcome.from_json, document[key]))
        if blocks:
            yield f"<h2>{title}</h2>"
        for folded in blocks[:_BLOCKS_SHOWN]:
            yield from _block(folded)
        if len(blocks) > _BLOCKS_SHOWN:
            left = len(blocks) - _BLOCKS_SHOWN
            yield f"<p>… {left} more kinds; the verdict file has all.</p>"


def _block(folded: FailureGroup) -> Iterator[str]:
    outcome = folded.first
    yield f'<article class="{"failed" if outcome.result == "failed" else "hold"}">'
    yield f"<h3>{_text(name_of(outcome.check))}</h3>"
    if outcome.claim:
        yield f"<p>{_text(outcome.claim)}</p>"
    if outcome.message:
        yield f"<pre>{escape(chr(10).join(first_lines(outcome.message, *_MESSAGE)))}</pre>"
    yield from _pairs([*_exchange(outcome), ("check", f"{outcome.place} ({outcome.kind})")])
    if len(folded.cases) > 1:
        shown = ", ".join(folded.cases[:_CASES_SHOWN])
        more = len(folded.cases) - _CASES_SHOWN
        rest = f" and {more} more" if more > 0 else ""
        yield f"<p>{len(folded.cases)} cases alike: {_text(shown + rest, 4000)}</p>"
    yield "</article>"


def _exchange(outcome: Outcome) -> Iterator[tuple[str, str]]:
    told = outcome.exchange
    if told is None:
        return
    tries = plural(len(told["attempts"]), "attempt")
    yield "asked", f"{told['method']} {told['url']}"
    if "status" in told:
        where = f" → {told['location']}" if told.get("location") else ""
        yield (
            "got",
            f"{told['status']}{where}, {told['media_type'] or 'no media type'}, "
            f"{told['bytes']} bytes from {told['address'] or 'unknown'}, "
            f"{tries} in {told['seconds']:.2f} s",
        )
    else:
        yield "got", f"no usable answer, {tries} in {told['seconds']:.2f} s"
    for attempt in told["attempts"] if len(told["attempts"]) > 1 else ():
        yield "tried", f"{attempt_words(attempt)} {attempt['detail']}"
    yield "again", curl_line(told["method"], told["url"], told.get("connect_to", ""))


def _rest(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _list("Doubts", document["doubts"])
    yield from _list("Warnings", document["warnings"])
    yield from _list("Left behind, could not be deleted", document["left_behind"])
    yield from _table("Claims", ("", "cases", "check", "claim"), _claims(document))
    requests = document["requests"]
    retried = [
        ("", f"{each['seconds']:.2f} s", f"{each['method']} {each['url']}", _tries(each))
        for each in requests["retried"][:_RETRIES_SHOWN]
    ]
    yield from _table("Retried", ("", "took", "request", "attempts"), retried)
    if len(requests["retried"]) > _RETRIES_SHOWN:
        yield f"<p>… {len(requests['retried']) - _RETRIES_SHOWN} more in the verdict file.</p>"
    slowest = [("", f"{each['seconds']:.2f} s", each["request"]) for each in requests["slowest"]]
    yield from _table("Slowest", ("", "took", "request"), slowest)


def _claims(document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for check, told in document["checks"].items():
        bad = told["bad"] or told["unsteady"]
        note = " (unsteady: too many retries)" if told["unsteady"] else ""
        counted = f"{told['ran'] - told['bad']} of {told['ran']}"
        yield "FAIL" if bad else "ok", counted, name_of(check), f"{told['claim']}{note}"
    for check, why in document["not_applicable"].items():
        yield "n/a", "", name_of(check), why


def _tries(told: Mapping[str, Any]) -> str:
    return " → ".join(attempt_words(each) for each in told["attempts"])


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    for name, value in pairs:
        yield f"<dt>{_text(name)}</dt><dd>{_text(value, 1000)}</dd>"
    yield "</dl>"


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    shown = [f"<li>{_text(item, 600)}</li>" for item in items]
    if shown:
        yield from (f"<h2>{title}</h2>", "<ul>", *shown, "</ul>")


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table with these heads; its first column tells FAIL, its second is a number."""
    shown = list(rows)
    if not shown:
        return
    yield f"<h2>{title}</h2>\n<table>"
    yield "<tr>" + "".join(_cell("th", at, name) for at, name in enumerate(head)) + "</tr>"
    for row in shown:
        look = ' class="bad"' if row[0] == "FAIL" else ""
        cells = "".join(_cell("td", at, value) for at, value in enumerate(row))
        yield f"<tr{look}>{cells}</tr>"
    yield "</table>"


def _cell(tag: str, place: int, value: str) -> str:
    look = ' class="n"' if place == 1 else ""
    return f"<{tag}{look}>{_text(value, 600)}</{tag}>"


def _text(value: object, limit: int = 300) -> str:
    return escape(one_line(str(value), limit))


@cache
def _style() -> str:
    return (files("knowngood.report") / "html.css").read_text("utf-8")
