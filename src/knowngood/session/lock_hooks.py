"""Lock the report files of a run before its first request, so that no second run writes them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..safety import RunnerError
from ..verdict import EXIT_CODES, VerdictKind, advice
from . import report_locks
from .junit import Junit
from .pytest_options import usage_errors


class LockHooks:
    """Holds the locks of ``reports`` and of pytest's JUnit file as long as the run lasts."""

    def __init__(self, config: pytest.Config, reports: Mapping[str, Path], junit: Junit) -> None:
        self._config = config
        self._reports = reports
        self._junit = junit
        self._locks = ExitStack()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """End with 75, without touching any file, if another run is about to write one of them."""
        reports = dict(self._reports)
        if self._junit.path is not None:
            reports["--junitxml"] = self._junit.path
        command = ["pytest", *map(str, self._config.invocation_params.args)]
        try:
            with usage_errors():
                self._locks.enter_context(report_locks.held(reports, command))
        except RunnerError as error:
            held = VerdictKind.INCONCLUSIVE
            pytest.exit(
                f"{held} (exit {EXIT_CODES[held]}): {error} — {advice(held)}", EXIT_CODES[held]
            )

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self._locks.close()
