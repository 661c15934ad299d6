"""Write a cause as a block of at most twelve lines, for the terminal, logs and JUnit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..safety import and_more, listed, one_line, plural
from .wording import attempts_words, got_words

_WIDEST: Final = 1000  # characters of one line; URLs are cut to half of that before
_REPEAT: Final = "    repeat   "  # a line that is never cut: half a command is another command
_SIDE: Final = 300  # characters of what was expected or came
_CASES: Final = 12  # cases that are named
_CLAIMS: Final = 2  # further claims that are named
_MOST: Final = 12  # lines of a block
_PROBLEMS: Final = 4  # of them, lines that say more than the sentence
_MARKS: Final = {
    "failed": "FAILED",
    "known": "KNOWN",
    "unsettled": "UNSETTLED",
    "advisory": "ADVISORY",
}


def lines(cause: Mapping[str, Any]) -> list[str]:
    """Return the lines for a cause of a verdict document, sanitised for the terminal."""
    return [
        one_line(line, len(line) if line.startswith(_REPEAT) else _WIDEST) for line in _lines(cause)
    ]


def _lines(cause: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_MARKS[cause['state']]} {cause['sentence']}"
    facts = list(_facts(cause))
    yield from _problems(cause["problems"], min(_PROBLEMS, _MOST - 1 - len(facts)))
    yield from facts


def _problems(problems: Sequence[str], room: int) -> Iterator[str]:
    """Yield as many problems as there is room for, and how many are left out."""
    count = room if len(problems) <= room else max(0, room - 1)
    yield from (f"    {one_line(problem, _SIDE)}" for problem in problems[:count])
    hidden = and_more(len(problems) - count, "; --verdict-file has all")
    yield from (f"    {more}" for more in hidden)


def _facts(cause: Mapping[str, Any]) -> Iterator[str]:
    browser = cause.get("browser") or {}
    yield from (f"    accepted {why}" for why in cause["accepted"])
    if cause["expected"]:
        yield f"    expected {one_line(cause['expected'], _SIDE)}"
    if cause["got"] and cause["kind"] not in {"status", "redirect"}:
        yield f"    got      {one_line(cause['got'], _SIDE)}"
    for number, exchange in enumerate(cause["exchanges"]):
        body = not browser  # the browser's messages say more than the first lines of the source
        yield from _exchange(exchange, compared=number > 0, body=body)
    yield from _browser(browser)
    cases = cause["cases"]
    if len(cases) > 1:
        yield f"    in       {plural(len(cases), 'case')}: {listed(cases, _CASES)}"
    yield from _claims(cause["claims"])


def _exchange(exchange: Mapping[str, Any], *, compared: bool, body: bool) -> Iterator[str]:
    if compared:
        yield f"    against  {exchange['method']} {exchange['url']}: {got_words(exchange)}"
        return
    yield f"    answer   {got_words(exchange)}"
    if body and exchange.get("excerpt"):
        yield f"    body     {exchange['excerpt']}"
    if exchange.get("found_in"):
        yield f"    found in {exchange['found_in']}"
    if len(exchange["attempts"]) > 1:
        yield f"    tried    {attempts_words(exchange['attempts'])}"
    if exchange.get("curl"):
        yield f"{_REPEAT}{exchange['curl']}"


def _browser(browser: Mapping[str, Any]) -> Iterator[str]:
    """Yield the errors in the console, and the requests to other hosts that were not sent."""
    console = browser.get("console") or []
    wrong = [line for line in console if line.startswith(("error: ", "exception: "))]
    if wrong:
        yield f"    console  {one_line(listed(wrong, 3), _SIDE)}"
    if browser.get("not_asked"):
        yield f"    others   not asked: {one_line(listed(browser['not_asked'], 3), _SIDE)}"


def _claims(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for claim in claims[:1]:
        place = f" ({claim['place']})" if claim["place"] else ""
        yield f"    claim    {claim['claim'] or claim['check']}{place}"
    for claim in claims[1 : 1 + _CLAIMS]:
        problem = f" — {one_line(claim['problem'], _SIDE)}" if claim["problem"] else ""
        yield f"    also     {claim['claim'] or claim['check']}{problem}"
    yield from (f"             {more}" for more in and_more(len(claims) - 1 - _CLAIMS))
