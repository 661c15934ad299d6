"""What one process of a run does: start the deployment, keep the ledger, give the verdict."""

from __future__ import annotations

import os
import sys
import time
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import pytest

from ..environment.model import Environment
from ..environment.serve_settings import ServerAnnouncement
from ..environment.server import Server
from ..readiness.release_state import ReleaseState
from ..report import json_file, terminal
from ..safety import redact_data
from ..verdict.decide import Verdict, fold
from ..verdict.outcome import INCONCLUSIVE, Outcome
from ..verdict.run_results import RunResults
from . import signals
from .junit import Junit
from .monitor import Monitor
from .options import PARENT, RUN_ID, Options
from .pytest_options import narrowed_by, usage_errors
from .runner import RunTicket, group_of
from .worker import Worker

GRACE: Final = 5.0
"""Seconds after the run's own time in which what is under way winds up by itself."""


class Controller:
    """Registered beside :class:`~knowngood.session.worker.Worker`, but not in xdist's workers."""

    def __init__(self, config: pytest.Config, session: Worker, options: Options) -> None:
        self._config = config
        self._options = options
        self._session = session
        self._began = time.time()
        self._deployment: Server | None = None
        self._trouble: list[str] = []
        self._junit = Junit(config)
        config.pluginmanager.register(self._junit, "knowngood-junit")
        self._ledger = RunResults(session.environment)
        self._lookout: Monitor | None = None
        self._nodes: list[Any] = []
        self._verdict: Verdict | None = None

    # -- before the first check

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        signals.on_signal(self._interrupted)
        if PARENT in os.environ:
            signals.with_parent(int(os.environ[PARENT]))
        self._ledger.narrowed = narrowed_by(self._config)
        self._ledger.optimized = bool(sys.flags.optimize)
        self._ledger.baseline = self._options.baseline
        if self._config.get_verbosity() <= 0:
            _quieten(self._config)
        self._ledger.manifest = self._options.manifest
        environment = self._served(self._session.environment)
        expected = self._options.release
        seconds = environment.budget.run
        if expected is not None:
            self._ledger.release = ReleaseState(expected)
            seconds += environment.budget.converge
        run_id = os.environ.get(RUN_ID) or uuid.uuid4().hex[:12]
        ticket = RunTicket.new(environment, run_id, seconds, self._workers())
        if self._ledger.manifest is not None and environment.release is not None:
            ticket = replace(ticket, built=environment.release.origin)
        self._session.use(ticket)
        self._session.environment = self._ledger.environment = environment
        self._lookout = Monitor(environment, self._ledger, self._session.run.ticket)
        signals.on_alarm(seconds + GRACE, self._overdue)

    def _served(self, environment: Environment) -> Environment:
        """``environment`` with the deployment started that its [serve] is for."""
        served = environment.serve.origins if environment.serve else ()
        missing = [name for name in served if name not in environment.origins]
        if missing and self._config.option.collectonly:
            environment = environment.with_origins({n: f"http://{n}.invalid" for n in missing})
        elif missing:
            self._deployment, announced = self._start()
            environment = environment.served(announced)
        return environment

    def _overdue(self) -> None:
        self._ledger.overdue = True

    def _interrupted(self) -> None:
        self._ledger.interrupted = True

    def _start(self) -> tuple[Server, ServerAnnouncement]:
        with usage_errors():
            deployment = Server(self._session.environment)
            return deployment, deployment.announced()

    def _workers(self) -> int:
        """How many workers there will be, by xdist's specs: ``popen``, ``2*popen``."""
        specs = getattr(self._config.option, "tx", None) or ()
        counts = (spec.partition("*")[0] for spec in specs)
        return max(1, sum(int(count) if count.isdecimal() else 1 for count in counts))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["knowngood"] = asdict(self._session.run.ticket)
        self._nodes.append(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Items that read the same answers run on the same worker."""
        if config.getvalue("dist") != "load":
            return None
        from xdist.scheduler import LoadScopeScheduling

        class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
            def _split_scope(self, nodeid: str) -> str:
                return group_of(nodeid)

        return ByGroup(config, log)

    def pytest_report_header(self) -> list[str]:
        env = self._session.environment
        places = ", ".join(f"{name} {url}" for name, url in env.origins.items())
        return [f"environment: {env.name} ({env.description})", f"origins: {places}"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """True ends the loop before it begins: there is nothing that checks could prove."""
        if self._config.option.collectonly or self._lookout is None or session.testsfailed:
            return None
        if self._ledger.expected or self._config.pluginmanager.has_plugin("dsession"):
            self._lookout.before(terminal.progress_writer(self._config))
        return True if self._ledger.halted else None

    # -- what comes in

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        self._ledger.expected = self._session.expected

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        each = self._config.getvalue("dist") == "each"
        self._ledger.expected = self._ledger.expected + len(ids) if each else len(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._ledger.unreadable.append((report.nodeid, report.longreprtext))
        elif report.skipped:  # a whole file, whose checks nobody has counted
            self._ledger.narrowed = self._ledger.narrowed or f"{report.nodeid} skips itself"

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        if self._config.get_verbosity() <= 0 and not hasattr(report, "wasxfail"):
            return ("" if report.when != "call" and report.passed else report.outcome), "", ""
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = getattr(report, "knowngood", None)
        if told is not None:
            outcome = Outcome.from_json(told)
            self._ledger.record(outcome)
            if self._lookout is not None:
                self._lookout.during(outcome)
            del report.knowngood
        elif report.failed:
            self._ledger.record(_lost(report))
        _forget_passed(self._config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self._ledger.lost_workers += error is not None
        output = getattr(node, "workeroutput", None) or {}
        if "knowngood" in output:
            self._ledger.add_result(output.pop("knowngood"))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Pytest and xdist also stop themselves this way, with exceptions of their own."""
        from_outside = excinfo.type is KeyboardInterrupt and not self._ledger.overdue
        self._ledger.interrupted |= from_outside or issubclass(excinfo.type, pytest.exit.Exception)
        if from_outside or self._ledger.overdue:
            self._end_workers()

    def _end_workers(self) -> None:
        signals.end_workers(self._nodes)
        for node in self._nodes:
            output = getattr(node, "workeroutput", None) or {}
            if "knowngood" in output:
                self._ledger.add_result(output.pop("knowngood"))

    def pytest_internalerror(self) -> None:
        self._ledger.internal_error = True

    # -- the verdict

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._config.option.collectonly or exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        self._ledger.add_result(self._session.result)
        if self._lookout is not None and not self._stopped():
            self._lookout.after()
        self._verdict = fold(self._ledger.evidence())
        session.exitstatus = self._verdict.exit_code
        self._write(self._verdict)

    def _stopped(self) -> bool:
        """Whether the run ended before its end, so that there is no time to look around."""
        ledger = self._ledger
        return bool(ledger.interrupted or ledger.overdue or ledger.halted or ledger.internal_error)

    def _write(self, verdict: Verdict) -> None:
        """Trouble with a report is told, and leaves the verdict as it is."""
        ticket = self._session.run.ticket
        content = redact_data(
            json_file.document(
                verdict,
                self._ledger,
                run_id=ticket.run_id,
                origins=ticket.origins,
                began=self._began,
            )
        )
        reports = (
            ("--verdict-file", self._options.verdict_file, json_file.write),
            ("--html-file", self._options.html_file, html_file),
        )
        for option, path, write in reports:
            try:
                if path is not None:
                    write(path, content)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict
                why = getattr(error, "strerror", None) or error
                self._trouble.append(f"{option} {path}: not written: {why}")
        if self._options.record:
            self._trouble += _recorded(self._session.environment, content, self._options.push)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._verdict is None:
            return
        seconds = time.time() - self._began
        log_file: Any = self._config.pluginmanager.get_plugin("knowngood-log-file")
        trouble = [*self._trouble, *filter(None, (self._junit.trouble, log_file.trouble))]
        terminal.write(terminalreporter, self._verdict, self._ledger, seconds, trouble)

    def pytest_unconfigure(self) -> None:
        signals.no_alarm()
        if self._deployment is not None:
            self._deployment.stop()


def html_file(path: Path, content: dict[str, Any]) -> None:
    """Imported for those who ask for it."""
    from ..report import html_page

    html_page.write(path, content)


def _recorded(environment: Environment, content: dict[str, Any], push: bool) -> list[str]:
    """Imported for those who ask for it."""
    from ..release import record_from_verdict

    return record_from_verdict.report(environment, content, push).splitlines()


def _lost(report: pytest.TestReport) -> Outcome:
    """An item that failed without an account of itself."""
    when: str = report.when  # xdist puts "???" for what was running when a worker died
    return Outcome(
        nodeid=report.nodeid,
        check=report.nodeid.rpartition("/")[2].partition("[")[0],
        claim="",
        result=INCONCLUSIVE,
        kind="runner",
        message="the worker died while this ran" if when == "???" else f"broke in {when}",
    )


def _quieten(config: pytest.Config) -> None:
    """Pytest's own lines per file and per failure make way for one line a claim. What a user
    sets by hand (``-v``, ``--tb``, ``-r``) stays in force.
    """
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.showfspath = False
        if config.option.reportchars == "fE":
            reporter.reportchars = ""


def _forget_passed(config: pytest.Config) -> None:
    """The terminal keeps every report to the end. Of those that passed it reads no more than
    their number again, unless asked to list them (``-rA``) or their times (``--durations``).
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.getoption("durations", None) is not None:
        return
    reporter.stats.pop("", None)
    passed = reporter.stats.get("passed")
    if passed and not set(reporter.reportchars) & set("pPA"):
        passed[-1] = passed[0]
