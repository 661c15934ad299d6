"""Unite what several places found wrong: each fault once, with the places that saw it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from ..fetch import RETRIED_STATUSES, SILENT, AttemptError
from ..safety import listed
from .causes import URLS
from .fault_keys import place_keys
from .place_files import PlaceVerdict

STATES: Final = ("failed", "known", "unsettled", "advisory")
"""How far a cause counts, what counts most first."""

_NO_ANSWER: Final = SILENT - {AttemptError.TLS}
"""Kinds that may be trouble on the way. A wrong certificate is none: somebody answered with it."""


class PlaceCause(NamedTuple):
    """A cause as one place has it.

    Attributes:
        place: the name of the place.
        number: which of the place's causes it is, in the order to read them.
        document: the cause, as in a verdict document.
    """

    place: str
    number: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SharedCause:
    """One fault, and who saw it.

    Attributes:
        causes: the fault as each place that saw it has it.
        answered: the places that were answered while these were not: it is trouble on the way.
            Empty for everything that counts as it is.
    """

    causes: Sequence[PlaceCause]
    answered: Sequence[str] = ()

    @property
    def places(self) -> list[str]:
        """The names of the places that saw it."""
        return sorted({cause.place for cause in self.causes})

    @property
    def failed_at(self) -> set[str]:
        """The names of the places where it is confirmed and decides."""
        return {cause.place for cause in self.causes if cause.document["state"] == "failed"}

    @property
    def state(self) -> str:
        """How far it counts, at the place where it counts most."""
        states = {cause.document["state"] for cause in self.causes}
        return next(state for state in STATES if state in states)

    @property
    def lead(self) -> PlaceCause:
        """The cause of the place where it counts most and has most URLs."""
        return min(
            self.causes,
            key=lambda cause: (
                STATES.index(cause.document["state"]),
                -len(cause.document["urls"]),
                cause.place,
            ),
        )

    def to_json(self, total: int, state_on_the_way: str) -> dict[str, Any]:
        """Return the cause as a verdict document has it.

        ``total`` is how many places there are, ``state_on_the_way`` the state of trouble there.
        """
        lead, causes = self.lead.document, [cause.document for cause in self.causes]
        urls = dict.fromkeys(url for cause in (lead, *causes) for url in cause["urls"])
        claims: dict[str, Any] = {}
        for claim in (claim for cause in (lead, *causes) for claim in cause["claims"]):
            claims.setdefault(claim["check"], claim)
        state = state_on_the_way if self.answered else self.state
        why = [f"since {listed(self.answered)} got answers: trouble on the way"]
        return {
            **lead,
            "state": state,
            "sentence": f"{lead['sentence']}{self._seen_from(total)}",
            "urls": list(urls)[:URLS],
            "cases": sorted({case for cause in causes for case in cause["cases"]}),
            "claims": list(claims.values()),
            "accepted": why if self.answered and state == "advisory" else lead["accepted"],
        }

    def _seen_from(self, total: int) -> str:
        if total == 1:
            return ""
        if len(self.places) == total:
            return f" from all {total} places"
        return f" from {len(self.places)} of {total} places: {listed(self.places)}"


def shared_causes(places: Sequence[PlaceVerdict]) -> list[SharedCause]:
    """Return each fault that ``places`` saw, in the order to read them: what counts most first.

    Silence that others did not meet at the same origin is trouble on the way.
    """
    groups = _united(_causes_of(places))
    silent: defaultdict[str, set[str]] = defaultdict(set)
    for cause in (cause for group in groups for cause in group):
        for origin in _silent_origins(cause.document):
            silent[origin].add(cause.place)
    causes = [SharedCause(group, _answered(group, silent, places)) for group in groups]
    return sorted(causes, key=lambda c: (bool(c.answered), STATES.index(c.state), c.lead.number))


def silent_origins(causes: Iterable[SharedCause]) -> set[str]:
    """Return the origins, each ``host:port``, whose silence is trouble on the way."""
    on_the_way = (cause for cause in causes if cause.answered)
    return {origin for cause in on_the_way for origin in _silent_origins(cause.lead.document)}


def is_silent(kind: str) -> bool:
    """Return whether a failure of this kind may be trouble on the way."""
    return kind in _NO_ANSWER


def _causes_of(places: Iterable[PlaceVerdict]) -> Iterator[PlaceCause]:
    for place in places:
        for number, cause in enumerate(place.document["causes"]):
            yield PlaceCause(place.name, number, cause)


def _answered(
    group: Sequence[PlaceCause], silent: Mapping[str, Set[str]], places: Iterable[PlaceVerdict]
) -> list[str]:
    """Return the places that were answered where those of a group were not."""
    origins = {origin for cause in group for origin in _silent_origins(cause.document)}
    if not origins or all(cause.document["state"] != "failed" for cause in group):
        return []
    others = {place for origin in origins for place in silent[origin]}
    return [
        place.name
        for place in places
        if place.name not in others and all(_got_answers(place, origin) for origin in origins)
    ]


def _got_answers(place: PlaceVerdict, origin: str) -> bool:
    """Return whether an origin, as ``host:port``, answered a place."""
    document = place.document
    if "answers" not in document:
        return bool(document["counts"]["passed"])
    names = (name for name, url in document["origins"].items() if urlsplit(url).netloc == origin)
    return any(document["answers"].get(name, {"count": 0})["count"] for name in names)


def _united(causes: Iterable[PlaceCause]) -> list[list[PlaceCause]]:
    """Return groups of causes that share a key, each group one fault. Two causes of one place are
    two faults, whatever they share.
    """
    groups: list[tuple[set[Hashable], list[PlaceCause]]] = []
    for cause in causes:
        silent = bool(_silent_origins(cause.document))
        keys = place_keys(cause.document, silent=silent)
        same = [
            group
            for group in groups
            if group[0] & keys and all(other.place != cause.place for other in group[1])
        ]
        if same:
            same[0][0].update(keys)
            same[0][1].append(cause)
        else:
            groups.append((set(keys), [cause]))
    return [group for _, group in groups]


def _silent_origins(cause: Mapping[str, Any]) -> set[str]:
    """Return the origins that a cause says gave no answer: nothing if anybody answered."""
    attempts = [attempt for exchange in cause["exchanges"] for attempt in exchange["attempts"]]
    gateway = any(attempt["status"] in RETRIED_STATUSES for attempt in attempts)
    silent = is_silent(cause["kind"]) or (cause["kind"] == "unsteady" and not gateway)
    return {urlsplit(url).netloc for url in cause["urls"]} if silent else set()
