"""Find what would catch a mutant, and the test function where it belongs.

What is offered was tried: it holds for all answers that the test function reads, and fails for the
mutant. Where no test function reads the answer alone, a new one is offered.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import count
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from ..content import json_schema
from ..fetch import Tape, is_id
from ..mutation import Expectation
from .mutants import Mutant
from .remedy import Place, Remedy
from .remedy_places import RemedyPlaces
from .remedy_proof import can_be_tried, is_proven, names_in, words_in
from .url_kinds import kind_in_words

_SHORTEST: Final = 4  # characters of a part that tell one name from others
_IMPORTS: Final = {"checks": "from knowngood import checks", "hashlib": "import hashlib"}


class Remedies:
    """Finds what would catch mutants of what ``tape`` holds, and which of ``places`` it fits."""

    def __init__(self, tape: Tape, places: RemedyPlaces) -> None:
        self._tape = tape
        self._places = places
        self._schemas: dict[str, Place | None] = {}

    def of(self, mutant: Mutant) -> Remedy | None:
        """Return what would catch ``mutant``; None if nothing is known that would."""
        expectation = mutant.change.remedy
        tried = can_be_tried(expectation)
        for place, answers in self._places.of(mutant) if expectation else ():
            fits = self._fits(expectation, place)
            if fits and (not tried or is_proven(expectation, answers, mutant.changed)):
                return self._remedy(mutant, place, tried=tried)
        return None

    def _fits(self, expectation: Expectation, place: Place) -> bool:
        """Return whether a place has what the line or schema reads, and will have it in the next
        run.
        """
        names = names_in(expectation)
        if ("resource" in names) != ("(resources)" in place.loop):
            return False
        if not isinstance(expectation, str) and not self._places.is_check(place):
            return False  # a fixture of the whole run cannot take the fixture schema
        if "client" in names:
            return self._places.takes(place, "client")
        return not place.answer or (
            "hashlib" not in names and not self._expects_made_up(expectation)
        )

    def _expects_made_up(self, expectation: Expectation) -> bool:
        """Return whether a line expects a made-up name, or the end of one."""
        words = words_in(expectation)
        ends = tuple(word for word in words if len(word) >= _SHORTEST)
        return any(name in words or name.endswith(ends) for name in self._made_up)

    @cached_property
    def _made_up(self) -> set[str]:
        """What the URLs of walks have of names and numbers that are others in each run."""
        probes = (exchange.probe for walk in self._tape.walks.values() for exchange in walk)
        segments = (segment for probe in probes for segment in urlsplit(probe.url).path.split("/"))
        return set(filter(is_id, segments))

    def _remedy(self, mutant: Mutant, place: Place, *, tried: bool) -> Remedy:
        expectation = mutant.change.remedy
        needs = self._missing_imports(expectation, place)
        if isinstance(expectation, str):
            return Remedy(place, expectation, needs=needs, tried=tried)
        if not place.mark and not self._places.takes(place, "schema"):
            needs = (*needs, "the fixture schema")
        for_all = is_proven(expectation, self._places.alike(mutant), mutant.changed)
        file = self._schema_file(mutant.kind, place, None if for_all else place)
        return Remedy(place, schema=expectation, schema_file=file, needs=needs)

    def _missing_imports(self, expectation: Expectation, place: Place) -> tuple[str, ...]:
        """Return the imports that the file of ``place`` lacks."""
        defined = vars(self._places.any_check(place.file).module)
        names = names_in(expectation) | ({"checks"} if "checks." in place.loop else set())
        return tuple(_IMPORTS[name] for name in sorted(names & _IMPORTS.keys() - defined.keys()))

    def _schema_file(self, kind: str, place: Place, only: Place | None) -> str:
        """Return the name of a new file for the schema of a kind of URL; or of one place, if
        ``only`` the answers there were tried.
        """
        stem = "-".join(re.findall(r"[a-z0-9]+", kind_in_words(kind).lower())) or "root"
        folder = self._places.any_check(place.file).path.parent / "schemas"
        for number in count(1):
            file = f"{stem}{f'-{number}' if number > 1 else ''}{json_schema.SUFFIX}"
            if not (folder / file).exists() and self._schemas.setdefault(file, only) == only:
                break
        return str(PurePosixPath(place.file).parent / "schemas" / file)
