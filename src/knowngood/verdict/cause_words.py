"""Say in a line what is wrong: the first that a person reads of a fault."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import commonpath, dirname
from typing import Final
from urllib.parse import urlsplit

from ..safety import listed, one_line, plural_of
from .attempt_error_words import (
    BROKEN_ANSWER,
    NO_ANSWER,
    error_words,
    origin_url,
    silence_words,
    success_words,
)
from .outcome import EDGE_OF, Outcome
from .own_claims import CONVERGED, EVERYWHERE
from .symptom import (
    ABOUT_CONTENT,
    ID,
    Group,
    Replacement,
    Symptom,
    has_wrong_status,
    neutral,
)

_NAMED: Final = 3  # URLs that a sentence names
_SHOWN: Final = 100  # characters of a document in a sentence
_VARYING: Final = re.compile(r"""\"[^\"]*\"|'[^']*'|<[^>]*>|\d+""")
"""What differs between messages about one fault: quoted values, elements, numbers."""

_URL: Final = re.compile(r"\S*/\S*")
"""A URL among other words: of these a locale such as `is` may be one."""

_ONLY_A_VALUE: Final = re.compile(r"/\{\w+\}")  # and no more of a path

_PLURAL: Final = {"is": "are", "gives": "give", "redirects": "redirect"}
"""The verbs of predicates where several URLs are meant."""


def sides(outcome: Outcome) -> tuple[str, str]:
    """Return what was expected of an answer, and what came."""
    if not outcome.exchanges or outcome.kind in ABOUT_CONTENT:
        return outcome.expected, outcome.got
    if not has_wrong_status(outcome):
        is_error = outcome.kind in NO_ANSWER or outcome.kind in BROKEN_ANSWER
        return ("an answer", _error_words(outcome)) if is_error else ("", "")
    exchange = outcome.exchange
    leads_to = f" to {exchange['location']}" if outcome.kind == "redirect" else ""
    other = "200" if exchange["status"] != 200 else "another status"
    expected = outcome.expected if is_compared(outcome) else other
    return expected, f"{exchange['status']}{leads_to}"


def is_compared(outcome: Outcome) -> bool:
    """Return whether a failed comparison says what was expected; for a wrong status it must be a
    comparison of the status.
    """
    if outcome.exchanges and has_wrong_status(outcome):
        return outcome.got == str(outcome.exchange["status"])
    return bool(outcome.expected)


def _error_words(outcome: Outcome) -> str:
    return error_words(outcome.kind, outcome.phase)


