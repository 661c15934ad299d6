"""What a drill of faults runs, how each run should end, and whether it did."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ..supervisor import Conclusion
from ..verdict import KINDS, VerdictKind, own_claims
from ..verdict.verdict_document import failed_checks
from .faults import VERDICTS, Fault

AS_EXPECTED, MISSED = 0, 1
"""The exit codes of a drill."""

_OUTPUT: Final = 2000  # characters of a run's output that stand for a missing reason
_NO_DOCUMENT: Final = {"verdict": "", "failures": [], "checks": {}, "causes": [], "origins": {}}
_MOST_CAUSES: Final = 2  # of the verdict on a single fault: people look for each of them


@dataclass(frozen=True, slots=True)
class DrillRun:
    """A run to make.

    Attributes:
        faults: the faults that the deployment is started with.
        claimed: the checks that claim to catch the fault.
    """

    faults: tuple[Fault, ...] = ()
    claimed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name for people."""
        return " + ".join(self.names) or "(sound)"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its faults."""
        return tuple(fault.name for fault in self.faults)

    @property
    def expected(self) -> tuple[str, ...]:
        """The verdicts that are right: of two faults the worse one hides the other.

        INCONCLUSIVE says that somebody turned the run away: then it may not see what would be
        FAILED.
        """
        verdicts = {fault.verdict for fault in self.faults}
        if verdicts == {VerdictKind.FAILED, VerdictKind.INCONCLUSIVE}:
            return VerdictKind.FAILED, VerdictKind.INCONCLUSIVE
        return (max(verdicts, key=VERDICTS.index, default=VerdictKind.PASSED),)


@dataclass(frozen=True, slots=True)
class DrillResult:
    """How a run of a drill ended.

    Attributes:
        name: the name of the run.
        expected: the verdicts that are right.
        got: its verdict, or "usage error".
        caught_by: the checks that failed and claim to catch the fault; or else all that failed.
        quiet: the checks that claim to catch the fault and did not fail.
        seconds: how long it took.
        reason: the reason of its verdict; without one, the end of its output.
        causes: the sentences of its causes, in order.
        named: the path that the first cause names; empty if that is not judged.
        misnamed: what is wrong with the causes, as the end of a sentence; empty for nothing.
    """

    name: str
    expected: tuple[str, ...]
    got: str
    caught_by: tuple[str, ...]
    quiet: tuple[str, ...]
    seconds: float
    reason: str = ""
    causes: tuple[str, ...] = ()
    named: str = ""
    misnamed: str = ""

    @property
    def right(self) -> bool:
        """Whether it ended as it should, by the checks that claim so, and names the fault."""
        return self.got in self.expected and not self.quiet and not self.misnamed

    @property
    def is_clear(self) -> bool:
        """Whether it says something of the deployment: it is right, PASSED or FAILED."""
        return self.right or self.got in (VerdictKind.PASSED, VerdictKind.FAILED)


def alone(fault: Fault, checks: Mapping[str, Any]) -> DrillRun:
    """Return the run with one fault; ``checks`` are those of a verdict document."""
    claimed = (name for name, check in checks.items() if fault.name in check["catches"])
    return DrillRun((fault,), frozenset(claimed))


def pairs_of(faults: Sequence[Fault], count: int, chance: random.Random) -> list[DrillRun]:
    """Return ``count`` runs with two faults each, drawn at random."""
    runs = []
    for _ in range(count if len(faults) > 1 else 0):
        pair = sorted(chance.sample(list(faults), 2), key=lambda fault: fault.name)
        runs.append(DrillRun(tuple(pair)))
    return runs


def judge(run: DrillRun, ended: Conclusion, seconds: float, output: bytes) -> DrillResult:
    """Return what the end of a run says of it.

    Where the release never came up no check ran: then the engine's own claim has caught the fault.
    """
    got = str(KINDS.get(ended.code, "usage error"))
    document = ended.document or {**_NO_DOCUMENT, "reason": ended.reason}
    failed = failed_checks(document) | {
        name for name, check in document["checks"].items() if check["unsteady"]
    }
    engine = set(filter(own_claims.is_own, failed))
    must_fail = VerdictKind.FAILED in run.expected and not engine
    named, misnamed = judge_naming(run.faults, document)
    return DrillResult(
        name=run.name,
        expected=run.expected,
        got=got,
        caught_by=tuple(sorted((run.claimed & failed) or engine or failed)),
        quiet=tuple(sorted(run.claimed - failed)) if must_fail else (),
        seconds=round(seconds, 1),
        reason=str(document["reason"]) or output.decode("utf-8", "replace")[-_OUTPUT:],
        causes=tuple(cause["sentence"] for cause in document["causes"]),
        named=named,
        misnamed=misnamed,
    )


def judge_naming(faults: Sequence[Fault], document: Mapping[str, Any]) -> tuple[str, str]:
    """Return the path that the first cause of a verdict document names, and what is wrong with the
    causes: it should name a URL that a fault touches. Both are empty where that is not judged.

    It is not judged if a fault does not say what it touches, if no fault is to be seen at all, or
    if the run only doubts itself.
    """
    declared = bool(faults) and all(fault.touches for fault in faults)
    if not declared or all(fault.verdict == VerdictKind.PASSED for fault in faults):
        return "", ""
    causes = [cause for cause in document["causes"] if cause["state"] != "known"]
    if not causes:
        failed = document["verdict"] == VerdictKind.FAILED
        return "", "has no cause" if failed else ""
    named, misnamed = _by_first_cause(faults, causes[0], document["origins"])
    if misnamed or len(faults) > 1 or len(causes) <= _MOST_CAUSES:
        return named, misnamed
    return named, f"gives one fault {len(causes)} causes"


def _by_first_cause(
    faults: Sequence[Fault], cause: Mapping[str, Any], origins: Mapping[str, str]
) -> tuple[str, str]:
    # The URL of an exchange has the query that was sent, of which the cause leaves out a nonce.
    urls = [*(exchange["url"] for exchange in cause["exchanges"][:1]), *cause["urls"]]
    touched = [(fault, url) for url in urls for fault in faults if fault.touches_url(url, origins)]
    if not touched:
        named = _path(next(iter(urls), ""))
        expected = " or ".join(pattern for fault in faults for pattern in fault.touches)
        return named, f"names {named or 'no URL'}, not {expected}"
    answers = _answers(cause)
    right = [(fault, url) for fault, url in touched if fault.answer in ("", *answers)]
    fault, url = (right or touched)[0]
    if right:
        return _path(url), ""
    got = ", ".join(answers)
    return _path(url), f"names {_path(url)} with {got}, not with {fault.answer}"


def _answers(cause: Mapping[str, Any]) -> list[str]:
    """Return what the attempts got in the exchange that shows the cause, or in the two that were
    compared, each thing once.

    A cause that shows none compares bodies, as of edges, which all came with 200.
    """
    attempts = [attempt for exchange in cause["exchanges"] for attempt in exchange["attempts"]]
    answers = [attempt["error"] or str(attempt["status"]) for attempt in attempts]
    return list(dict.fromkeys(answers)) or ["200"]


def _path(url: str) -> str:
    return urlsplit(url).path
