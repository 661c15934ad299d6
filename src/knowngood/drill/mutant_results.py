"""What came of mutants: of a deployment with one changed answer, or with one kind of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .remedy import Remedy


class Notice(StrEnum):
    """Whether a suite notices a mutant. Those that are accepted or left out do not count."""

    CAUGHT = "caught"
    MISNAMED = "misnamed"
    MISSED = "missed"
    ACCEPTED = "accepted"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What came of one mutant.

    Attributes:
        kind: the kind of URL that was changed: ``content:/{locale}/js/config.json``; of a step of
            a walk with its method, and with its number from the second such step on:
            ``GET api:/users/{id} (2)``.
        mutation: the name of the mutation.
        stands_for: what the mutation stands for.
        weight: how much it counts in the score.
        predicate: what is wrong, after a URL: ``lacks the key "email"``.
        urls: the URLs whose answers were changed: one, or all of the kind.
        notice: whether the suite noticed. Caught is a confirmed failure whose first cause names a
            changed URL, misnamed one whose first cause names another. Accepted is one that is not
            caught where the environment accepts that.
        reason: the first cause's sentence; of one that is accepted or was left out, why; of a
            missed one empty, or why the run is INCONCLUSIVE.
        named: the URL that the first cause names; empty without a failure.
        checks: the checks that failed.
        remedy: what would catch it, if it is not caught; None if nothing is known that would.
    """

    kind: str
    mutation: str
    stands_for: str
    weight: float
    predicate: str
    urls: tuple[str, ...]
    notice: Notice
    reason: str = ""
    named: str = ""
    checks: tuple[str, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class MutationDrill:
    """What came of a drill of mutations.

    Attributes:
        environment: the name of the environment.
        release: the release that answered; None if it does not say.
        seed: what draws the same mutants again.
        seconds: how long the mutants took, without the run that recorded the answers.
        requests: those that this run sent; 0 where a recording was read. Mutants send none.
        results: what came of each mutant.
        possible: how many mutants there are; more than results where time was short.
        warnings: what else people should know of it.
    """

    environment: str
    release: str | None
    seed: int
    seconds: float
    requests: int
    results: tuple[MutantResult, ...]
    possible: int
    warnings: tuple[str, ...] = ()
