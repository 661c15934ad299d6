"""Runs for tests of the watch, without a deployment: a verdict and a time are enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from knowngood.environment import Environment, Release, WatchSettings
from knowngood.environment.release_settings import DeployCommand
from knowngood.session import Options
from knowngood.supervisor.verify import VerifiedRun
from knowngood.verdict import VerdictKind
from knowngood.watch import Watch, machine
from knowngood.watch.run import RunCause, WatchedRun
from knowngood.watch.state import News, WatchState

DAY = 1_700_006_400.0
"""2023-11-15 00:00 UTC."""
MINUTE = 60.0
LOST = RunCause(
    "lost",
    "/{locale}/js/config.json is 404 in 5 of 5 locales",
    "curl https://fhr.example/ar/js/config.json",
)
TITLE = RunCause("title", "/ar/: the page has no title", "curl https://fhr.example/ar/")


def run(verdict: str = "P", minute: float = 0.0, **more: Any) -> WatchedRun:
    """Return a run of 12 s that began ``minute`` minutes after midnight: P passed, F failed with
    ``LOST``, I could not judge.
    """
    kinds = {"P": VerdictKind.PASSED, "F": VerdictKind.FAILED, "I": VerdictKind.INCONCLUSIVE}
    reasons = {"P": "every required check ran and held", "F": LOST.sentence}
    causes = (LOST,) if verdict == "F" else ()
    fields = {
        "id": f"{round(minute * 60):012x}",
        "began": DAY + minute * MINUTE,
        "seconds": 12.0,
        "verdict": kinds[verdict],
        "reason": reasons.get(verdict, "no control answers, so silence proves nothing"),
        "release": "v7",
        "causes": causes,
        **more,
    }
    return WatchedRun(**{"cause_count": len(fields["causes"]), **fields})


def row(verdicts: str, minute: float = 0.0, every: float = 5.0, **more: object) -> list[WatchedRun]:
    """Return runs that end as ``verdicts`` says, one every five minutes."""
    return [run(v, minute + every * n, **more) for n, v in enumerate(verdicts)]


def after(
    runs: Iterable[WatchedRun],
    settings: WatchSettings | None = None,
    state: WatchState | None = None,
) -> tuple[WatchState, list[News]]:
    """Return the state after ``runs``, and all the news that they brought."""
    told: list[News] = []
    state = state or WatchState()
    for each in runs:
        state, news = machine.step(state, each, settings or WatchSettings())
        told += news
    return state, told


Deployment = Callable[[float], dict[str, Any] | None]
"""Returns the verdict document of a run that begins so many minutes after midnight; None for a
usage error."""


class Watched:
    """A made-up deployment under watch; ``run_once`` takes the place of the supervisor's.

    Attributes:
        options: those of the watch.
        path: the file with its state.
        told: the lines that were printed.
        complaints: the lines on what stands in the way of the watch.
        runs: when each run began, in minutes after midnight.
    """

    def __init__(self, deployment: Deployment, path: Path, **more: Any) -> None:
        environment = Environment(
            name="prod",
            path=Path("environments/prod.toml"),
            description="",
            release=Release("content:/__version__", repository="."),
            deploy=DeployCommand(("./deploy",)),
            **more,
        )
        self.options = Options(env="prod", environment=environment)
        self.told: list[str] = []
        self.complaints: list[str] = []
        self.runs: list[float] = []
        self._deployment = deployment
        self.path = path
        self._now = 0.0

    def look(self, minute: float) -> int:
        """Let the watch look at a minute of the day; return its exit code."""
        return self.watch(minute).verify()

    def watch(self, minute: float) -> Watch:
        """Return a watch as a new process has it, whose first run begins at this minute."""
        self._now = minute
        return Watch(self.options, (), self.path, self.told.append, self.complaints.append)

    def run_once(self, *_: object) -> VerifiedRun:
        """Return a made-up run; the next one begins half a minute later."""
        minute, self._now = self._now, self._now + 0.5
        self.runs.append(minute)
        document = self._deployment(minute)
        if document is None:
            return VerifiedRun(4, None)
        timed = {**document, "began": DAY + minute * MINUTE, "seconds": 12.0}
        return VerifiedRun(document["exit_code"], timed)
