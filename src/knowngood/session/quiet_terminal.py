"""Make pytest's terminal print and keep less: the lines of the verdict replace its own."""

from __future__ import annotations

from typing import Any

import pytest


class QuietTerminal:
    """Switches off pytest's lines per file and per failure, unless a user asked for them.

    What is set by hand (``-v``, ``--tb``, ``-r``) stays in force.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._quiet = config.get_verbosity() <= 0

    def pytest_sessionstart(self) -> None:
        """Switch off tracebacks, names of files, the short summary and what xdist says."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if not self._quiet or reporter is None:
            return
        reporter.showfspath = False
        if self._config.option.tbstyle == "auto":
            self._config.option.tbstyle = "no"
        if self._config.option.reportchars == "fE":
            reporter.reportchars = ""
        if not self._config.option.collectonly:
            reporter.summary_stats = lambda: None  # the verdict counts
        self._silence_xdist()

    def _silence_xdist(self) -> None:
        """Keep xdist from writing how its workers start, which not even ``-q`` does."""
        plugins = self._config.pluginmanager
        distributed = plugins.get_plugin("dsession")
        if distributed is not None:
            distributed.terminal = None
            plugins.unregister(name="terminaldistreporter")

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        """Print no letter for an item, but count it."""
        if self._quiet and not hasattr(report, "wasxfail"):
            return ("" if report.when != "call" and report.passed else report.outcome), "", ""
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self) -> None:
        """Free the reports of passed items, which pytest's terminal keeps to the end.

        It only counts them, unless it is to list them (``-rA``) or their times (``--durations``).
        """
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or self._config.getoption("durations", None) is not None:
            return
        reporter.stats.pop("", None)
        passed = reporter.stats.get("passed")
        if passed and not set(reporter.reportchars) & set("pPA"):
            passed[-1] = passed[0]