@dataclass(frozen=True, slots=True)
class CauseWords:
    """The words for one fault.

    Attributes:
        group: the symptoms of it.
        lead: the one that shows it best.
        odd_one: the one URL that all others differ from; empty if there is none.
        answered: the origins that answered at least once.
        params: how many values each param has.
    """

    group: Group
    lead: Symptom
    odd_one: str
    answered: Container[str]
    params: Mapping[str, int]

    def sentence(self) -> str:
        """Return what is wrong, in one line."""
        came = self.group.came
        match self.group.replacement:
            case Replacement.PAGE:
                where = self._at_edges(self.group.core)
                return f'one page comes in place of {self._subject}{where}: "{came}"'
            case Replacement.DOCUMENT:
                subject = f"{self._methods(self.group.core)}{self._subject}"
                return f"one answer comes in place of {subject}: {one_line(came, _SHOWN)}"
            case Replacement.MEDIA_TYPE:
                where = self._extent
                return f"files of several kinds are sent as {came}{where}: {self._subject}"
        if self.odd_one:
            words = _with_places(self.lead.outcome.first_line, self.lead.outcome.values)
            return f"{path_of(self.odd_one)} differs from {self._subject}{self._extent}: {words}"
        return self._of_one_fault()

    def _of_one_fault(self) -> str:
        """Return what is wrong where nothing came in place of other answers."""
        lead, outcome = self.lead, self.lead.outcome
        if outcome.check == CONVERGED:
            return f"not-converged: {outcome.first_line}"
        if not lead.url or outcome.check == EVERYWHERE:
            return outcome.first_line
        if lead.trouble in NO_ANSWER and outcome.origin not in self.answered:
            return f"{origin_url(lead.url)} gives no answer: {_error_words(outcome)}"
        same = [symptom for symptom in self.group.core if _says_the_same(symptom, lead)]
        subject = f"{self._methods(same)}{self._subject}"
        folded = outcome.values if "{" in subject else {}
        if not lead.trouble and not has_wrong_status(outcome):
            return f"{subject}{self._extent}: {_with_places(outcome.first_line, folded)}"
        neutral_urls = _URL.sub(lambda url: neutral(url[0], folded), self._predicate())
        predicate, colon, detail = neutral_urls.partition(": ")
        end = f"{colon}{detail}{self._title()}{success_words(outcome.exchanges)}"
        return f"{subject} {predicate}{self._extent}{end}"

    def _predicate(self) -> str:
        """Return what is wrong with an answer, with a verb that fits the number of URLs."""
        outcome, several = self.lead.outcome, len(self._names()) > 1
        if has_wrong_status(outcome):
            predicate = self._status(outcome, several=several)
        elif outcome.kind in NO_ANSWER:
            predicate = silence_words(outcome.kind, outcome.phase, outcome.exchange)
        elif outcome.kind in BROKEN_ANSWER:
            detail = outcome.exchange["attempts"][-1]["detail"]
            predicate = f"{_error_words(outcome)}: {detail}"
        else:
            predicate = f"is not judged: {outcome.first_line}"
        verb, blank, others = predicate.partition(" ")
        return f"{_PLURAL.get(verb, verb)}{blank}{others}" if several else predicate

    def _status(self, outcome: Outcome, *, several: bool) -> str:
        """Return which status came, and which was expected. The latter is left out if it goes
        without saying, as beside an error, or if it differs between ``several`` URLs.
        """
        exchange = outcome.exchange
        if outcome.kind == "redirect":
            return f"redirects to {exchange['location']}"
        wrong = (s.outcome for s in self.group.core if has_wrong_status(s.outcome))
        alike = len({sides(one)[0] for one in wrong}) < 2
        success, expected = exchange["status"] < 400, sides(outcome)[0]
        if success and several and not alike:
            return f"is {exchange['status']}, expected others, {expected} of the first"
        is_unusual = expected != "200" and (alike or (success and not several))
        return f"is {exchange['status']}{f', expected {expected}' if is_unusual else ''}"

    def _title(self) -> str:
        """Return the title of the one page that came where nothing should be; empty otherwise."""
        pages = {symptom.page for symptom in self.group.core if symptom.is_unwanted_success}
        is_one_page = self.lead.is_unwanted_success and len(pages) == 1
        return f': "{self.lead.page}"' if is_one_page and self.lead.page else ""

    def _methods(self, symptoms: Sequence[Symptom]) -> str:
        """Return the methods of all requests and a blank, that of the lead first; empty for GET."""
        methods = dict.fromkeys(s.method for s in (self.lead, *symptoms) if s.url)
        return f"{', '.join(methods)} " if methods.keys() != {"GET"} else ""

    @property
    def _subject(self) -> str:
        """The URLs that a sentence names."""
        names = self._names()
        if len(names) == 1:
            return names[0]
        if len(names) <= _NAMED:
            return f"{', '.join(names[:-1])} and {names[-1]}"
        folder = _common_folder(names)
        return f"{listed(names, _NAMED)}{f' below {folder}' if folder != '/' else ''}"

    def more_places(self) -> tuple[str, ...]:
        """Return the URLs that the sentence only counts."""
        return tuple(self._names()[_NAMED:])

    def other_problems(self) -> tuple[str, ...]:
        """Return what the check of the lead says of other URLs in other words, each once. A quoted
        value or a number makes no other words.
        """
        known = {_skeleton(self.lead)}
        lines = []
        for symptom in self.group.core:
            skeleton = _skeleton(symptom)
            of_lead = symptom.outcome.check == self.lead.outcome.check
            if of_lead and skeleton not in known and symptom.url:
                known.add(skeleton)
                lines.append(f"{urlsplit(symptom.url).path}: {symptom.outcome.first_line}")
        return tuple(lines)

    def _names(self) -> list[str]:
        """Return the paths of symptoms, that of the lead first. ``/{page}`` would say nothing."""
        names = []
        for place, urls in self._places().items():
            is_one = len(urls) > 1 and not _ONLY_A_VALUE.fullmatch(path_of(place))
            ordered = sorted(urls, key=lambda url: (url != self.lead.url, url))
            symptoms = (symptom for symptom in self.group.core if symptom.url in urls)
            query = " with a query" if all(symptom.has_query for symptom in symptoms) else ""
            paths = [place] if is_one else [ID.sub("{id}", url) for url in ordered]
            names += [f"{path_of(path)}{query}" for path in paths]
        return names

    def _places(self) -> dict[str, set[str]]:
        """Return the URLs of each place, that of the lead first. Leave out a place if another has
        all its URLs.
        """
        of_place: dict[str, set[str]] = {}
        for symptom in (self.lead, *self.group.core):
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
            for place in sorted(named, key=lambda place: self.lead.url not in of_place[place])
        }

    @property
    def _extent(self) -> str:
        """Say for how many values of a param, and at which edges, it is so. If the values differ
        between the URLs of the sentence, name the edges alone.
        """
        extents = {self._extent_of(place) for place in self._places()}
        return next(iter(extents)) if len(extents) == 1 else self._at_edges(self.group.core)

    def _extent_of(self, place: str) -> str:
        core = self.group.core
        same = [symptom for symptom in core if symptom.place == place]
        extent = ""
        for name in same[0].outcome.values:
            total = self.params.get(name, 0)
            if f"{{{name}}}" in place and total > 1 and not _is_shared(name, same, core):
                count = len({symptom.outcome.values.get(name) for symptom in same})
                extent += f" in {count} of {total} {plural_of(name.replace('_', ' '))}"
        return extent + self._at_edges(same)

    def _at_edges(self, symptoms: Iterable[Symptom]) -> str:
        """Return at which edges it is so; empty if at all of them, or if there are none."""
        edges = sorted({edge for symptom in symptoms for edge in symptom.edges})
        total = sum(n for name, n in self.params.items() if name.startswith(EDGE_OF))
        return f" at {listed(edges, 2)}" if edges and len(edges) < total else ""


