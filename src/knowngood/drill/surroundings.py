"""What was recorded beside an answer: others of its kind, and the other steps of its walk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from ..content import media_types, script_text
from ..fetch import SAFE_METHODS, Answer, Exchange, Tape, decoded, target_of
from ..mutation import Recorded, media_type
from .targets import Target, without_query
from .url_kinds import without_number

_OTHERS: Final = 5
"""Other answers that a mutation may take the body of."""


class Surroundings:
    """What was recorded beside each answer."""

    def __init__(self, tape: Tape, targets: Sequence[Target]) -> None:
        self._tape = tape
        self._targets = targets
        self._by_type: defaultdict[str, list[tuple[str, Answer]]] = defaultdict(list)
        for target in targets:
            answer = target.exchanges[0].answer
            if answer is not None and answer.status == 200:
                self._by_type[media_type(answer)].append((target.kind, answer))

    def recorded(self, target: Target, exchange: Exchange, previous: Answer | None) -> Recorded:
        """Return an answer with what was recorded beside it."""
        answer = exchange.answer
        assert answer is not None
        return Recorded(
            method=exchange.probe.method,
            answer=answer,
            others=self._others(target.kind, answer),
            earlier=self._earlier(target, exchange) if exchange.probe.in_walk else None,
            looked_after=without_number(target.kind) in self._looked_after_steps,
            swept=exchange in self._tape.swept,
            previous=previous,
            seconds=exchange.attempts[-1].seconds,
            element_ids=self._element_ids if media_type(answer) == "text/html" else frozenset(),
        )

    def _others(self, kind: str, answer: Answer) -> tuple[Answer, ...]:
        """Return other answers of the same media type, those of the same kind first."""
        others = [
            (other_kind != kind, other)
            for other_kind, other in self._by_type[media_type(answer)]
            if other.body != answer.body and other.url != answer.url
        ]
        return tuple(other for _, other in sorted(others, key=lambda pair: pair[0])[:_OTHERS])

    def _earlier(self, target: Target, exchange: Exchange) -> Answer | None:
        """Return what the same URL answered before in the walk."""
        for walk in (self._tape.walks.get(nodeid, ()) for nodeid in target.readers):
            before = walk[: walk.index(exchange)] if exchange in walk else ()
            for other in reversed(before):
                if other.probe.url == exchange.probe.url and other.probe.method == "GET":
                    return other.answer
        return None

    @cached_property
    def _looked_after_steps(self) -> set[str]:
        """The steps, by method and URL, behind which a walk reads what they were about."""
        steps = ((target, exchange) for target in self._targets for exchange in target.exchanges)
        return {
            without_number(target.kind)
            for target, step in steps
            if self._is_looked_after(target, step)
        }

    def _is_looked_after(self, target: Target, exchange: Exchange) -> bool:
        """Return whether a later request of the walk reads the same URL, or one above it; or what
        a POST made.
        """
        for walk in (self._tape.walks.get(nodeid, ()) for nodeid in target.readers):
            after = walk[walk.index(exchange) + 1 :] if exchange in walk else ()
            for other in after:
                reads = _is_at_or_above(other, exchange) or _is_made_by(other, exchange)
                if other.probe.method in SAFE_METHODS and reads:
                    return True
        return False

    @cached_property
    def _element_ids(self) -> frozenset[str]:
        """The ids that the recorded scripts look up."""
        scripts = [
            decoded(answer)
            for kind, answers in self._by_type.items()
            if media_types.is_javascript(kind)
            for _, answer in answers
        ]
        selectors = {s for source in scripts for s in script_text.selectors(source)}
        return frozenset(s.removeprefix("#") for s in selectors if s.startswith("#"))


def _is_at_or_above(other: Exchange, exchange: Exchange) -> bool:
    """Return whether ``other`` is about the URL of ``exchange``, or a list that it may be in."""
    url, above = without_query(exchange.probe.url), without_query(other.probe.url)
    return f"{url}/".startswith(f"{above.rstrip('/')}/")


def _is_made_by(other: Exchange, exchange: Exchange) -> bool:
    """Return whether ``other`` is about what a POST made, by its Location or below its URL."""
    if exchange.probe.method != "POST" or exchange.answer is None:
        return False
    location = target_of(exchange.answer) if exchange.answer.header("location") else ""
    return other.probe.url == location or _is_at_or_above(exchange, other)
