"""Refuse verdict files that cannot be made into one verdict.

Only runs that asked the same of one deployment, at about the same time, count together. A file that
was left in a folder, or copied from another job, must not count as good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..safety import UsageError, duration, listed, one_line
from . import own_claims
from .exit_codes import EXIT_CODES, VerdictKind
from .unreachable import SKEW
from .verdict_document import Document


@dataclass(frozen=True, slots=True)
class PlaceVerdict:
    """What one place says of a deployment.

    Attributes:
        name: what the place is called.
        document: its verdict document.
    """

    name: str
    document: Document

    @property
    def kind(self) -> VerdictKind:
        """What its run ended in."""
        return VerdictKind(self.document["verdict"])


def place_verdicts(
    files: Mapping[str, Document], *, now: float, window: float, names: Sequence[str]
) -> list[PlaceVerdict]:
    """Return the verdict of each place, sorted by place; ``files`` are documents by their paths.

    ``now`` is in seconds since the epoch; a run must have begun at most ``window`` seconds before.
    ``names`` are the places that may be there; empty: any. Raises UsageError, which names the file.
    """
    documents = sorted(files.items())
    for path, document in documents:
        problem = _unusable(document) or _old(document, now, window) or _unexpected(document, names)
        if problem:
            raise UsageError(f"{one_line(path, 300)}: {problem}")
    _refuse_differing(documents, _ALIKE[:1])
    ran = [(path, document) for path, document in documents if document["checks"]]
    _refuse_differing(ran, _ALIKE)
    _refuse_other_checks(ran)
    _refuse_same_place(documents)
    verdicts = (PlaceVerdict(document["place"], document) for _, document in documents)
    return sorted(verdicts, key=lambda verdict: verdict.name)


def _unusable(document: Document) -> str:
    code = EXIT_CODES[VerdictKind(document["verdict"])]
    if document["exit_code"] != code:
        return (
            f"it says {document['verdict']} and the exit code {document['exit_code']}, which "
            "contradict each other; run again there"
        )
    if document["verdict"] == VerdictKind.PASSED and not _is_proof(document):
        return "it says PASSED, and names a failure or no case that passed; run again there"
    if "places" in document:
        return "it is folded already; give the files that it was made of"
    if not document.get("place"):
        return "it names no place, since an earlier version wrote it; run again there"
    return ""


def _is_proof(document: Document) -> bool:
    """Return whether a document holds what a PASSED needs."""
    counts = document["counts"]
    failures = [cause for cause in document["causes"] if cause["state"] == "failed"]
    return bool(counts["passed"] and not counts["failed"] and not failures)


def _old(document: Document, now: float, window: float) -> str:
    age = now - document["began"]
    if age < -SKEW:
        place = one_line(document["place"], 80)
        ahead = f"its run began {duration(-age)} in the future"
        return f"{ahead}; set the clock of {place}, or this one"
    if age > window:
        return (
            f"its run began {duration(age)} ago, and --window allows {window / 60:.0f} min: it may "
            "be of another push; run again there, or leave it out"
        )
    return ""


def _unexpected(document: Document, names: Sequence[str]) -> str:
    if not names or document["place"] in names:
        return ""
    return (
        f"it is of the place {one_line(document['place'], 80)}, and --expect names "
        f"{', '.join(names)}; give --place to the run there"
    )


def _seen(document: Document) -> str | None:
    """Return the release that a run saw, where it was not told which to expect."""
    seen: str | None = document["release"]["seen"]
    return seen if document["release"]["expected"] is None else None


_ALIKE: Final[Sequence[tuple[str, Callable[[Document], object], str]]] = (
    ("the environment", lambda d: d["environment"], "fold the verdicts of one environment"),
    ("the origins", lambda d: d["origins"], "run against one deployment at every place"),
    ("--release", lambda d: d["release"]["expected"], "run with the same release at every place"),
    ("the release that was live", _seen, "run with --release, which waits until all have it"),
    ("--manifest", lambda d: d.get("manifest", {}).get("digest"), "run with one build's manifest"),
)
"""What must be alike in all documents: its name, its value, and what to do where it is not."""


def _refuse_differing(
    documents: Iterable[tuple[str, Document]],
    alike: Iterable[tuple[str, Callable[[Document], object], str]],
) -> None:
    """Raise UsageError if documents differ in what must be alike."""
    for subject, value, remedy in alike:
        pairs = pairwise((path, value(document)) for path, document in documents)
        for (first, first_value), (second, second_value) in pairs:
            if first_value != second_value:
                values = f"{one_line(str(first_value), 300)} and {one_line(str(second_value), 300)}"
                both = _both(first, second)
                raise UsageError(f"{both} differ in {subject}: {values}; {remedy}")


def _refuse_other_checks(ran: Sequence[tuple[str, Document]]) -> None:
    """Raise UsageError if places ran different checks, or other versions of them.

    A run that ended early may lack some of them.
    """
    for path, document in ran:
        for other, complete in ran:
            missing = _claims(complete) - _claims(document)
            further = _claims(document) - _claims(complete)
            if _is_whole(complete) and (further or (missing and _is_whole(document))):
                odd = sorted({check for check, _ in missing | further})
                raise UsageError(
                    f"{_both(path, other)} did not run the same checks: "
                    f"{one_line(listed(odd), 300)}; run the same suite at every place"
                )


def _is_whole(document: Document) -> bool:
    """Return whether every case of a run came to its end."""
    counts = document["counts"]
    return bool(counts["ran"] + counts["skipped"] == counts["expected"] > 0)


def _claims(document: Document) -> set[tuple[str, str]]:
    """Return the checks that ran, each with what it claims."""
    checks = document["checks"].items()
    return {(name, check["claim"]) for name, check in checks if not own_claims.is_own(name)}


def _refuse_same_place(documents: Iterable[tuple[str, Document]]) -> None:
    path_of: dict[str, str] = {}
    for path, document in documents:
        place = document["place"]
        if place in path_of:
            raise UsageError(
                f"{_both(path_of[place], path)} are both of the place {one_line(place, 80)}; name "
                "each place with --place, and leave out the older of two runs of one place"
            )
        path_of[place] = path


def _both(first: str, second: str) -> str:
    return f"{one_line(first, 300)} and {one_line(second, 300)}"
