"""The records that a rollback drill leaves behind: which there must be, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from ..release import DEPLOYED, OVERRIDDEN, REJECTED, STARTED, GitError, RecordKind, Repository
from ..verdict import VerdictKind
from .sandbox import AROUND, BAD, BETTER, GOOD

EXPECTED: Final[tuple[tuple[str, ...], ...]] = (
    (RecordKind.OVERRIDDEN, GOOD, OVERRIDDEN),
    (RecordKind.PUSHED, GOOD, STARTED),
    (RecordKind.PUSHED, GOOD, DEPLOYED),
    (RecordKind.VERIFIED, GOOD, VerdictKind.PASSED),
    (RecordKind.PUSHED, BETTER, STARTED),  # and killed
    (RecordKind.PUSHED, BETTER, STARTED),
    (RecordKind.PUSHED, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
    (RecordKind.OVERRIDDEN, BAD, OVERRIDDEN),
    (RecordKind.PUSHED, BAD, STARTED),
    (RecordKind.PUSHED, BAD, DEPLOYED),
    (RecordKind.VERIFIED, BAD, VerdictKind.FAILED),
    (RecordKind.REJECTED, BAD, REJECTED),
    (RecordKind.ROLLED_BACK, BETTER, STARTED),
    (RecordKind.ROLLED_BACK, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
    (RecordKind.REJECTED, AROUND, REJECTED),
    (RecordKind.ROLLED_BACK, BETTER, STARTED),
    (RecordKind.ROLLED_BACK, BETTER, DEPLOYED),
    (RecordKind.VERIFIED, BETTER, VerdictKind.PASSED),
)
"""Kind, release and verdict of each record of prod, oldest first: no more, and no fewer."""

_AS_LS_REMOTE: Final = "%(objectname)\t%(refname)"


def parse(output: str) -> list[tuple[str, ...]]:
    """Return kind, release and verdict of each row of ``knowngood log``, oldest first."""
    rows = [re.split(r" {2,}", line) for line in reversed(output.splitlines())]
    return [tuple(row[1:4]) for row in rows]


def difference(records: Sequence[tuple[str, ...]]) -> str:
    """Return the first record that is not the expected one; an empty text where all are."""
    pairs = zip_longest(EXPECTED, records, fillvalue=("none",))
    for number, (expected, record) in enumerate(pairs, 1):
        if expected != record:
            return f"record {number} is {' '.join(record)}, and not {' '.join(expected)}"
    return ""


def not_at_origin(repository: Repository) -> str:
    """Return how the tags of a repository differ from those at its origin; empty if they do not."""
    try:
        here = repository.run("for-each-ref", f"--format={_AS_LS_REMOTE}", "refs/tags")
        at_origin = repository.run("ls-remote", "--tags", "--refs", "origin")
    except GitError as error:
        return str(error)
    same = set(here.splitlines()) == set(at_origin.splitlines())
    return "" if same else "not all of them are at the origin"
