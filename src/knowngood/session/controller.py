"""Control a run: start the deployment, collect results, give the verdict."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from ..environment import Environment, Server
from ..readiness import ReleaseState
from ..report import Report, json_file, redacted, terminal
from ..report.github import Annotations
from ..run_options import FIRST_LOOK, PARENT, RECORDED_IN, RUN_ID
from ..safety import RunnerError, new_run_id, redact_data
from ..verdict import EXIT_CODES, VerdictKind, advice, advisories
from ..verdict.decide import Verdict, fold
from ..verdict.outcome import Outcome
from ..verdict.run_results import RunResults
from . import signals
from .junit import Junit
from .log_file import LogFile
from .monitor import Monitor
from .options import Options
from .outcomes import lost_outcome
from .pytest_options import narrowed_by, usage_errors
from .redaction_hooks import masked_names
from .report_files import locked, recording_folder, write_reports
from .run_progress import RunProgress
from .ticket import RunTicket
from .worker import Worker
from .worker_nodes import WorkerNodes

GRACE: Final = 5.0
"""Seconds after the run's own time in which what is under way winds up by itself."""


class Controller:
    """Registered beside :class:`~knowngood.session.worker.Worker`, but not in xdist's workers.

    Attributes:
        results: what all processes of the run have reported so far.
        verdict: the verdict, once it is given.
    """

    def __init__(
        self,
        config: pytest.Config,
        worker: Worker,
        options: Options,
        log_file: LogFile,
    ) -> None:
        self._config = config
        self._options = options
        self._worker = worker
        self._junit = Junit(config)
        config.pluginmanager.register(self._junit, "knowngood-junit")
        self._log_file = log_file
        self._began = time.time()
        self._deployment: Server | None = None
        self._trouble: list[str] = []
        self._recorded = recording_folder(options)
        is_first_look = FIRST_LOOK in os.environ
        self.results = RunResults(worker.environment, worker.level, is_first_look=is_first_look)
        self._nodes = WorkerNodes(config, worker, self.results)
        config.pluginmanager.register(self._nodes, "knowngood-nodes")
        self._progress = RunProgress(config, self.results)
        self._monitor: Monitor | None = None
        self.verdict: Verdict | None = None
        self._document: dict[str, Any] | None = None
        self._annotations: Annotations | None = None
        self._locks = ExitStack()

    # -- before the first check

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self._lock_reports()
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if self._options.annotate and reporter is not None:
            self._annotations = Annotations(reporter.write_line, self._config.rootpath)
        signals.on_signal(self._interrupted)
        if PARENT in os.environ:
            signals.with_parent(int(os.environ[PARENT]))
        self._note_options()
        environment = self._served(self._worker.environment)
        self.results.environment = environment
        ticket = self._ticket(environment)
        self._worker.use(environment, ticket)
        if self._worker.replay is None:
            self._monitor = Monitor(environment, self.results, ticket, self._options.manifest)
        signals.on_alarm(ticket.deadline - time.time() + GRACE, self._overdue)

    def _lock_reports(self) -> None:
        """Lock the files that this run writes at its end, so that no second run does. If another is
        about to write one of them, end with 75, without touching any.
        """
        reports = dict(self._options.reports)
        if self._junit.path is not None:
            reports["--junitxml"] = self._junit.path
        command = ["pytest", *map(str, self._config.invocation_params.args)]
        try:
            with usage_errors():
                self._locks.enter_context(locked(reports, command))
        except RunnerError as error:
            kind = VerdictKind.INCONCLUSIVE
            code = EXIT_CODES[kind]
            pytest.exit(f"{kind} (exit {code}): {error} — {advice(kind)}", code)

    def _ticket(self, environment: Environment) -> RunTicket:
        options, budget, release = self._options, environment.budget, environment.release
        return RunTicket.new(
            environment,
            run_id=os.environ.get(RUN_ID) or new_run_id(),
            seconds=budget.run + (budget.converge if options.release else 0),
            workers=self._nodes.count,
            built=release.origin if options.manifest and release else "",
            recorded_in=self._recorded.name if self._recorded else os.environ.get(RECORDED_IN, ""),
        )

    def _note_options(self) -> None:
        """Note the options, and the facts of this process, that the verdict depends on."""
        results, options = self.results, self._options
        results.release = ReleaseState(options.release)
        results.narrowed = narrowed_by(self._config)
        results.optimized = bool(sys.flags.optimize)
        results.baseline = options.baseline
        results.accepting = options.drill is None
        results.today = datetime.now(UTC).date()
        results.subjects = options.subjects
        results.manifest_digest = options.manifest.digest if options.manifest else None

    def _served(self, environment: Environment) -> Environment:
        """Start the deployment of [serve] and return ``environment`` with its origins."""
        served = environment.serve.origins if environment.serve else ()
        missing = [name for name in served if name not in environment.origins]
        if not missing:
            return environment
        if self._config.option.collectonly:
            return environment.with_origins({name: f"http://{name}.invalid" for name in missing})
        with usage_errors():
            self._deployment = Server(environment)
            return environment.served(self._deployment.announced())

    def _overdue(self) -> None:
        self.results.overdue = True

    def _interrupted(self) -> None:
        self.results.interrupted = True

    def pytest_report_header(self) -> list[str]:
        env = self._worker.environment
        places = ", ".join(f"{name} {url}" for name, url in env.origins.items())
        return [f"environment: {env.name} ({env.description})", f"origins: {places}"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Look at controls and release before the first check. True ends the loop: no check could
        prove anything.
        """
        if self._config.option.collectonly or self._monitor is None or session.testsfailed:
            return None
        if self.results.expected or self._config.pluginmanager.has_plugin("dsession"):
            self._progress.start(self._worker.ticket.deadline)
            with usage_errors():
                self._monitor.before(self._progress.wait_for)
            self._progress.begin_checks()
        return True if self.results.halted else None

    # -- what comes in

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        self.results.expected = len(self._worker.plans)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.results.unreadable.append((report.nodeid, report.longreprtext))
        elif report.skipped:  # a whole file, whose checks nobody has counted
            self.results.narrowed = self.results.narrowed or f"{report.nodeid} skips itself"

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = getattr(report, "knowngood", None)
        if data is not None:
            outcome = Outcome.from_json(data)
            worker = getattr(report, "worker_id", "")  # xdist's
            self._progress.count_requests(worker, report.knowngood_requests)
            self._record(outcome)
            if self._monitor is not None:
                self._monitor.during(outcome)
            del report.knowngood
        elif report.failed:
            self._record(lost_outcome(report))

    def _record(self, outcome: Outcome) -> None:
        self.results.record(outcome)
        self._progress.record(outcome)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note who stopped the run: pytest and xdist stop themselves this way, too."""
        stopped = excinfo.type in (KeyboardInterrupt, signals.Stopped)
        from_outside = stopped and not self.results.overdue
        self.results.interrupted |= from_outside or issubclass(excinfo.type, pytest.exit.Exception)
        if from_outside or self.results.overdue:
            self._nodes.end()

    def pytest_internalerror(self) -> None:
        self._progress.stop()
        self.results.internal_error = True

    def pytest_enter_pdb(self) -> None:
        self._progress.stop()

    # -- the verdict

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._config.option.collectonly or exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        self.results.add_result(self._worker.result)
        if self._monitor is not None and not self._stopped():
            with signals.cut_short():
                self._monitor.after()
        self.results.warnings += advisories.warnings(self.results)
        self.results.warnings += masked_names(self._worker.environment, self.results.checks)
        self.results.warnings += self.results.idle_headers()
        self.verdict = fold(self.results)
        self._progress.stop()
        session.exitstatus = self.verdict.exit_code
        self._write(self.verdict)

    def _stopped(self) -> bool:
        """Return whether the run was cut short: then there is no time for further looks."""
        results = self.results
        return bool(
            results.interrupted or results.overdue or results.halted or results.internal_error
        )

    def _write(self, verdict: Verdict) -> None:
        """Write the reports, if any is asked for."""
        options, ticket = self._options, self._worker.ticket
        if not (options.reports or options.record or options.annotate or self._junit.path):
            return
        document = json_file.document(
            verdict,
            self.results,
            run_id=ticket.run_id,
            place=options.place,
            origins=ticket.origins,
            began=self._began,
        )
        self._document = self._junit.document = redacted(document, redact_data)
        report = Report(self._document, ticket.recording)
        self._trouble += write_reports(options, self._worker.environment, report)

    def _write_terminal(self) -> None:
        """Write to pytest's terminal after all its own lines: the verdict stands last."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if self.verdict is None or reporter is None:
            return
        seconds = time.time() - self._began
        trouble = [*self._trouble, self._junit.trouble, self._log_file.trouble]
        terminal.write(reporter, self.verdict, self.results, seconds, filter(None, trouble))

    def pytest_unconfigure(self) -> None:
        signals.no_alarm()
        self._progress.stop()
        self._write_terminal()
        if self._annotations is not None:
            self._annotations.finish(self._document)
        if self._recorded is not None:
            self._recorded.cleanup()
        if self._deployment is not None:
            self._deployment.stop()
        self._locks.close()
