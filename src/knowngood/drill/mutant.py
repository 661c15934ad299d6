"""What came of one mutant: of a deployment with one changed answer, or with one kind of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Notice(StrEnum):
    """Whether a suite notices a mutant."""

    CAUGHT = "caught"
    MISNAMED = "misnamed"
    MISSED = "missed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What came of one mutant.

    Attributes:
        kind: the kind of URL that was changed: ``content:/{locale}/js/config.json``.
        mutation: the name of the mutation.
        stands_for: what the mutation stands for.
        weight: how much it counts in the score.
        predicate: what is wrong, after a URL: ``lacks the key "email"``.
        urls: the URLs whose answers were changed: one, or all of the kind.
        notice: whether the suite noticed. Caught is a confirmed failure whose first cause names a
            changed URL, misnamed one whose first cause names another.
        reason: the first cause's sentence; of one that was left out, why.
        named: the URL that the first cause names; empty without a failure.
        checks: the checks that failed.
        remedy: the line of a check or schema that would notice it.
        accepted: the reason for which the environment accepts that it is missed; empty if not.
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
    remedy: str = ""
    accepted: str = ""
