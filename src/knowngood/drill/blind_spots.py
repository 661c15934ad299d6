"""Mutants that come to the same thing, as one blind spot each, the worst first. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..safety import listed
from .mutant_results import MutantResult, Notice
from .mutation_score import grouped
from .remedy import Place, Remedy, in_loop
from .url_kinds import is_step, kind_in_words

_PLACES: Final = 4  # places of a line that are named


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One thing that may go wrong, at one kind of URL or at several, and is not caught.

    Attributes:
        mutants: what came of it: at least one mutant, all with one mutation and predicate, and
            with one line that would catch them.
    """

    mutants: tuple[MutantResult, ...]

    @property
    def first(self) -> MutantResult:
        """The first of its mutants."""
        return self.mutants[0]

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is, each once: a path, or a path with fields where several URLs are changed."""
        kinds = grouped(self.mutants, lambda mutant: mutant.kind)
        return tuple(dict.fromkeys(map(_place, kinds.values())))

    @property
    def change(self) -> str:
        """What is wrong at the first place: ``/api/users/1 lacks the key "email"``."""
        return f"{self.places[0]} {self.first.predicate}"

    @property
    def sentence(self) -> str:
        """What the suite does not do about it, or why that is accepted."""
        if self.first.notice is Notice.MISNAMED:
            return f"{self.change}: the first cause names {path_of(self.first.named) or 'no URL'}"
        if self.first.notice is Notice.ACCEPTED:
            return f"{self.change}: {self.first.reason}"
        if self.first.reason:
            return f"nothing fails when {self.change}: {self.first.reason}"
        return f"nothing notices when {self.change}"

    @property
    def remedy(self) -> list[str]:
        """What would catch it, as the lines to paste and the places where these belong."""
        remedies = [mutant.remedy for mutant in self.mutants if mutant.remedy is not None]
        if self.first.notice is Notice.ACCEPTED:
            return []
        if not remedies:
            return ["(no line is known that holds now and would catch it)"]
        if remedies[0].schema:
            files = listed(list(dict.fromkeys(r.schema_file for r in remedies)), _PLACES)
            return [f"a schema catches it: {files}, below"]
        tried = "" if remedies[0].tried else " (not tried: it needs more than this answer)"
        needs = {need: "" for remedy in remedies for need in remedy.needs}
        return [
            *in_loop(remedies[0].place, [remedies[0].line]),
            f"in {_places(remedy.place for remedy in remedies)}{tried}",
            *(f"with `{need}` in the file" for need in needs),
        ]


def blind_spots(results: Iterable[MutantResult], notice: Notice) -> list[BlindSpot]:
    """Return the mutants that came out as ``notice``, those that come to the same thing together.

    The worst comes first: that of most weight, then the one at most places.
    """
    alike = grouped((result for result in results if result.notice is notice), _key)
    return sorted((BlindSpot(tuple(mutants)) for mutants in alike.values()), key=_order)


def sections(results: Sequence[MutantResult]) -> dict[str, list[BlindSpot]]:
    """Return the blind spots by their titles, in the order in which people read them."""
    missed = blind_spots(results, Notice.MISSED)
    titled = {
        "Missed, the worst first, each with what would catch it": [
            spot for spot in missed if spot.first.weight >= 1
        ],
        "Misnamed: a check fails, and the first cause names another URL": blind_spots(
            results, Notice.MISNAMED
        ),
        "Missed, and of less weight: users may not notice these either": [
            spot for spot in missed if spot.first.weight < 1
        ],
        "Accepted": blind_spots(results, Notice.ACCEPTED),
    }
    return {title: spots for title, spots in titled.items() if spots}


def _key(result: MutantResult) -> tuple[str, ...]:
    why = result.named if result.notice is Notice.MISNAMED else result.reason
    return result.mutation, result.predicate, _words(result.remedy), why


def _places(places: Iterable[Place]) -> str:
    """Return test functions by their files: ``test_a.py: test_one, test_two; test_b.py: …``."""
    tests: dict[str, dict[str, None]] = {}
    for place in places:
        tests.setdefault(place.file, {})[place.words] = None
    return "; ".join(f"{file}: {listed(list(names), _PLACES)}" for file, names in tests.items())


def _words(remedy: Remedy | None) -> str:
    """Return a remedy without its place, so that equal ones are equal."""
    if remedy is None:
        return ""
    return "\n".join([remedy.place.loop, remedy.line or json.dumps(remedy.schema)])


def _order(spot: BlindSpot) -> tuple[object, ...]:
    first = spot.first
    return -first.weight, -len(spot.places), first.kind, first.mutation, first.predicate


def _place(mutants: Sequence[MutantResult]) -> str:
    """Return the path of the URL that is changed, or the kind if it is not a single one.

    A step of a walk is told by its kind, too: there the method says more than the made-up id.
    """
    kind = mutants[0].kind
    urls = {url for mutant in mutants for url in mutant.urls}
    return kind_in_words(kind) if is_step(kind) or len(urls) > 1 else path_of(urls.pop())


def path_of(url: str) -> str:
    """Return path and query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
