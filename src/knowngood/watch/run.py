"""Read a run from a verdict document, as the watch remembers it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..report.wording import certificate_warnings
from ..safety import one_line
from ..verdict import VerdictKind

JUDGED: Final = frozenset({VerdictKind.PASSED, VerdictKind.FAILED})
"""The verdicts that judge the deployment."""

_CAUSES: Final = 5  # causes of a run that are remembered
_SENTENCE: Final = 240  # characters of a sentence or a reason
_CURL: Final = 600  # a longer command is left out: half of it is another command


@dataclass(frozen=True, slots=True)
class RunCause:
    """A cause of one run.

    Attributes:
        key: the same for the same fault in another run.
        sentence: what is wrong, in one line.
        curl: the command that shows it; empty if there is none.
    """

    key: str
    sentence: str
    curl: str = ""


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """A run.

    Attributes:
        id: its id.
        began: seconds since the epoch.
        seconds: how long it took.
        verdict: what it ended in.
        reason: why, in one line.
        release: the release that it saw; None if the deployment names none.
        causes: the first of the causes that decided.
        cause_count: how many causes decided.
        flaky: checks that needed a retry.
        p50: seconds within which half of the answers of the slowest origin came; None if unknown.
        p95: seconds within which 95 of 100 of them came.
        warnings: what a person should look at.
    """

    id: str
    began: float
    seconds: float
    verdict: VerdictKind
    reason: str
    release: str | None = None
    causes: tuple[RunCause, ...] = ()
    cause_count: int = 0
    flaky: int = 0
    p50: float | None = None
    p95: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def ended(self) -> float:
        """When it ended, in seconds since the epoch."""
        return self.began + self.seconds

    @property
    def is_judged(self) -> bool:
        """Whether it judges the deployment."""
        return self.verdict in JUDGED

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> WatchedRun:
        """Read a verdict document, as in ``verdict.schema.json``."""
        causes = [cause for cause in document["causes"] if cause["state"] == "failed"]
        return cls(
            id=document["run"],
            began=document["began"],
            seconds=document["seconds"],
            verdict=VerdictKind(document["verdict"]),
            reason=one_line(document["reason"], _SENTENCE),
            release=document["release"]["seen"],
            causes=tuple(map(_cause, causes[:_CAUSES])),
            cause_count=len(causes),
            flaky=document["counts"]["flaky"],
            p50=_slowest(document, "p50"),
            p95=_slowest(document, "p95"),
            warnings=tuple(_warnings(document)),
        )


def _cause(cause: Mapping[str, Any]) -> RunCause:
    curls = (str(exchange["curl"]) for exchange in cause["exchanges"] if exchange.get("curl"))
    curl = next(curls, "")
    return RunCause(
        key=cause["key"],
        sentence=one_line(cause["sentence"], _SENTENCE),
        curl=one_line(curl, _CURL) if len(curl) <= _CURL else "",
    )


def _slowest(document: Mapping[str, Any], share: str) -> float | None:
    times = [answers[share] for answers in document.get("answers", {}).values()]
    return max(times, default=None)


def _warnings(document: Mapping[str, Any]) -> list[str]:
    """Return what a person should look at: certificates that end soon, warnings of the run, and
    what an advisory accepts.
    """
    ended = document["began"] + document["seconds"]
    texts = [
        *certificate_warnings(document.get("certificates", {}).items(), ended),
        *document["warnings"],
        *(
            f"accepted: {cause['sentence']}"
            for cause in document["causes"]
            if cause["state"] == "advisory"
        ),
    ]
    return [one_line(text, _SENTENCE) for text in texts[:_CAUSES]]
