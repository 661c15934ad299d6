"""Make one verdict of those of several places.

A wrong answer at any place is a fault of the deployment. Silence at one place while others are
answered is trouble on the way; it decides nothing as long as enough places PASSED.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..safety import UsageError, listed, one_line, plural
from .exit_codes import ACTIONS, EXIT_CODES, HOLD, VerdictKind, advice
from .place_causes import SharedCause, shared_causes
from .place_document import merged
from .place_files import PlaceVerdict


@dataclass(frozen=True, slots=True)
class ExpectedPlaces:
    """Which places should have a verdict, and how many of them must have PASSED.

    Attributes:
        count: how many places there should be; 0: those that there are.
        names: their names, if they are known.
        quorum: how many must have PASSED; None: more than half.
    """

    count: int = 0
    names: Sequence[str] = ()
    quorum: int | None = None

    @classmethod
    def parse(cls, expect: str | None, quorum: int | None) -> ExpectedPlaces:
        """Read ``--expect``: a number, or names with commas between; None if it is not given.

        Raises UsageError if it names no place, as an empty variable does: then an absent file
        would not be missed.
        """
        if expect is None:
            return cls(quorum=quorum)
        if expect.isdecimal() and int(expect):
            return cls(count=int(expect), quorum=quorum)
        names = [] if expect.isdecimal() else [name.strip() for name in expect.split(",")]
        if not any(names):
            raise UsageError(
                f"--expect={one_line(expect, 80)}: expected a number of places, 1 or more, or "
                "their names with commas between"
            )
        return cls(names=tuple(dict.fromkeys(filter(None, names))), quorum=quorum)

    def total(self, places: Sequence[PlaceVerdict]) -> int:
        """Return how many places count, with or without a verdict."""
        return max(self.count, len(self.names), len(places))

    def needed(self, places: Sequence[PlaceVerdict]) -> int:
        """Return how many places must have PASSED.

        Raises UsageError for half of them or fewer: then a PASSED could outvote a deployment that
        most places find silent.
        """
        total = self.total(places)
        most = total // 2 + 1
        if self.quorum is not None and self.quorum < most:
            raise UsageError(
                f"--quorum {self.quorum}: expected more than half of {plural(total, 'place')}: "
                f"{most} or more (default: {most})"
            )
        return self.quorum or most


def fold_places(places: Sequence[PlaceVerdict], expected: ExpectedPlaces) -> dict[str, Any]:
    """Return the verdict document that ``places``, sorted by name, support together.

    Raises UsageError if there are none, or the quorum is too small.
    """
    if not places:
        raise UsageError("no place has a verdict, so nothing is proved")
    return _Fold(places, expected, expected.needed(places)).document()


@dataclass(frozen=True)
class _Fold:
    """The verdicts of some places, and what follows from them together.

    Attributes:
        places: the verdicts, sorted by the names of the places.
        expected: which places should be there.
        needed: how many must have PASSED.
    """

    places: Sequence[PlaceVerdict]
    expected: ExpectedPlaces
    needed: int

    def document(self) -> dict[str, Any]:
        """Return the verdict document."""
        kind, doubts = self.kind, list(self._doubts())
        state_on_the_way = "advisory" if self._enough else "unsettled"
        document = merged(self.places, self.causes, state_on_the_way)
        notes = "warnings" if kind is VerdictKind.PASSED else "doubts"
        return {
            **document,
            "verdict": str(kind),
            "action": ACTIONS.get(kind, HOLD),
            "advice": self._advice(),
            "exit_code": EXIT_CODES[kind],
            "reason": self._reason(document["causes"], doubts),
            "doubts": [],
            notes: [*doubts, *document.get(notes, ())],
        }

    @cached_property
    def causes(self) -> list[SharedCause]:
        """What the places found wrong."""
        return shared_causes(self.places)

    @cached_property
    def kind(self) -> VerdictKind:
        """The verdict. One FAILED beats any number of PASSED, unless it is only for trouble on the
        way. Where all places ended alike, that is the verdict.
        """
        if any(map(self._failed, self.places)):
            return VerdictKind.FAILED
        if self._enough:
            return VerdictKind.PASSED
        kinds = {place.kind for place in self.places}
        alike = len(kinds) == 1 and not self._absent and kinds.isdisjoint(ACTIONS)
        return kinds.pop() if alike else VerdictKind.INCONCLUSIVE

    def _failed(self, place: PlaceVerdict) -> bool:
        """Return whether a place says FAILED, and not for trouble on the way alone."""
        causes = [cause for cause in self.causes if place.name in cause.failed_at]
        on_the_way = bool(causes) and all(cause.answered for cause in causes)
        return place.kind is VerdictKind.FAILED and not on_the_way

    @property
    def _passed(self) -> int:
        return sum(place.kind is VerdictKind.PASSED for place in self.places)

    @property
    def _enough(self) -> bool:
        return self._passed >= self.needed

    @property
    def _absent(self) -> int:
        return self.expected.total(self.places) - len(self.places)

    def _doubts(self) -> Iterator[str]:
        """Yield which places have no verdict, and why others did not PASS."""
        if self._absent:
            names = sorted({*self.expected.names} - {place.name for place in self.places})
            total = self.expected.total(self.places)
            named = f": {listed(names, 10)}" if names else ""
            yield f"{self._absent} of {plural(total, 'place')} gave no verdict{named}"
        places_of: defaultdict[str, list[str]] = defaultdict(list)
        for place in self.places:
            for line in self._doubts_of(place):
                places_of[line].append(place.name)
        for line, names in places_of.items():
            yield line if len(self.places) == 1 else f"{listed(names)}: {line}"

    def _doubts_of(self, place: PlaceVerdict) -> list[str]:
        """Return a place's doubts, and before them its reason if it did not end as all together."""
        doubts, reason = place.document["doubts"], place.document["reason"]
        adds_reason = place.kind not in {VerdictKind.PASSED, self.kind} and reason not in doubts
        return [reason, *doubts] if adds_reason else list(doubts)

    def _reason(self, causes: Sequence[Mapping[str, Any]], doubts: Sequence[str]) -> str:
        total = self.expected.total(self.places)
        count = f"{self._passed} of {total} places"
        if total == self.needed == 1:
            reason: str = self.places[0].document["reason"]
            return reason
        if self.kind is VerdictKind.FAILED:
            failed = next(place for place in self.places if self._failed(place))
            sentences = [cause["sentence"] for cause in causes if cause["state"] == "failed"]
            return next(iter(sentences), f"{failed.name}: {failed.document['reason']}")
        if self.kind is VerdictKind.PASSED:
            return f"every required check ran and held from {count}"
        why = next(iter(doubts), "--quorum asks for more places than there are")
        return f"PASSED from {count}, expected {self.needed}: {why}"

    def _advice(self) -> str:
        """Return what to do: in the words of the places, where all ended in the same."""
        words = {place.document["advice"] for place in self.places if place.kind is self.kind}
        same = len(words) == 1 and all(place.kind is self.kind for place in self.places)
        return words.pop() if same else advice(self.kind)
