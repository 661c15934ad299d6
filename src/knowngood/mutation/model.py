"""What a mutation is: one thing that may go wrong with an answer, as a pure function.

The way of the data::

    Recorded ──► Mutation.changes ──► Change, Change, … ──► Change.apply ──► Answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..fetch import Answer

Expectation = str | Mapping[str, Any]
"""What notices a change: the line of a check, which calls the answer ``response``, or what a JSON
Schema says of the document. An empty one notices nothing."""

USERS_NOTICE: Final = 1.0
"""The weight of what users notice at once: a status, a body, a key, a script. A mutation counts in
the score as much as its users lose, so the score says how safe the users are."""

PROTECTION_LOST: Final = 0.75
"""Everything works, and users are less safe: a header such as Content-Security-Policy."""

SOME_NOTICE: Final = 0.5
"""Some clients notice, or only later: caching, duplicate keys, an answer that is slow."""

NOBODY_READS: Final = 0.25
"""Only people who look for it notice: most headers that begin with X-, or a key too many."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that a run received, and what it received beside it.

    Attributes:
        method: the method of the request.
        answer: the answer, its body as sent.
        others: answers with 200 to other URLs that have the same media type, by URL.
        earlier: what the same URL answered before in the same walk; None if it was not asked.
        previous: what the same URL answered in an earlier recording; None without one.
        element_ids: the ids of elements that the recorded scripts look up.
        looked_after: whether a check reads the URL of such a step, or one above it, afterwards.
        swept: whether the run sent it to delete what a check had written.
        seconds: how long the answer took.
    """

    method: str
    answer: Answer
    others: tuple[Answer, ...] = ()
    earlier: Answer | None = None
    previous: Answer | None = None
    element_ids: frozenset[str] = frozenset()
    looked_after: bool = False
    swept: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which a mutation changes an answer.

    Attributes:
        predicate: what is wrong then, after a URL: ``lacks the key "email"``.
        remedy: what would notice it.
        apply: returns the changed answer; None for an answer that cannot be changed so. It is
            called with every answer that is to be changed in the same way, not only with the one
            that the change was made for.
        slowdown: how many times as long the answer takes.
        is_hidden: whether the answer stays as it was: what is wrong shows in answers that the check
            never asks for.
    """

    predicate: str
    remedy: Expectation
    apply: Callable[[Recorded], Answer | None]
    slowdown: float = 1.0
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing that may go wrong with answers.

    Attributes:
        name: its name: ``json-key-gone``.
        stands_for: what happens in operations to bring it about.
        changes: returns the ways in which it can change an answer; none if it does not apply.
        weight: how much it counts in the score: 1 for what users notice, less for what they
            may not.
    """

    name: str
    stands_for: str
    changes: Callable[[Recorded], Iterable[Change]]
    weight: float = USERS_NOTICE
