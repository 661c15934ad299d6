"""Find what would catch a mutant, and the test function where it belongs.

What is offered was tried: it holds for all answers that the test function reads, and fails for the
mutant. Where no test function reads the answer alone, a new one is offered.
"""

from __future__ import annotations

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final, cast
from urllib.parse import urlsplit

import pytest

from ..content import json_schema
from ..fetch import Exchange, Plan, Tape
from .blind_spots import kind_in_words, path_of
from .mutants import Mutant
from .remedy import Place, Remedy
from .remedy_proof import can_be_tried, is_proven, names_in

_IMPORTS: Final = {"checks": "from knowngood import checks", "hashlib": "import hashlib"}

Readings = Iterator[tuple[Place, Sequence[Exchange]]]
"""Places, each with all answers that a line there would read."""


class Remedies:
    """Finds what would catch mutants of what ``tape`` holds.

    ``items`` are those that read it, and ``plans`` what they declare, by node id.
    """

    def __init__(
        self, tape: Tape, items: Mapping[str, pytest.Item], plans: Mapping[str, Plan]
    ) -> None:
        self._tape = tape
        self._items = items
        self._plans = plans

    def of(self, mutant: Mutant) -> Remedy | None:
        """Return what would catch ``mutant``; None where nothing is known that would."""
        remedy = mutant.change.remedy
        if not remedy:
            return None
        names, tried = names_in(remedy), can_be_tried(remedy)
        for place, answers in self._places(mutant):
            about_resource = "(resources)" in place.loop
            if about_resource != ("resource" in names):
                continue
            if "client" in names and not place.answer:
                continue
            if not tried or is_proven(remedy, answers, mutant.changed):
                return self._remedy(mutant, place, tried=tried)
        return None

    def _remedy(self, mutant: Mutant, place: Place, *, tried: bool) -> Remedy:
        remedy = mutant.change.remedy
        names = {*names_in(remedy), *(["checks"] if "checks." in place.loop else [])}
        if isinstance(remedy, str):
            return Remedy(place, remedy, needs=self._lacking(place, names), tried=tried)
        file = self._schema_file(mutant.kind, place)
        needs = self._lacking(place, names)
        if place.mark == "" and "schema" not in self._fixtures(f"{place.file}::{place.test}"):
            needs = (*needs, "the fixture schema")
        return Remedy(place, schema=remedy, schema_file=file, needs=needs)

    # -- where it may belong

    def _places(self, mutant: Mutant) -> Readings:
        """Yield where a line for ``mutant`` may belong, in the checks with the fewest cases first,
        then in a new one.
        """
        checks = [
            (check, cases)
            for check, cases in self._cases.items()
            if not mutant.readers.isdisjoint(cases)
        ]
        for check, cases in sorted(checks, key=lambda pair: len(pair[1])):
            yield from self._in_check(check, cases, mutant)
        if checks:
            yield from self._in_new_check(mutant, checks[0][0].partition("::")[0])

    @cached_property
    def _cases(self) -> Mapping[str, list[str]]:
        """The node ids of all cases of each check."""
        cases: defaultdict[str, list[str]] = defaultdict(list)
        for nodeid in self._items:
            cases[nodeid.partition("[")[0]].append(nodeid)
        return cases

    def _in_check(self, check: str, cases: Sequence[str], mutant: Mutant) -> Readings:
        file, _, test = check.partition("::")
        fixtures = self._fixtures(check)
        declared = self._declared(cases)
        if "response" in fixtures and not mutant.changed.keys().isdisjoint(declared):
            yield Place(file, test), declared
        elif "responses" in fixtures and not mutant.changed.keys().isdisjoint(declared):
            yield Place(file, test, loop="for response in responses:"), declared
        if "resources" in fixtures:
            read = (self._tape.find(probe) for n in cases for probe in self._tape.readers[n])
            needed = [e for e in dict.fromkeys(read) if e is not None and e not in declared]
            yield Place(file, test, loop="for resource in checks.own(resources):"), needed
        walks = (self._tape.walks.get(nodeid, ()) for nodeid in cases)
        steps = [exchange for walk in walks for exchange in walk if exchange in mutant.changed]
        if steps:
            yield Place(file, test, answer=_answer(mutant.kind, steps[0])), steps

    def _declared(self, cases: Sequence[str]) -> list[Exchange]:
        probes = (planned.probe for nodeid in cases for planned in self._plans[nodeid].planned)
        exchanges = (self._tape.find(probe) for probe in probes)
        return [exchange for exchange in exchanges if exchange is not None]

    def _in_new_check(self, mutant: Mutant, file: str) -> Readings:
        """Yield a check of the kind of URL by itself, or of the one URL; none for what needs a
        login or a client.
        """
        exchanges = [exchange for target in mutant.targets for exchange in target.exchanges]
        probes = [exchange.probe for exchange in exchanges]
        if any(probe.in_walk or probe.method != "GET" or probe.headers for probe in probes):
            return
        one_url = {probe.url for probe in probes}
        if len(mutant.targets) == 1 and len(one_url) == 1:
            url = f"{probes[0].origin}:{path_of(one_url.pop())}"
            url = url.replace("{", "{{").replace("}", "}}")
        elif len(mutant.targets) > 1 and not any(urlsplit(probe.url).query for probe in probes):
            url = mutant.kind
        else:
            return
        follow = ", follow=True" if any(probe.follow for probe in probes) else ""
        mark = json.dumps(url, ensure_ascii=False) + follow
        yield Place(file, self._new_name(file, url), mark), exchanges

    def _new_name(self, file: str, url: str) -> str:
        """Return a name for a check of ``url`` that no other check of the file has."""
        words = re.findall(r"[a-z0-9]+", url.partition(":")[2].lower())
        name = "_".join(["test", *words]) if words else "test_root"
        while f"{file}::{name}" in self._cases:
            name += "_too"
        return name

    # -- what it needs there

    def _fixtures(self, check: str) -> Mapping[str, object]:
        """Return the fixtures that a check takes."""
        return inspect.signature(self._function(check).function).parameters

    def _function(self, check: str) -> pytest.Function:
        return cast(pytest.Function, self._items[self._cases[check][0]])

    def _lacking(self, place: Place, names: set[str]) -> tuple[str, ...]:
        """Return the imports that the file of ``place`` lacks for a line with these names."""
        of_file = next(check for check in self._cases if check.startswith(f"{place.file}::"))
        there = vars(self._function(of_file).module)
        return tuple(_IMPORTS[name] for name in sorted(names & _IMPORTS.keys() - there.keys()))

    def _schema_file(self, kind: str, place: Place) -> str:
        """Return the name of a file that is not there, for the schema of a kind of URL."""
        words = re.findall(r"[a-z0-9]+", kind_in_words(kind).lower())
        of_file = next(check for check in self._cases if check.startswith(f"{place.file}::"))
        folder, name, number = self._function(of_file).path.parent / "schemas", "-".join(words), 1
        name = stem = name or "root"
        while (folder / f"{name}{json_schema.SUFFIX}").exists():
            number += 1
            name = f"{stem}-{number}"
        beside = PurePosixPath(place.file).parent
        return str(beside / "schemas" / f"{name}{json_schema.SUFFIX}")


def _answer(kind: str, step: Exchange) -> str:
    """Return an answer of a walk in words: ``POST /users``, ``GET /users/{id} (2)``."""
    words = kind_in_words(kind)
    return words if " " in kind else f"{step.probe.method} {words}"
