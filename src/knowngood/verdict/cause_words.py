"""Say in a sentence what a group of symptoms has in common."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from posixpath import commonpath, dirname
from typing import Final
from urllib.parse import urlsplit

from ..fetch import AttemptError
from ..safety import listed
from .outcome import EDGE_OF, Outcome
from .own_claims import CONVERGED
from .symptom import BROKEN_ANSWER, ID, NO_ANSWER, Symptom, has_wrong_status, neutral

_NAMED: Final = 3  # URLs that a sentence names
_SHOWN: Final = 100  # characters of a document in a sentence
_VARYING: Final = re.compile(r"""\"[^\"]*\"|'[^']*'|<[^>]*>|\d+""")
"""What differs between messages about one fault: quoted values, elements, numbers."""

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
    """Return whether a failed comparison says what was expected; for a wrong status it must be a
    comparison of the status.
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

    ``lead`` shows it best; ``core`` are all symptoms of the cause itself. ``answered`` are the
    origins that answered at least once; ``params`` says how many values each param has.
    """
    outcome = lead.outcome
    if outcome.check == CONVERGED:
        return f"not-converged: {outcome.first_line}"
    if not lead.url:
        return outcome.first_line
    if lead.trouble in NO_ANSWER and outcome.origin not in answered:
        url = urlsplit(lead.url)
        return f"{url.scheme}://{url.netloc} gives no answer: {_error_words(outcome)}"
    subject, several = _subject(lead, core)
    subject = f"{_method(lead, [s for s in core if _says_the_same(s, lead)])}{subject}"
    where = _extent(lead, core, params)
    folded = outcome.values if "{" in subject else {}
    if not lead.trouble and not has_wrong_status(outcome):
        return f"{subject}{where}: {_with_places(outcome.first_line, folded)}"
    wrong = (symptom.outcome for symptom in core if has_wrong_status(symptom.outcome))
    alike = len({sides(one)[0] for one in wrong}) < 2
    predicate = _predicate(outcome, alike=alike, several=several)
    what, colon, detail = neutral(predicate, folded).partition(": ")
    if several:
        what = _PLURAL.sub(_plural_verb, what)
    return f"{subject} {what}{where}{colon}{detail}{_title(lead, core)}"


def _title(lead: Symptom, core: Sequence[Symptom]) -> str:
    """Return the title of the one page that came where nothing should be; empty otherwise."""
    pages = {symptom.page for symptom in core if symptom.is_unwanted_success}
    one = lead.is_unwanted_success and len(pages) == 1
    return f': "{lead.page}"' if one and lead.page else ""


def impostor_sentence(page: str, lead: Symptom, core: Sequence[Symptom]) -> str:
    """Return in one line that ``page`` came in place of all that ``core`` is about."""
    subject, _ = _subject(lead, core)
    return f'one page comes in place of {subject}: "{page}"'


def error_sentence(document: str, lead: Symptom, core: Sequence[Symptom]) -> str:
    """Return in one line that ``document`` came in place of all that ``core`` is about."""
    subject, _ = _subject(lead, core)
    shown = document if len(document) <= _SHOWN else f"{document[: _SHOWN - 1]}…"
    return f"one answer comes in place of {_method(lead, core)}{subject}: {shown}"


def mistyped_sentence(
    media_type: str, lead: Symptom, core: Sequence[Symptom], params: Mapping[str, int]
) -> str:
    """Return in one line that all files of ``core`` come under one media type.

    ``lead`` and ``params`` are as in :func:`sentence`.
    """
    subject, _ = _subject(lead, core)
    where = _extent(lead, core, params)
    return f"files of several kinds are sent as {media_type}{where}: {subject}"


def odd_one_sentence(
    url: str, lead: Symptom, core: Sequence[Symptom], params: Mapping[str, int]
) -> str:
    """Return in one line what is wrong with ``url``, from which all others differ.

    ``lead`` and ``params`` are as in :func:`sentence`.
    """
    subject, _ = _subject(lead, core)
    words = _with_places(lead.outcome.first_line, lead.outcome.values)
    return f"{_path(url)} differs from {subject}{_extent(lead, core, params)}: {words}"