def _with_places(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with the values of a case replaced by their names in paths alone: ``de`` is a
    word of some languages, too.
    """
    for name, value in values.items():
        if value:
            text = text.replace(f"/{value}/", f"/{{{name}}}/")
    return text


def _says_the_same(symptom: Symptom, lead: Symptom) -> bool:
    """Return whether what the sentence says of ``lead`` is what ``symptom`` says."""
    if lead.is_useless:
        return True
    if lead.trouble:
        return sides(symptom.outcome) == sides(lead.outcome)
    return symptom.first_words == lead.first_words


def _skeleton(symptom: Symptom) -> str:
    """Return the first line of a message without its quoted values and numbers."""
    return _VARYING.sub("…", symptom.words.partition("\n")[0])


def _common_folder(paths: Sequence[str]) -> str:
    """Return the folder that all paths lie in, with a slash at its end."""
    return commonpath([dirname(path.partition("?")[0]) for path in paths]).rstrip("/") + "/"


def path_of(url: str) -> str:
    """Return the path of a URL with its query."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _is_shared(name: str, same: Sequence[Symptom], core: Sequence[Symptom]) -> bool:
    """Return whether cases with other values of a param read the one URL, too: all pages may need a
    script that lies in the folder of one.
    """
    urls, checks = {s.url for s in same}, {s.outcome.check for s in same}
    readers = (s.outcome for s in core if s.url in urls and s.outcome.check in checks)
    return len(urls) == 1 and len({outcome.values.get(name) for outcome in readers}) > 1
