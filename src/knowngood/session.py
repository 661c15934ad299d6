"""A run as pytest sees it: the hooks that are registered once ``--env`` is given."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from . import declaration, environment_file, selection
from .declaration import BadDeclaration, Case
from .environment import BadEnvironment
from .ledger import Ledger
from .lookahead import Plan
from .outcome import INCONCLUSIVE, PASSED, SKIPPED, Outcome, classify, describe
from .report import terminal, verdict_file
from .run import Run, Ticket, group_of, is_worker
from .serve import Deployment, NotServed
from .text import plain
from .verdict import Verdict, fold


class Session:
    """The environment, this process's run, and in the controller the ledger and the verdict."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._worker = is_worker(config)
        self._began = time.time()
        self._deployment: Deployment | None = None
        self._deselected: set[str] = set()
        self._inapplicable: dict[str, str] = {}
        self._plans: dict[str, tuple[Plan, Case]] = {}
        self.verdict: Verdict | None = None
        try:
            found = environment_file.load(config.getoption("--env"), config.rootpath)
            for override in config.getoption("--origin"):
                found = found.with_override(override)
        except BadEnvironment as error:
            raise pytest.UsageError(str(error)) from None
        self.environment = found
        self.ledger = Ledger(found)
        self.run = Run(found, Ticket.new(found))

    # -- before collection

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if self._worker:
            self._use(Ticket(**self._config.workerinput["knowngood"]))  # type: ignore[attr-defined]
            return
        self.ledger.narrowed = selection.narrowed_by(self._config)
        if self._config.get_verbosity() == 0:
            _quieten(self._config)
        if self.environment.serve is not None and not self._config.option.collectonly:
            self._serve()
        self._use(Ticket.new(self.environment, self._workers()))

    def _serve(self) -> None:
        overridden = {each.partition("=")[0] for each in self._config.getoption("--origin")}
        serve = self.environment.serve
        if serve is None or set(serve.origins) <= overridden:
            return
        try:
            self._deployment = Deployment(self.environment)
            announced = self._deployment.origins()
        except NotServed as error:
            raise pytest.UsageError(str(error)) from None
        ours = {name: url for name, url in announced.items() if name not in overridden}
        self.environment = self.environment.with_origins(ours)

    def _use(self, ticket: Ticket) -> None:
        origins = dict(ticket.origins)
        if self._config.option.collectonly and self.environment.serve is not None:
            origins = {name: f"http://{name}.invalid" for name in self.environment.serve.origins}
        self.environment = self.environment.with_origins(origins)
        self.run = Run(self.environment, ticket)

    def _workers(self) -> int:
        return max(1, len(getattr(self._config.option, "tx", None) or ()))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["knowngood"] = asdict(self.run.ticket)

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
        env = self.environment
        places = ", ".join(f"{name} {url}" for name, url in env.origins.items())
        return [f"environment: {env.name} ({env.description}): {places}"]

    # -- collection

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """One case for each way to fill in what the marks of a check ask for."""
        try:
            wanted = declaration.asks(metafunc.definition.iter_markers())
            if not wanted or "case" not in metafunc.fixturenames:
                return
            if declaration.inapplicable(wanted, self.environment):
                return
            cases = declaration.cases(wanted, self.environment)
        except BadDeclaration:
            return  # told as a usage error once the items are there
        if cases != [Case()]:
            metafunc.parametrize("case", cases, ids=[case.id for case in cases], indirect=True)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        checks = [item for item in items if selection.is_check(item)]
        selection.refuse_bad_schemas(checks)
        for item in checks:
            selection.refuse_misuse(item)
            why = selection.inapplicable(item, self.environment)
            if why is not None:
                self._inapplicable[selection.check_name(item)] = why
        items[:] = [i for i in items if selection.check_name(i) not in self._inapplicable]
        items.sort(key=self._order)

    def _order(self, item: pytest.Item) -> int:
        """Items of one value run together, so that what they share is held briefly."""
        values = list(_case_of(item).values.items())
        if not values:
            return -1
        name, value = values[0]
        known = self.environment.params.get(name, ())
        return known.index(value) if value in known else len(known)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._deselected.update(selection.check_name(item) for item in items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        items = [item for item in session.items if selection.is_check(item)]
        for item in items:
            case = _case_of(item)
            planned = declaration.plan(
                selection.asks_of(item), case, self.environment, self.run.ticket.run_id
            )
            plan = Plan(item.nodeid, group_of(item.nodeid), planned)
            self._plans[item.nodeid] = (plan, case)
        self.ledger.add_collected(self._deselected, self._inapplicable)
        if not self._is_xdist_controller():
            self.ledger.expected = len(items)
            if items and not self._config.option.collectonly:
                plans = [plan for plan, _ in self._plans.values()]
                self.run.expect(plans, by_group=self._worker)

    def _is_xdist_controller(self) -> bool:
        return not self._worker and self._config.pluginmanager.has_plugin("dsession")

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        each = self._config.getvalue("dist") == "each"
        self.ledger.expected = self.ledger.expected + len(ids) if each else len(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.ledger.collection_errors += report.failed

    # -- the checks

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.nodeid not in self._plans:
            return (yield)
        with self.run.reading(*self._plans[item.nodeid]):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        if item.nodeid in self._plans and (report.when == "call" or not report.passed):
            outcome = self._outcome(item, call, report)
            report.knowngood = outcome.to_json()
            if report.failed:
                report.longrepr = terminal.block_text(outcome)
                report.sections = []
            report.user_properties += _properties(outcome)
        return report

    def _outcome(self, item: pytest.Item, call: Any, report: Any) -> Outcome:
        file, line, _ = item.location
        told = Outcome(
            nodeid=item.nodeid,
            check=selection.check_name(item),
            claim=plain(selection.claim_of(item), 120),
            values=dict(_case_of(item).values),
            result=PASSED if report.passed else SKIPPED,
            place=f"{file}:{(line or 0) + 1}",
        )
        if not report.failed or call.excinfo is None:
            return told
        found = classify(call.excinfo.value)
        exchange = found.exchange or self.run.touched
        return Outcome(
            **{
                **told.to_json(),
                "result": found.result,
                "kind": found.kind,
                "message": found.message[:4000],
                "began": exchange.attempts[0].began if exchange else 0.0,
                "origin": exchange.probe.origin if exchange else "",
                "exchange": describe(exchange) if exchange else None,
            }
        )

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        if self._config.get_verbosity() == 0 and not hasattr(report, "wasxfail"):
            return ("" if report.when != "call" and report.passed else report.outcome), "", ""
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._worker:
            return
        told = getattr(report, "knowngood", None)
        if told is not None:
            self.ledger.record(Outcome.from_json(told))
        elif report.failed:
            when: str = report.when  # xdist puts "???" for what was running when a worker died
            lost = "the worker died while this ran" if when == "???" else f"broke in {when}"
            check = report.nodeid.rpartition("/")[2].partition("[")[0]
            self.ledger.record(
                Outcome(report.nodeid, check, "", result=INCONCLUSIVE, kind="runner", message=lost)
            )
        _forget_passed(self._config)

    # -- the end

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self.ledger.lost_workers += error is not None
        output = getattr(node, "workeroutput", None) or {}
        if "knowngood" in output:
            told = output["knowngood"]
            self.ledger.add_collected(told["deselected"], told["inapplicable"])
            self.ledger.add_report(told["report"])

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Pytest and xdist also stop themselves this way, with exceptions of their own."""
        self.ledger.interrupted = excinfo.type is KeyboardInterrupt or issubclass(
            excinfo.type, pytest.exit.Exception
        )

    def pytest_internalerror(self) -> None:
        self.ledger.internal_error = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        report = self.run.report()
        self.run.close()
        if self._worker:
            self._config.workeroutput["knowngood"] = {  # type: ignore[attr-defined]
                "report": report,
                "deselected": sorted(self._deselected),
                "inapplicable": self._inapplicable,
            }
            return
        if self._config.option.collectonly:
            return
        self.ledger.add_report(report)
        self.verdict = fold(self.ledger.evidence())
        session.exitstatus = self.verdict.exit_code
        path = self._config.getoption("--verdict-file")
        if path is not None:
            self._write(path, self.verdict)

    def _write(self, path: Path, verdict: Verdict) -> None:
        content = verdict_file.document(verdict, self.ledger, self.run.ticket, self._began)
        try:
            verdict_file.write(self._config.invocation_params.dir / path, content)
        except OSError as error:
            self._trouble = f"--verdict-file {path}: not written: {error.strerror or error}"

    _trouble = ""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.verdict is None:
            return
        write = terminalreporter.write_line
        quiet = self._config.get_verbosity() < 0
        if not quiet:
            terminalreporter.section(f"{self.environment.name}: claims", sep="-")
            for held, line in terminal.claims(self.ledger):
                write(line, **({} if held else {"red": True}))
        blocks = list(terminal.failures(self.verdict))
        if blocks:
            terminalreporter.section("failures", sep="-")
        for block in blocks:
            write("\n".join(block) + "\n")
        terminalreporter.section("verdict", sep="-")
        colour = {0: "green", 1: "red"}.get(self.verdict.exit_code, "yellow")
        *others, last = terminal.summary(self.verdict, self.ledger, time.time() - self._began)
        for line in others:
            write(line)
        if self._trouble:
            write(self._trouble, red=True)
        write(last, bold=True, **{colour: True})

    def pytest_unconfigure(self) -> None:
        if self._deployment is not None:
            self._deployment.stop()


def _case_of(item: pytest.Item) -> Case:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec is not None else None
    return case if isinstance(case, Case) else Case()


def _properties(outcome: Outcome) -> list[tuple[str, object]]:
    """What JUnit gets beside its own: the claim, and the request with its attempts."""
    found: list[tuple[str, object]] = [("claim", outcome.claim)]
    if outcome.exchange is not None:
        found.append(("url", outcome.exchange["url"]))
        found.append(("attempts", len(outcome.exchange["attempts"])))
    return found


def _quieten(config: pytest.Config) -> None:
    """Pytest's own lines per file and per failure make way for one line a claim. What a user
    sets by hand (``-v``, ``--tb``, ``-r``) stays in force.
    """
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    if config.option.reportchars == "fE":
        config.option.reportchars = ""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.showfspath = False


def _forget_passed(config: pytest.Config) -> None:
    """The terminal keeps every report to the end; those of passed phases are never read again."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.stats.pop("", None)
