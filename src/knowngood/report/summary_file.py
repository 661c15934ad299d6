"""Write the verdict as Markdown, for the page of a CI run and for messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..safety import and_more, listed, one_line, plural, write_atomically
from . import github
from .facts import facts
from .report import Report
from .wording import got_words

LARGEST: Final = 1 << 20
"""Most bytes of a summary that GitHub shows; it shows nothing of a larger one."""

_CAUSES_SHOWN: Final = 20
_CASES_SHOWN: Final = 12
_CLAIMS_SHOWN: Final = 10
_NOTES: Final = {
    "failed": "",
    "known": " (in the baseline, too)",
    "unsettled": " (unsettled)",
    "advisory": " (advisory)",
}

_ACTIVE: Final = re.compile(r"[\\`*_\[\](){}<>#+!|~&:@$=]|^-|^\d+[.)](?!\S)|www\.", re.I)
"""What GitHub reads as emphasis, code, link, HTML, heading, list, mention or formula."""

_WIDEST: Final = 1000  # characters of one line
_WIDEST_CODE: Final = 4000  # more for a line of code: half a command is another command


def write(path: Path, report: Report) -> None:
    """Write the summary of a run to ``path`` whole or not at all. Raises OSError.

    GitHub's own file may hold summaries of earlier runs in the same step: append to it.
    """
    before = ""
    if path == github.summary_file() and path.is_file():
        before = path.read_text("utf-8", "replace")
    write_atomically(path, before + summary(report.document, LARGEST - len(before.encode())))


def summary(document: Mapping[str, Any], most: int = LARGEST) -> str:
    """Return a verdict document as Markdown of at most ``most`` bytes. Leave out the last causes
    to make it fit.
    """
    head, causes, foot = _head(document), document["causes"], _foot(document)
    blocks = [_cause(number, cause) for number, cause in enumerate(causes[:_CAUSES_SHOWN], 1)]
    while True:
        more = and_more(len(causes) - len(blocks), "; the verdict file has all")
        text = "\n\n".join([*head, *blocks, *more, *foot]) + "\n\n"
        if len(text.encode()) <= most:
            return text
        if not blocks:
            return ""
        blocks.pop()


def _head(document: Mapping[str, Any]) -> list[str]:
    """Return the verdict and what to do, and the reason unless the first cause says the same."""
    causes, where = document["causes"], plain(document["environment"])
    heading = f"## {where}: {document['verdict']} — {document['advice']}"
    if causes and causes[0]["sentence"] == document["reason"]:
        return [heading]
    return [heading, plain(document["reason"])]


def _cause(number: int, cause: Mapping[str, Any]) -> str:
    """Return the section of one cause."""
    parts = [f"### {number}. {plain(cause['sentence'])}{_NOTES[cause['state']]}"]
    parts += [plain(f"accepted {why}") for why in cause["accepted"]]
    if cause["expected"] or cause["got"]:
        words = (f"{word} {code(cause[word])}" for word in ("expected", "got") if cause[word])
        parts.append(", ".join(words))
    if cause["problems"]:
        parts.append(code_block(cause["problems"]))
    for exchange in cause["exchanges"]:
        parts += _exchange(exchange)
    if len(cause["cases"]) > 1:
        parts.append(
            f"in {len(cause['cases'])} cases: {plain(listed(cause['cases'], _CASES_SHOWN))}"
        )
    parts.append("\n".join(_claims(cause["claims"])))
    return "\n\n".join(parts)


def _exchange(exchange: Mapping[str, Any]) -> Iterator[str]:
    yield plain(f"{exchange['method']} {exchange['url']}: {got_words(exchange)}")
    if exchange.get("excerpt"):
        yield code_block(exchange["excerpt"].splitlines())
    if exchange.get("curl"):
        yield code_block([exchange["curl"]], "sh")


def _claims(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for claim in claims[:_CLAIMS_SHOWN]:
        words = plain(claim["claim"] or claim["check"])
        place = f"{code(claim['place'])}, " if claim["place"] else ""
        problem = f": {plain(claim['problem'])}" if claim["problem"] else ""
        yield f"- claim: {words} ({place}{plural(claim['cases'], 'case')}){problem}"
    yield from (f"- {more}" for more in and_more(len(claims) - _CLAIMS_SHOWN))


def _foot(document: Mapping[str, Any]) -> list[str]:
    """Return doubts and warnings, and the facts of the run."""
    notes = [f"- doubt: {plain(doubt)}" for doubt in document["doubts"]]
    notes += [f"- warning: {plain(warning)}" for warning in document["warnings"]]
    notes += [f"- left behind: {code(url)}" for url in document["left_behind"]]
    rows = [f"| {plain(name)} | {plain(value)} |" for name, value in facts(document)]
    table = "\n".join(["| | |", "|---|---|", *rows])
    return ["### Doubts and warnings", "\n".join(notes), table] if notes else [table]


def plain(text: str) -> str:
    """Return ``text`` as one line of Markdown without any markup."""
    line = one_line(text, _WIDEST).strip()
    return _ACTIVE.sub(lambda match: _escaped(match[0]), line)


def _escaped(active: str) -> str:
    """Escape punctuation with a backslash; write a letter or digit by its number."""
    if active.isalnum() or len(active) > 1:
        return f"&#{ord(active[0])};{active[1:]}"
    return f"\\{active}"


def code(text: str) -> str:
    """Return ``text`` as code within a line."""
    line = one_line(text, _WIDEST) or " "
    ticks = _longer_than_any(line, 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"{ticks}{line}{ticks}"


def code_block(lines: Iterable[str], language: str = "") -> str:
    """Return ``lines`` as a block of code; a line break within one does not start another."""
    text = "\n".join(one_line(line, _WIDEST_CODE) for line in lines)
    ticks = _longer_than_any(text, 3)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longer_than_any(text: str, least: int) -> str:
    """Return more backticks than ``text`` has in a row, so that none of its own ends the code."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
