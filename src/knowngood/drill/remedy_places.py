"""Where in a suite a line about a changed answer may belong: the test functions that read it."""

from __future__ import annotations

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, cast
from urllib.parse import urlsplit

import pytest

from .. import checks
from ..content import lifetimes, written_urls
from ..fetch import Exchange, Plan, Tape, is_resource_group, respond
from .blind_spots import path_of
from .mutants import Mutant
from .remedy import Place
from .targets import Target
from .url_kinds import is_step, kind_in_words

Readings = Iterator[tuple[Place, Sequence[Exchange]]]
"""Places, each with all answers that a line there would read."""

_READS: Final = ("GET", "HEAD")
"""The methods for which there is a mark."""

_SENDING_CLAIMS: Final = frozenset(
    name
    for name, claim in vars(checks).items()
    if inspect.isfunction(claim) and "client" in inspect.signature(claim).parameters
)
"""The ready-made claims that send requests: a check has no line behind which one was answered."""


class RemedyPlaces:
    """Finds places in the checks of ``items``.

    ``plans`` say what the items declare, by node id, ``tape`` holds what they received, and
    ``targets`` are the kinds of that.
    """

    def __init__(
        self,
        tape: Tape,
        items: Mapping[str, pytest.Item],
        plans: Mapping[str, Plan],
        targets: Sequence[Target],
    ) -> None:
        self._tape = tape
        self._items = items
        self._plans = plans
        self._of_kind: defaultdict[str, list[Exchange]] = defaultdict(list)
        for target in targets:
            self._of_kind[target.kind] += target.exchanges
        self._cases: defaultdict[str, list[str]] = defaultdict(list)
        for nodeid in items:
            self._cases[nodeid.partition("[")[0]].append(nodeid)

    def of(self, mutant: Mutant) -> Readings:
        """Yield where a line about ``mutant`` may belong, the best place first: where a fixture has
        the answer, without a loop before with one, and in checks of few answers before those of
        many; then in a new check; at last where a client asks.
        """
        reading = [
            check for check, cases in self._cases.items() if not mutant.readers.isdisjoint(cases)
        ]
        places = [place for check in reading for place in self._in_check(check, mutant)]
        yield from sorted(places, key=_order)
        if reading:
            yield from self._in_new_check(mutant, reading[0].partition("::")[0])
        for check in reading:
            yield from self._in_walk(check, mutant)

    def alike(self, mutant: Mutant) -> list[Exchange]:
        """Return what was recorded of the kind of URL of a mutant, with the same status."""
        statuses = {old.answer.status for old in mutant.changed if old.answer}
        return [e for e in self._of_kind[mutant.kind] if e.answer and e.answer.status in statuses]

    def takes(self, place: Place, fixture: str) -> bool:
        """Return whether the test function of a place takes a fixture."""
        return place.name in self._cases and fixture in self._parameters(place.name)

    def is_check(self, place: Place) -> bool:
        """Return whether a place is a test function, and no fixture."""
        return bool(place.mark) or place.name in self._cases

    def any_check(self, file: str) -> pytest.Function:
        """Return a test function of a file."""
        return self._function(next(c for c in self._cases if c.startswith(f"{file}::")))

    def _in_check(self, check: str, mutant: Mutant) -> Readings:
        file, _, test = check.partition("::")
        parameters, cases = self._parameters(check), self._cases[check]
        declared = self._declared(cases)
        if not mutant.changed.keys().isdisjoint(declared):
            if "response" in parameters:
                yield Place(file, test), declared
            elif "responses" in parameters:
                yield Place(file, test, loop="for response in responses:"), declared
        if "resources" in parameters:
            read = (self._tape.find(probe) for n in cases for probe in self._tape.readers[n])
            needed = [e for e in dict.fromkeys(read) if e is not None and e not in declared]
            yield Place(file, test, loop="for resource in checks.own(resources):"), needed

    def _declared(self, cases: Sequence[str]) -> list[Exchange]:
        probes = (planned.probe for nodeid in cases for planned in self._plans[nodeid].planned)
        exchanges = (self._tape.find(probe) for probe in probes)
        return [exchange for exchange in exchanges if exchange is not None]

    def _in_walk(self, check: str, mutant: Mutant) -> Readings:
        """Yield the check, if its client has sent for a changed answer; else the fixture that did
        so for several checks.
        """
        file, _, test = check.partition("::")
        steps = [
            step for step in self._sent(check) if step in mutant.changed.keys() - self._claimed
        ]
        own = [exchange for exchange in steps if exchange.probe.item]
        read = [exchange for exchange in own if exchange not in self._tape.swept]
        if read:
            yield Place(file, test, answer=_answer(mutant.kind, read[0])), read
        elif own:
            yield Place(file, test), own
        elif steps:
            fixture = self._fixture_with_shared_client(check)
            yield Place(file, fixture, answer=_answer(mutant.kind, steps[0])), steps

    def _sent(self, check: str) -> list[Exchange]:
        """Return what the clients of a check have sent."""
        walks = (self._tape.walks.get(nodeid, ()) for nodeid in self._cases[check])
        return [exchange for walk in walks for exchange in walk]

    @cached_property
    def _claimed(self) -> set[Exchange]:
        """What ready-made claims have sent by the client of a check."""
        claimed: set[Exchange] = set()
        for check in self._cases:
            names = inspect.unwrap(self._function(check).function).__code__.co_names
            if not _SENDING_CLAIMS.isdisjoint(names):
                sent = self._sent(check)
                claimed.update(e for e in sent if e.probe.method.lower() not in names)
        return claimed

    def _fixture_with_shared_client(self, check: str) -> str:
        """Return the name of the fixture that sends what several checks need, such as a login."""
        fixtures = self._function(check)._fixtureinfo.name2fixturedefs
        sending = (
            name
            for name, definitions in fixtures.items()
            if "shared_client" in definitions[-1].argnames
        )
        return next(sending, "the fixture with shared_client")

    def _in_new_check(self, mutant: Mutant, file: str) -> Readings:
        """Yield a new check of the kind of URL, or of one of its URLs. Yield none for a URL that
        needs a login or a client, or whose name changes with its content.
        """
        for targets in (mutant.targets, *((target,) for target in mutant.targets)):
            yield from self._new_check(mutant.kind, targets, file)

    def _new_check(self, kind: str, targets: Sequence[Target], file: str) -> Readings:
        recorded = [exchange for target in targets for exchange in target.exchanges]
        exchanges = [exchange for exchange in recorded if not exchange.probe.in_walk]
        if not exchanges and not is_step(kind):
            exchanges = [exchange for exchange in recorded if exchange in self._claimed]
        method = exchanges[-1].probe.method if exchanges else ""  # GET, where HEAD is refused
        exchanges = [exchange for exchange in exchanges if exchange.probe.method == method]
        probes = [exchange.probe for exchange in exchanges]
        if method not in _READS or any(probe.headers for probe in probes):
            return
        urls = {probe.url for probe in probes}
        if any(map(_is_of_one_build, exchanges)):
            return  # the next release has another URL in its place
        if len(urls) == 1:
            url = f"{probes[0].origin}:{path_of(urls.pop())}"
            url = url.replace("{", "{{").replace("}", "}}")
        elif len(targets) > 1 and not any(urlsplit(url).query for url in urls):
            url = kind
        else:
            return
        follow = ", follow=True" if any(probe.follow for probe in probes) else ""
        mark = json.dumps(url, ensure_ascii=False) + follow
        yield Place(file, self._new_name(file, url), mark, method), exchanges

    def _new_name(self, file: str, url: str) -> str:
        """Return a name for a check of ``url`` that no other check of the file has."""
        words = re.findall(r"[a-z0-9]+", url.partition(":")[2].lower())
        name = "_".join(["test", *words]) if words else "test_root"
        while f"{file}::{name}" in self._cases:
            name += "_too"
        return name

    def _parameters(self, check: str) -> Mapping[str, object]:
        return inspect.signature(self._function(check).function).parameters

    def _function(self, check: str) -> pytest.Function:
        return cast(pytest.Function, self._items[self._cases[check][0]])


def _is_of_one_build(exchange: Exchange) -> bool:
    """Return whether a file has a name that changes with its content: by a hash, by a version in
    its query, or since browsers may keep it for long.
    """
    parts = urlsplit(exchange.probe.url)
    name = parts.path.rpartition("/")[2]
    if written_urls.around_hash(name):
        return True
    is_kept = lifetimes.problems(respond(exchange).headers) if exchange.answer else False
    is_file = is_resource_group(exchange.probe.template) and "." in name
    return is_file and bool(parts.query or is_kept)


def _order(reading: tuple[Place, Sequence[Exchange]]) -> tuple[bool, int]:
    place, answers = reading
    return bool(place.loop), len(answers)


def _answer(kind: str, step: Exchange) -> str:
    """Return an answer of a walk in words: ``POST /users``, ``GET /users/{id} (2)``."""
    words = kind_in_words(kind)
    return words if is_step(kind) else f"{step.probe.method} {words}"
