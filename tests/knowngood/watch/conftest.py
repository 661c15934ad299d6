"""A watch whose runs are made up, on a clock that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from watched_runs import DAY, MINUTE

from knowngood.environment import Environment, WatchSettings
from knowngood.session import Options
from knowngood.supervisor import VerifiedRun
from knowngood.watch import News, Watch, lines

Deployment = Callable[[float], dict[str, Any] | None]
"""Returns the verdict document of a run that begins so many minutes after midnight; None for a
usage error."""


class Watched:
    """A made-up deployment under watch.

    Attributes:
        told: the lines that were printed.
        complaints: the lines on what stands in the way of the watch.
        runs: when each run began, in minutes after midnight.
    """

    def __init__(self, deployment: Deployment, path: Path, **settings: float) -> None:
        environment = Environment(
            name="prod",
            path=Path("environments/prod.toml"),
            description="",
            watch=WatchSettings(**settings),  # type: ignore[arg-type]
        )
        self.options = Options(env="prod", environment=environment)
        self.told: list[str] = []
        self.complaints: list[str] = []
        self.runs: list[float] = []
        self._deployment = deployment
        self._path = path
        self._now = 0.0

    def look(self, minute: float) -> int:
        """Let the watch look at a minute of the day; return its exit code."""
        self._now = minute
        return self.watch().look()

    def watch(self) -> Watch:
        """Return a watch as a new process has it."""
        return Watch(self.options, (), self._path, self._tell, self.complaints.append)

    def run_once(self, *_: object) -> VerifiedRun:
        """Return a made-up run; the next one begins half a minute later."""
        minute, self._now = self._now, self._now + 0.5
        self.runs.append(minute)
        document = self._deployment(minute)
        if document is None:
            return VerifiedRun(4, None)
        return VerifiedRun(document["exit_code"], {**document, "began": DAY + minute * MINUTE})

    def _tell(self, news: Sequence[News]) -> None:
        for one in news:
            self.told += lines(one, "prod", "knowngood rollback --env=prod")


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watched]:
    """Put a deployment under watch."""
    door = SimpleNamespace(run_once=None)
    monkeypatch.setattr("knowngood.watch.watch.run_once", lambda *a: door.run_once(*a))

    def make(deployment: Deployment, path: Path | None = None, **settings: float) -> Watched:
        watched = Watched(deployment, path or tmp_path / "state.sqlite3", **settings)
        door.run_once = watched.run_once
        return watched

    return make
