"""Collect checks and run items: the hooks of every process of a run.

:mod:`.controller` adds what only one process does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Final

import pytest

from ..environment import Environment
from ..fetch import Plan, Replay, Response, Tape
from ..report import cause_block
from ..safety import indented_lines, one_line, redact_data
from ..verdict.causes import find_causes
from ..verdict.outcome import Outcome
from ..verdict.run_results import CollectedChecks
from . import declarations, marks, misuse, signals
from .cases import Case, all_cases, lacking
from .collection import add_check, add_drawn
from .declarations import case_of, kind_of
from .item_fetcher import ItemFetcher
from .marks import BadMark
from .ordering import in_order, own_groups, plans_of
from .outcomes import Outcomes
from .pytest_options import USAGE, is_worker, usage_errors, worker_number
from .running_item import RunningItem, prepare_call, wait_until_answered
from .ticket import RunTicket

HAND_OVER: Final = 0.0001
"""Seconds after which a computing check hands the interpreter to the thread that fetches, which
needs it briefly for each header: with Python's 5 ms, half as many answers arrive meanwhile."""


class Worker:
    """Collects the checks and runs items in one process.

    Attributes:
        config: pytest's configuration.
        environment: the environment under test.
        level: how much of the suite runs.
        ticket: what the controller of the run hands over when the session starts.
        case: the case of the running item.
        replay: the answers to give in place of the network; None to ask.
        tape: keeps the answers for a later replay; None if there will be none.
        plans: what the items that have not run yet will read, by node id.
        result: what this process reports at its end.
    """

    def __init__(self, config: pytest.Config, environment: Environment, level: str) -> None:
        self.config = config
        self.environment = environment
        self.level = level
        self.ticket: RunTicket
        self.case = Case()
        self.replay: Replay | None = None
        self.tape: Tape | None = None
        self.plans: dict[str, Plan] = {}
        self.result: dict[str, Any] = {}
        self._collected = CollectedChecks()
        self._selected = False
        self._fetcher: ItemFetcher | None = None
        self._outcomes: Outcomes

    def use(self, environment: Environment, ticket: RunTicket) -> None:
        """Run against ``environment`` with ``ticket``."""
        self.environment = replace(
            environment, header_table_read=self._collected.header_tables_read.add
        )
        self.ticket = ticket

    @property
    def fetcher(self) -> ItemFetcher:
        """The means to read answers in this process."""
        if self._fetcher is None:
            raise RuntimeError("no check runs in this process")
        return self._fetcher

    @property
    def _running(self) -> RunningItem | None:
        """The item that runs; None for one without a plan."""
        return None if self._fetcher is None else self._fetcher.running_item

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if is_worker(self.config):
            ticket = RunTicket(**self.config.workerinput["knowngood"])  # type: ignore[attr-defined]
            self.use(ticket.applied(self.environment), ticket)
            signals.on_signal(lambda: None)

    # -- collection

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Make one case for each way to fill in what the marks of a check ask for."""
        try:
            templates = marks.templates_in(metafunc.definition.iter_markers())
            if "case" not in metafunc.fixturenames:
                return
            if lacking(templates, self.environment):
                return
            origins = declarations.client_origins(metafunc.definition)
            cases = all_cases(templates, self.environment, origins, self.ticket.run_id)
        except BadMark:
            return  # pytest_collection_modifyitems reports it, with the item's name
        if cases != [Case()]:
            metafunc.parametrize("case", cases, ids=[case.id for case in cases], indirect=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        with self._usage_errors():
            misuse.refuse_unknown_mark(report, self.config.getini("markers"))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        firsts: dict[Hashable, pytest.Item] = {}
        for item in items:
            firsts.setdefault(kind_of(item), item)
        with self._usage_errors():
            misuse.refuse_misspelt_marks(firsts.values(), self.config.getini("markers"))
            misuse.refuse_shared_names(firsts.values())
            misuse.refuse_lost_checks(firsts.values())
            misuse.refuse_bad_schemas(firsts.values())
            applying = {
                kind
                for kind, item in firsts.items()
                if add_check(self._collected, item, self.environment, self.level)
            }
            here = [item for item in items if kind_of(item) in applying]
            items[:] = in_order(here, self.environment)
        if USAGE in getattr(self.config, "workeroutput", {}):
            items.clear()
            return
        add_drawn(self._collected, items)
        self._selected = True

    @contextmanager
    def _usage_errors(self) -> Iterator[None]:
        """Turn a UsageError into pytest's. What a worker of xdist raises is lost: the controller
        raises it.
        """
        try:
            with usage_errors():
                yield
        except pytest.UsageError as error:
            if not is_worker(self.config):
                raise
            self.config.workeroutput.setdefault(USAGE, str(error))  # type: ignore[attr-defined]

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._collected.deselected.update(map(declarations.check_name, items))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self._selected:
            return  # pytest comes here, too, when a usage error ended the collection
        self.plans = plans_of(session.items, self.environment, self.ticket.run_id)
        runs_here = not self.config.pluginmanager.has_plugin("dsession")
        if runs_here and self.plans and not self.config.option.collectonly:
            declarations.share_location(session.items)
            self._begin()

    def _begin(self) -> None:
        """Make ready to run items."""
        groups = own_groups(self.plans, self.ticket.workers, worker_number(self.config))
        plans = list(self.plans.values())
        self._fetcher = ItemFetcher(
            self.environment, self.ticket, plans, groups, replay=self.replay, tape=self.tape
        )
        self._outcomes = Outcomes(self.environment)
        gc.freeze()  # items live to the end; without this every collection walks over them
        sys.setswitchinterval(HAND_OVER)

    def run_again(self, fetcher: ItemFetcher, plans: dict[str, Plan]) -> None:
        """Let items that have run read anew by ``fetcher``; ``plans`` are by node id."""
        self._fetcher, self.plans = fetcher, plans

    # -- the checks

    def answers(self) -> Sequence[Response]:
        """Return the answers that the running check reads."""
        return wait_until_answered(self.fetcher.item)

    @contextmanager
    def call(self, function: pytest.Function) -> Iterator[None]:
        """Wrap pytest's call of a check: make the earlier calls that its marks ask for, and fail it
        for what the browser finds wrong with its page.
        """
        if self._running is not None:
            prepare_call(function, self._running)
        page = self._running.page if self._running is not None else None
        with page.judged() if page is not None else nullcontext():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:
            signals.only_note()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.case = case_of(item)
        plan = self.plans.pop(item.nodeid, None)  # what has run is let go
        if plan is None:
            return (yield)
        with self.fetcher.running(plan):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Note what was compared. If it is too large for pytest to explain, raise the explanation
        here: pytest calls every hook, its own included, before it takes one.
        """
        from .comparison import Comparison

        comparison = Comparison(op, left, right)
        if self._running is not None:
            self._running.compared = comparison
        if comparison.is_large:
            raise AssertionError(comparison.explain().text)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        running = self._running
        if running is not None and (report.when == "call" or not report.passed):
            error = call.excinfo.value if call.excinfo is not None else None
            outcome = self._outcomes.outcome(item, report, error, running)
            report.knowngood = outcome.to_json()
            report.knowngood_requests = self.fetcher.requests
            if report.failed:
                report.longrepr = "\n".join(cause_block.lines(find_causes([outcome])[0].to_json()))
                report.sections = []
            if self.config.getoption("xmlpath", None):
                item.user_properties += _properties(outcome)  # it reads those of the teardown
        _make_plain(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        warning = warning_message.message
        if isinstance(warning, Warning):
            warning.args = tuple(indented_lines(str(text)).strip() for text in warning.args)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.result = {"collected": self._collected.to_json()}
        if self._fetcher is not None:
            self.result |= self._end(self._fetcher, look=exitstatus != pytest.ExitCode.INTERRUPTED)
        if is_worker(self.config):
            self.config.workeroutput["knowngood"] = self.result  # type: ignore[attr-defined]

    def _end(self, fetcher: ItemFetcher, *, look: bool) -> dict[str, Any]:
        """Close ``fetcher`` and return its report; with ``look``, ask first what failed again."""
        if look:
            with signals.cut_short():
                fetcher.look_again()
                fetcher.look_at_addresses()
        report, served = redact_data(fetcher.report()), fetcher.served()
        fetcher.close()
        return {"report": report, "served": served}

    def pytest_unconfigure(self) -> None:
        """Close the fetcher of a run that breaks, too: its session is not finished."""
        if self._fetcher is not None:
            self._fetcher.close()


def _make_plain(report: Any) -> None:
    """Indent captured output and reasons: they may quote an answer that forges a line of the
    report.
    """
    report.sections = [(title, indented_lines(content)) for title, content in report.sections]
    report.user_properties = [(one_line(k), _plain_value(v)) for k, v in report.user_properties]
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, one_line(reason, 300))
    if getattr(report, "wasxfail", None):
        report.wasxfail = one_line(report.wasxfail, 300)


def _plain_value(value: object) -> object:
    return one_line(value, 1000) if isinstance(value, str) else value


def _properties(outcome: Outcome) -> list[tuple[str, object]]:
    """Return the properties of an item for JUnit: the claim, and the request with its attempts."""
    properties: list[tuple[str, object]] = [("claim", outcome.claim), ("nodeid", outcome.nodeid)]
    for exchange in outcome.exchanges[:1]:
        properties.append(("url", exchange["url"]))
        properties.append(("attempts", len(exchange["attempts"])))
    return properties
