"""Draw mutants: deployments with one changed answer, or with one kind of them changed alike."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from ..fetch import Answer, Exchange, Tape, exchange_with
from ..mutation import Change, Mutation, Recorded
from .surroundings import Surroundings
from .targets import Target


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deployment with one change.

    Attributes:
        kind: the kind of URL that is changed.
        mutation: what goes wrong.
        change: how.
        targets: what is changed.
        changed: the exchange in place of each that is changed.
    """

    kind: str
    mutation: Mutation
    change: Change
    targets: tuple[Target, ...]
    changed: dict[Exchange, Exchange]

    @property
    def readers(self) -> frozenset[str]:
        """The node ids of the items that read a changed answer."""
        return frozenset().union(*(target.readers for target in self.targets))


@dataclass(slots=True)
class Mutants:
    """Makes the mutants of what a tape holds.

    Attributes:
        tape: what was recorded.
        targets: what can be changed of it.
        mutations: what may go wrong with it.
        previous: answers of an earlier recording, by path.
    """

    tape: Tape
    targets: Sequence[Target]
    mutations: Sequence[Mutation]
    previous: Mapping[str, Answer] = field(default_factory=dict)
    _recorded: dict[Exchange, Recorded] = field(default_factory=dict)
    _surroundings: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        self._surroundings = Surroundings(self.tape, self.targets)

    def drawn(self, seed: int) -> Iterator[Mutant]:
        """Yield every mutant in an order that ``seed`` draws: each mutation of each kind of URL
        once before any comes twice; each change in all of a kind at once, then in one alone.
        """
        chance = random.Random(seed)  # noqa: S311 - to be drawn again, not to be secret
        pairs = [self._of_pair(*pair) for pair in self._pairs(chance)]
        while pairs:
            chance.shuffle(pairs)
            later = []
            for pair in pairs:
                mutant = next(pair, None)
                if mutant is not None:
                    yield mutant
                    later.append(pair)
            pairs = later

    def count(self, seed: int) -> int:
        """Return how many mutants ``seed`` draws, at most: a change may not fit all of a kind."""
        pairs = self._pairs(random.Random(seed))  # noqa: S311 - as in drawn
        return sum(
            len(_scopes(targets, single))
            for targets, mutation, singles, _ in pairs
            for single, _ in self._changes(singles, mutation)
        )

    def _pairs(self, chance: random.Random) -> list[_Pair]:
        """Return each kind of URL with each mutation, and what is drawn for it."""
        by_kind: defaultdict[str, list[Target]] = defaultdict(list)
        for target in self.targets:
            by_kind[target.kind].append(target)
        return [
            (targets, mutation, self._singles(targets, chance), chance.random())
            for targets in by_kind.values()
            for mutation in self.mutations
        ]

    def _singles(self, targets: Sequence[Target], chance: random.Random) -> list[Target]:
        """Draw one of ``targets`` for each status, and apart from these one for each status of the
        sweep's requests, which delete what a walk wrote.
        """
        singles: dict[tuple[int, bool], Target] = {}
        for target in chance.sample(targets, len(targets)):
            answer, swept = target.exchanges[0].answer, target.exchanges[0] in self.tape.swept
            singles.setdefault((answer.status if answer else 0, swept), target)
        return list(singles.values())

    def _of_pair(
        self, targets: list[Target], mutation: Mutation, singles: list[Target], seed: float
    ) -> Iterator[Mutant]:
        changes = list(self._changes(singles, mutation))
        random.Random(seed).shuffle(changes)  # noqa: S311 - as in drawn
        for single, change in changes:
            for scope in _scopes(targets, single):
                mutant = self._mutant(mutation, change, scope)
                if mutant.changed:
                    yield mutant

    def _changes(
        self, targets: Sequence[Target], mutation: Mutation
    ) -> Iterator[tuple[Target, Change]]:
        """Yield the ways in which ``mutation`` can change answers of ``targets``, each once, with
        the first target that it can change so.
        """
        predicates = set()
        for target, exchange in ((t, exchange) for t in targets for exchange in t.exchanges):
            for change in mutation.changes(self._recorded_of(target, exchange)):
                fits = self._is_read(exchange, change)
                if fits and change.predicate not in predicates:
                    predicates.add(change.predicate)
                    yield target, change

    def _is_read(self, exchange: Exchange, change: Change) -> bool:
        """Return whether somebody may notice a change: nobody reads what the sweep was answered."""
        return change.is_hidden or exchange not in self.tape.swept

    def _mutant(self, mutation: Mutation, change: Change, targets: Sequence[Target]) -> Mutant:
        changed = {}
        for target in targets:
            for exchange in (e for e in target.exchanges if self._is_read(e, change)):
                answer = change.apply(self._recorded_of(target, exchange))
                if answer is not None and (
                    answer != exchange.answer or change.slowdown != 1 or change.is_hidden
                ):
                    changed[exchange] = exchange_with(exchange, answer, change.slowdown)
        return Mutant(targets[0].kind, mutation, change, tuple(targets), changed)

    def _recorded_of(self, target: Target, exchange: Exchange) -> Recorded:
        recorded = self._recorded.get(exchange)
        if recorded is None:
            previous = self.previous.get(urlsplit(target.url).path)
            recorded = self._surroundings.recorded(target, exchange, previous)
            self._recorded[exchange] = recorded
        return recorded


_Pair: TypeAlias = tuple[list[Target], Mutation, list[Target], float]
"""The targets of one kind, a mutation, those of them that may be changed alone, and a seed."""


def _scopes(targets: list[Target], single: Target) -> list[list[Target]]:
    """Return what is changed alike: all of a kind, then a single one."""
    return [targets, [single]] if len(targets) > 1 else [targets]
