"""The state of a watched deployment, and the news of it. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from ..verdict import VerdictKind
from .run import RunCause


class Status(StrEnum):
    """What is certain of a deployment."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    FLAPPING = "FLAPPING"


class NewsKind(StrEnum):
    """What a piece of news is about."""

    BEGUN = "begun"
    FAILED = "failed"
    CAUSE = "cause"
    FLAPPING = "flapping"
    RECOVERED = "recovered"
    BLIND = "blind"
    JUDGED_AGAIN = "judged again"
    RELEASE = "release"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Row:
    """Runs in a row that judged the deployment alike.

    Attributes:
        verdict: their verdict.
        since: when the first of them began.
        runs: how many they are, without those that are too old to count.
    """

    verdict: VerdictKind
    since: float
    runs: int


@dataclass(frozen=True, slots=True)
class Blindness:
    """The last runs, if none of them could judge.

    Attributes:
        since: when the first of them began.
        runs: how many they are.
        reason: why the last one could not.
        last_news: when there was news of it last; 0 if it has not lasted long enough.
    """

    since: float
    runs: int
    reason: str
    last_news: float = 0.0


@dataclass(frozen=True, slots=True)
class WatchState:
    """The state of a deployment. Times are in seconds since the epoch.

    Attributes:
        status: what is certain; None before the first run that could judge.
        since: when that began.
        last_news: when there was news of it last.
        failed: FAILED runs since then.
        cause: the first cause in the news while it is FAILED, else of the last FAILED run.
        causes: the keys of the causes that were in the news since it is FAILED.
        candidates: the keys of other causes, with the number of runs in a row that had each.
        rows: the last runs that could judge, in rows that ended alike, the latest last.
        blind: the last runs, if they could not judge; None if the last one could.
        release: the release that was in the news last.
        seen: the release that the last run saw.
        seen_since: when a run saw it first.
    """

    status: Status | None = None
    since: float = 0.0
    last_news: float = 0.0
    failed: int = 0
    cause: RunCause | None = None
    causes: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    blind: Blindness | None = None
    release: str | None = None
    seen: str | None = None
    seen_since: float = 0.0

    @property
    def told_blindness(self) -> Blindness | None:
        """The last runs, if they could not judge and there was news of that."""
        return self.blind if self.blind is not None and self.blind.last_news else None

    def undelivered(self) -> WatchState:
        """Return the state after news that reached nobody, so that the next run repeats it."""
        blind = replace(self.blind, last_news=0.0) if self.blind else None
        return replace(self, last_news=0.0, blind=blind)

    def not_after(self, moment: float) -> WatchState:
        """Return the state without times after ``moment``: after a clock was set back, reminders
        would stay silent until then.
        """
        blind = self.blind
        if blind is not None:
            blind = replace(
                blind, since=min(blind.since, moment), last_news=min(blind.last_news, moment)
            )
        return replace(
            self,
            blind=blind,
            since=min(self.since, moment),
            last_news=min(self.last_news, moment),
            seen_since=min(self.seen_since, moment),
            rows=tuple(replace(row, since=min(row.since, moment)) for row in self.rows),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WatchState:
        """Read what :meth:`to_json` wrote. For other data it raises KeyError, TypeError or
        ValueError.
        """
        blind, cause = data["blind"], data["cause"]
        return cls(
            **{
                **data,
                "status": Status(data["status"]) if data["status"] else None,
                "causes": tuple(data["causes"]),
                "cause": RunCause(**cause) if cause else None,
                "rows": tuple(
                    Row(VerdictKind(row["verdict"]), row["since"], row["runs"])
                    for row in data["rows"]
                ),
                "blind": Blindness(**blind) if blind else None,
            }
        )


@dataclass(frozen=True, slots=True)
class News:
    """A piece of news, reported once. Times are in seconds since the epoch.

    Attributes:
        kind: what it is about.
        status: what is certain of the deployment now.
        at: when the run that brought it ended.
        since: when the failure, or other state, began.
        until: when that ended; 0 if it lasts.
        failed: how many runs FAILED since ``since``; for flapping, how many of ``runs``.
        runs: how many runs it rests on.
        cause: the cause that it names.
        more_causes: how many others there are.
        reason: why no run can judge.
        release: the release that is live; None if the deployment names none.
        release_since: when it was seen first; 0 unless it is new.
    """

    kind: NewsKind
    status: Status | None
    at: float
    since: float
    until: float = 0.0
    failed: int = 0
    runs: int = 0
    cause: RunCause | None = None
    more_causes: int = 0
    reason: str = ""
    release: str | None = None
    release_since: float = 0.0