def _with_places(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with the values of a case replaced by their names in paths alone: ``de`` is a
    word of some languages, too.
    """
    for name, value in values.items():
        if value:
            text = text.replace(f"/{value}/", f"/{{{name}}}/")
    return text


_PLURAL: Final = re.compile(r"^(is|gives|redirects)\b")


def _plural_verb(match: re.Match[str]) -> str:
    return {"is": "are", "gives": "give", "redirects": "redirect"}[match[1]]


def _predicate(outcome: Outcome, *, alike: bool, several: bool) -> str:
    """Return what is wrong with an answer. What was expected in place of an error, or of the
    successes of ``several`` URLs, is left out unless that is ``alike`` for all of them.
    """
    if has_wrong_status(outcome):
        exchange = outcome.exchanges[0]
        if outcome.kind == "redirect":
            return f"redirects to {exchange['location']}"
        expected = sides(outcome)[0]
        success = exchange["status"] < 400
        is_unusual = expected != "200" and (alike or (success and not several))
        expectation = f", expected {expected}" if is_unusual else ""
        if success and several and not alike:
            expectation = ", which no check expected"
        return f"is {exchange['status']}{expectation}"
    if outcome.kind in NO_ANSWER:
        return f"gives no answer: {_error_words(outcome)}"
    if outcome.kind in BROKEN_ANSWER:
        return f"{_error_words(outcome)}: {outcome.exchanges[0]['attempts'][-1]['detail']}"
    return f"is not judged: {outcome.first_line}"


def _method(lead: Symptom, core: Sequence[Symptom]) -> str:
    """Return the methods of all requests and a blank, that of ``lead`` first; empty for GET."""
    methods = dict.fromkeys(symptom.method for symptom in (lead, *core) if symptom.url)
    return f"{', '.join(methods)} " if methods.keys() != {"GET"} else ""


def _says_the_same(symptom: Symptom, lead: Symptom) -> bool:
    """Return whether what the sentence says of ``lead`` is what ``symptom`` says."""
    if lead.is_useless:
        return True
    if lead.trouble:
        return sides(symptom.outcome) == sides(lead.outcome)
    return symptom.first_words == lead.first_words


def _subject(lead: Symptom, core: Sequence[Symptom]) -> tuple[str, bool]:
    """Return the URLs that a sentence names, and whether they are several."""
    names = _names(lead, core)
    if len(names) == 1:
        return names[0], False
    if len(names) <= _NAMED:
        return f"{', '.join(names[:-1])} and {names[-1]}", True
    folder = _common_folder(names)
    below = f" below {folder}" if folder != "/" else ""
    return f"{listed(names, _NAMED)}{below}", True


def more_places(lead: Symptom, core: Sequence[Symptom]) -> tuple[str, ...]:
    """Return the URLs that the sentence only counts."""
    return tuple(_names(lead, core)[_NAMED:])


def other_problems(lead: Symptom, core: Sequence[Symptom]) -> tuple[str, ...]:
    """Return what the check of ``lead`` says of other URLs in other words, each once. A quoted
    value or a number makes no other words.
    """
    known = {_skeleton(lead)}
    lines = []
    for symptom in core:
        skeleton = _skeleton(symptom)
        if symptom.outcome.check == lead.outcome.check and skeleton not in known and symptom.url:
            known.add(skeleton)
            lines.append(f"{urlsplit(symptom.url).path}: {symptom.outcome.first_line}")
    return tuple(lines)


def _skeleton(symptom: Symptom) -> str:
    """Return the first line of a message without its quoted values and numbers."""
    return _VARYING.sub("…", symptom.words.partition("\n")[0])


def _names(lead: Symptom, core: Sequence[Symptom]) -> list[str]:
    """Return the paths of symptoms, that of ``lead`` first; one for all values of a param."""
    return [
        _path(place if len(urls) > 1 else ID.sub("{id}", next(iter(urls))))
        + (" with a query" if all(s.has_query for s in core if s.url in urls) else "")
        for place, urls in _places(lead, core).items()
    ]


def _places(lead: Symptom, core: Sequence[Symptom]) -> dict[str, set[str]]:
    """Return the URLs of each place, that of ``lead`` first. Leave out a place if another has all
    its URLs.
    """
    of_place: dict[str, set[str]] = {}
    for symptom in (lead, *core):
        of_place.setdefault(symptom.place, set()).add(symptom.url)
    covered: set[str] = set()
    widest: list[str] = []
    for place in sorted(of_place, key=lambda place: (-len(of_place[place]), "{" not in place)):
        if not of_place[place] <= covered:
            widest.append(place)
            covered |= of_place[place]
    named = (place for place in of_place if place in widest)
    return {
        place: of_place[place]
        for place in sorted(named, key=lambda place: lead.url not in of_place[place])
    }


def _common_folder(paths: Sequence[str]) -> str:
    """Return the folder that all paths lie in, with a slash at its end."""
    return commonpath([dirname(path.partition("?")[0]) for path in paths]).rstrip("/") + "/"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _extent(lead: Symptom, core: Sequence[Symptom], params: Mapping[str, int]) -> str:
    """Return for how many values of a param, and at which edges, it is so; empty if that differs
    between the URLs of the sentence.
    """
    extents = {_extent_of(place, core, params) for place in _places(lead, core)}
    return next(iter(extents)) if len(extents) == 1 else ""


def _extent_of(place: str, core: Sequence[Symptom], params: Mapping[str, int]) -> str:
    same = [symptom for symptom in core if symptom.place == place]
    extent = ""
    for name in same[0].outcome.values:
        total = params.get(name, 0)
        if f"{{{name}}}" in place and total > 1 and not _is_shared(name, same, core):
            count = len({symptom.outcome.values.get(name) for symptom in same})
            extent += f" in {count} of {total} {name}s"
    edges = sorted({edge for symptom in same for edge in symptom.edges})
    total_edges = sum(count for name, count in params.items() if name.startswith(EDGE_OF))
    if edges and len(edges) < total_edges:
        extent += f" at {listed(edges, 2)}"
    return extent


def _is_shared(name: str, same: Sequence[Symptom], core: Sequence[Symptom]) -> bool:
    """Return whether cases with other values of a param read the one URL, too: all pages may need a
    script that lies in the folder of one.
    """
    urls, checks = {s.url for s in same}, {s.outcome.check for s in same}
    readers = (s.outcome for s in core if s.url in urls and s.outcome.check in checks)
    return len(urls) == 1 and len({outcome.values.get(name) for outcome in readers}) > 1
