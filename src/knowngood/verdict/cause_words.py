"""Say in a sentence what a group of symptoms has in common."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from ..fetch import AttemptError
from .evidence import CONVERGED, listed, plural
from .outcome import Outcome
from .symptom import BROKEN_ANSWER, NO_ANSWER, Symptom, has_wrong_status

_NAMED: Final = 3  # URLs that a sentence names
_ERRORS: Final = {**NO_ANSWER, **BROKEN_ANSWER}


def sides(outcome: Outcome) -> tuple[str, str]:
    """Return what was expected of an answer, and what came."""
    if not outcome.exchanges or outcome.kind in {"content", "schema", "release"}:
        return outcome.expected, outcome.got
    if not has_wrong_status(outcome):
        return ("an answer", _error_words(outcome)) if outcome.kind in _ERRORS else ("", "")
    exchange = outcome.exchanges[0]
    leads_to = f" to {exchange['location']}" if outcome.kind == "redirect" else ""
    expected = outcome.expected if is_compared(outcome) else "200"
    return expected, f"{exchange['status']}{leads_to}"


def is_compared(outcome: Outcome) -> bool:
    """Return whether a failed comparison says what was expected; of an error page only one of its
    status does.
    """
    if outcome.exchanges and has_wrong_status(outcome):
        return outcome.got == str(outcome.exchanges[0]["status"])
    return bool(outcome.expected)


def _error_words(outcome: Outcome) -> str:
    phase = f" ({outcome.phase})" if outcome.phase else ""
    return f"{_ERRORS[AttemptError(outcome.kind)]}{phase}"


def sentence(
    lead: Symptom, core: Sequence[Symptom], answered: Container[str], params: Mapping[str, int]
) -> str:
    """Return what is wrong, in one line.

    ``lead`` shows it best, ``core`` are all symptoms that show it themselves. ``answered`` are the
    origins that answered at least once; ``params`` says how many values each param has.
    """
    outcome = lead.outcome
    first_line = outcome.message.partition("\n")[0]
    if outcome.check == CONVERGED:
        return f"not-converged: {first_line}"
    if not lead.url:
        return first_line
    if lead.trouble in NO_ANSWER and outcome.origin not in answered:
        url = urlsplit(lead.url)
        return f"{url.scheme}://{url.netloc} gives no answer: {_error_words(outcome)}"
    subject, several = _subject(lead, core)
    where = _extent(lead, core, params)
    if not lead.trouble:
        return f"{subject}{where}: {first_line}"
    predicate = _predicate(outcome)
    return f"{subject} {_PLURAL.sub(_plural_verb, predicate) if several else predicate}{where}"


_PLURAL: Final = re.compile(r"^(is|gives|redirects)\b")


def _plural_verb(match: re.Match[str]) -> str:
    return {"is": "are", "gives": "give", "redirects": "redirect"}[match[1]]


def _predicate(outcome: Outcome) -> str:
    if has_wrong_status(outcome):
        exchange = outcome.exchanges[0]
        redirects = outcome.kind == "redirect"
        return f"redirects to {exchange['location']}" if redirects else f"is {exchange['status']}"
    if outcome.kind in NO_ANSWER:
        return f"gives no answer: {_error_words(outcome)}"
    if outcome.kind in BROKEN_ANSWER:
        return f"{_error_words(outcome)}: {outcome.exchanges[0]['attempts'][-1]['detail']}"
    return f"is not judged: {outcome.message.partition(chr(10))[0]}"


def _subject(lead: Symptom, core: Sequence[Symptom]) -> tuple[str, bool]:
    """Return the URLs that a sentence names, and whether they are several."""
    names = _places(lead, core)
    if len(names) == 1:
        return names[0], False
    if len(names) <= _NAMED:
        return f"{', '.join(names[:-1])} and {names[-1]}", True
    return f"{', '.join(names[:_NAMED])} and {plural(len(names) - _NAMED, 'more URL')}", True


def more_places(lead: Symptom, core: Sequence[Symptom]) -> tuple[str, ...]:
    """Return the URLs that the sentence only counts."""
    return tuple(_places(lead, core)[_NAMED:])


def _places(lead: Symptom, core: Sequence[Symptom]) -> list[str]:
    """Return the paths that symptoms are about, that of ``lead`` first; one for all values of a
    param.
    """
    of_place: dict[str, set[str]] = {lead.place: set()}
    for symptom in core:
        of_place.setdefault(symptom.place, set()).add(symptom.url)
    folded = {url for place, urls in of_place.items() for url in urls if url != place}
    return [
        _path(place if len(urls) > 1 else next(iter(urls)))
        for place, urls in of_place.items()
        if place not in folded
    ]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _extent(lead: Symptom, core: Sequence[Symptom], params: Mapping[str, int]) -> str:
    """Return in how many values of a param of the URL, and at which edges, it is so."""
    same = [symptom for symptom in core if symptom.place == lead.place]
    extent = ""
    for name in lead.outcome.values:
        total = params.get(name, 0)
        if f"{{{name}}}" in lead.place and total > 1:
            count = len({symptom.outcome.values.get(name) for symptom in same})
            extent += f" in {count} of {total} {name}s"
    edges = sorted({edge for symptom in same for edge in symptom.edges})
    total_edges = sum(count for name, count in params.items() if name.startswith("edge of "))
    if edges and len(edges) < total_edges:
        extent += f" at {listed(edges, 2)}"
    return extent
