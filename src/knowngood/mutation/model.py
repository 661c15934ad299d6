"""Define a mutation: one thing that may go wrong with an answer, as a pure function.

The way of the data::

    Recorded ──► Mutation.changes ──► Change, Change, … ──► Change.apply ──► Answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..fetch import Answer

Expectation = str | Mapping[str, Any]
"""What notices a change: a line of a check, which calls the answer ``response``, or a JSON Schema
of the document. Empty if nothing can notice it."""

USERS_NOTICE: Final = 1.0
"""Users notice at once: a status, a body, a key, a script. The weights make the score say how well
the suite protects users."""

PROTECTION_LOST: Final = 0.75
"""Everything works, but users are less safe: a header such as Content-Security-Policy."""

SOME_NOTICE: Final = 0.5
"""Some clients notice, or all of them later: caching, duplicate keys, a slow answer."""

NOBODY_READS: Final = 0.25
"""Only people who look for it notice: most headers that begin with X-, or a key too many."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer of a run, and what mutations need to know beside it.

    Attributes:
        method: the method of the request.
        answer: the answer, its body as sent.
        others: answers with 200 to other URLs that have the same media type, by URL.
        earlier: what the same URL answered before in the same walk; None if it was not asked.
        previous: what the same URL answered in an earlier recording; None without one.
        element_ids: the ids of elements that the recorded scripts look up.
        looked_after: whether a check reads the URL of a write or one above it afterwards.
        swept: whether the run sent the request to delete what a check had written.
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
        predicate: what is wrong with the answer, to follow its URL: ``lacks the key "email"``.
        remedy: what would notice it.
        apply: returns the changed answer; None if it cannot change it. It is called with other
            answers, too, to change them in the same way.
        slowdown: how many times as long the answer takes.
        is_hidden: whether the answer stays as it was, because the fault shows only in answers that
            no check asks for.
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
        stands_for: what goes wrong in operations to cause it.
        changes: returns the ways in which it can change an answer; none if it does not apply.
        weight: how much it counts in the score.
    """

    name: str
    stands_for: str
    changes: Callable[[Recorded], Iterable[Change]]
    weight: float = USERS_NOTICE
