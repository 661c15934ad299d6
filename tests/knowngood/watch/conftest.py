"""A watch whose runs are made up, on a clock that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watched_runs import Deployment, Watched


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watched]:
    """Put a deployment under watch."""

    def make(deployment: Deployment, **more: Any) -> Watched:
        watched = Watched(deployment, tmp_path / "state.sqlite3", **more)
        monkeypatch.setattr("knowngood.watch.watch.run_once", watched.run_once)
        return watched

    return make
