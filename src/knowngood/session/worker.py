"""The hooks of a run in every process: what is collected, how items run, what they report.

:mod:`.controller` adds what only one process does.
"""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Generator, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pytest

from ..environment import Environment
from ..fetch import Exchange, Plan, Replay, Response, describe
from ..report import cause_block
from ..safety import encodable, indented_lines, one_line, redact, redact_data
from ..verdict.causes import find_causes
from ..verdict.outcome import PASSED, SKIPPED, Outcome, classify, sharpened
from . import collection, marks, signals
from .cases import Case, all_cases, inapplicable
from .marks import BadMark
from .ordering import Planner, case_of, in_order, own_groups, values_of
from .plain_report import make_plain
from .polling import wait_until_answered, wait_until_right
from .pytest_options import is_worker, usage_errors, worker_number
from .runner import Runner
from .ticket import RunTicket

if TYPE_CHECKING:
    from .failure import Failure

HAND_OVER: Final = 0.0001
"""Seconds after which a check that computes hands the interpreter to the thread that fetches. That
needs it for microseconds, but for each header of an answer: with Python's 5 ms, half as many
answers arrive while checks compute."""


class Worker:
    """The environment and this process's part of the run."""

    def __init__(self, config: pytest.Config, environment: Environment, level: str) -> None:
        self.config = config
        self._junit = bool(config.getoption("xmlpath", None))
        self._worker = is_worker(config)
        self._deselected: set[str] = set()
        self._inapplicable: dict[str, str] = {}
        self._catches: dict[str, list[str]] = {}
        self._advisories: dict[str, tuple[str, str]] = {}
        self._idle: dict[str, str] = {}
        self._drawn: dict[str, list[str]] = {}
        self._plans: dict[str, Plan] = {}
        self._described: WeakKeyDictionary[Exchange, dict[str, Any]] = WeakKeyDictionary()
        self._selected = False
        self.environment = environment
        self.level = level
        self.case = Case()  # of the running item
        self.replay: Replay | None = None  # answers in place of the network, in every run from now
        self.expected = 0
        self.result: dict[str, Any] = {}
        self.use(RunTicket.new(environment, "", environment.budget.run))

    def use(self, ticket: RunTicket) -> None:
        """Run with ``ticket``, at its origins and edges."""
        self.environment = ticket.applied(self.environment)
        self.run = Runner(self.environment, ticket, self.replay)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if self._worker:
            self.use(RunTicket(**self.config.workerinput["knowngood"]))  # type: ignore[attr-defined]
            signals.on_signal(lambda: None)

    # -- collection

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Make one case for each way to fill in what the marks of a check ask for."""
        try:
            asks = marks.templates_of(metafunc.definition.iter_markers())
            if "case" not in metafunc.fixturenames:
                return
            if inapplicable(asks, self.environment):
                return
            origins = collection.client_origins(metafunc.definition)
            cases = all_cases(asks, self.environment, origins, self.run.ticket.run_id)
        except BadMark:
            return  # pytest_collection_modifyitems reports it, with the item's name
        if cases != [Case()]:
            metafunc.parametrize("case", cases, ids=[case.id for case in cases], indirect=True)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        firsts: dict[Hashable, pytest.Item] = {}
        for item in items:
            firsts.setdefault(collection.kind_of(item), item)
        with usage_errors():
            collection.refuse_misspelt_marks(firsts.values(), self.config.getini("markers"))
            collection.refuse_bad_schemas(firsts.values())
            applying = {kind for kind, item in firsts.items() if self._applies(item)}
            here = [item for item in items if collection.kind_of(item) in applying]
            items[:] = in_order(here, self.environment)
        for item in items:
            if any(ask.sample for ask in collection.asks_of(item)):
                self._drawn.setdefault(collection.check_name(item), []).append(case_of(item).id)
        self._selected = True

    def _applies(self, item: pytest.Item) -> bool:
        """Whether a check applies here; note what its marks and its code say of it."""
        collection.refuse_misuse(item)
        why = collection.skipped_by_level(item, self.level) or collection.inapplicable(
            item, self.environment
        )
        name = collection.check_name(item)
        if why is not None:
            self._inapplicable[name] = why
        elif name not in self._catches:
            self._catches[name] = collection.catches_of(item)
        why_idle = collection.asserts_nothing(item)
        if why_idle:
            self._idle[name] = why_idle
        advisory = collection.advisory_of(item)
        if advisory is not None:
            self._advisories[name] = (advisory.reason, advisory.until.isoformat())
        return why is None

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._deselected.update(collection.check_name(item) for item in items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self._selected:
            return  # pytest comes here, too, when a usage error ended the collection
        planner = Planner(self.environment, self.run.ticket.run_id)
        self._plans = {item.nodeid: planner.plan(item) for item in session.items}
        self.expected = len(self._plans)
        runs_here = self._worker or not self.config.pluginmanager.has_plugin("dsession")
        if runs_here and self._plans and not self.config.option.collectonly:
            collection.share_location(session.items)
            number = worker_number(self.config)
            groups = own_groups(self._plans, self.run.ticket.workers, number)
            self.run.expect(list(self._plans.values()), groups)
            gc.freeze()  # items live to the end; without this every collection walks over them
            sys.setswitchinterval(HAND_OVER)

    @property
    def plans(self) -> dict[str, Plan]:
        """What the items that have not run yet will read, by node id."""
        return dict(self._plans)

    def run_again(self, run: Runner, plans: dict[str, Plan]) -> None:
        """Let items that have run read by ``run`` what ``plans`` say, by node id."""
        self.run, self._plans = run, plans

    # -- the checks

    def answers(self) -> Sequence[Response]:
        """Return the answers that the running check reads, waited for if its marks say so."""
        return wait_until_answered(self.run.responses, self.run)

    def prepare_call(self, item: pytest.Function) -> None:
        """Do before pytest calls the check what its marks ask for."""
        if self.run.right_by:
            wait_until_right(item, self.run)
        if "response" in item.funcargs:
            self._run_earlier_samples(item)

    def _run_earlier_samples(self, item: pytest.Function) -> None:
        """Run the check with all samples but the last, and leave that to pytest."""
        responses = self.run.responses()
        names = inspect.signature(item.obj).parameters
        for response in responses[:-1]:
            item.obj(**{**{name: item.funcargs[name] for name in names}, "response": response})
        item.funcargs["response"] = responses[-1]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:
            signals.only_note()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.case = case_of(item)
        plan = self._plans.pop(item.nodeid, None)  # what has run is let go
        if plan is None:
            return (yield)
        with self.run.reading(plan):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Note what was compared. Where it is too large for pytest, explain it here and end the
        assertion: pytest would ask for every explanation, its own included, before it takes one.
        """
        from . import comparison
        from .failure import Comparison

        self.run.note_comparison(Comparison(op, left, right))
        if comparison.is_large(left, right):
            raise AssertionError(comparison.explain(op, left, right).text)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        if self.run.running == item.nodeid and (report.when == "call" or not report.passed):
            outcome = self._outcome(item, call, report)
            report.knowngood = outcome.to_json()
            report.knowngood_requests = self.run.requests
            if report.failed:
                report.longrepr = "\n".join(cause_block.lines(find_causes([outcome])[0].to_json()))
                report.sections = []
            if self._junit:
                item.user_properties += _properties(outcome)  # it reads those of the teardown
        make_plain(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        warning = warning_message.message
        if isinstance(warning, Warning):
            warning.args = tuple(indented_lines(str(text)).strip() for text in warning.args)

    def _outcome(self, item: pytest.Item, call: Any, report: Any) -> Outcome:
        file, line, _ = item.location
        fields: dict[str, Any] = {
            "nodeid": item.nodeid,
            "check": collection.check_name(item),
            "claim": collection.claim_of(item),
            "values": values_of(item),
            "asked": self.run.templates(),
            "result": PASSED if report.passed else SKIPPED,
            "place": f"{file}:{(line or 0) + 1}",
            "again": report.when == "teardown",
        }
        if report.failed and call.excinfo is not None:
            fields |= self._failed(call.excinfo.value, in_check=report.when == "call")
        # a check may be required by its name, so that stays as it is
        return Outcome(**{**redact_data(fields), "check": fields["check"]})

    def _description(self, exchange: Exchange, failure: Failure) -> dict[str, Any]:
        """Describe an exchange once, however many failures are about it; add what refers to it."""
        if exchange not in self._described:
            self._described[exchange] = describe(exchange, self.environment)
        found_in = one_line(failure.found_in.get(exchange, ""), 500)
        return {**self._described[exchange], **({"found_in": found_in} if found_in else {})}

    def _failed(self, error: BaseException, *, in_check: bool) -> dict[str, Any]:
        """Return the fields of an outcome that say what went wrong, and in which exchange."""
        failure = self.run.failure(error, in_check=in_check)
        classified = classify(error, about_answer=failure.about_answer)
        message = failure.message or classified.message
        fields: dict[str, Any] = {
            "result": classified.result,
            "kind": sharpened(classified.kind, failure.about_status, failure.exchanges),
            "message": encodable(redact(message)[:4000]),
            "expected": encodable(redact(failure.expected)),
            "got": encodable(redact(failure.got)),
            "exchanges": [self._description(e, failure) for e in failure.exchanges],
            "further": [self._description(e, failure) for e in failure.further],
            "reads": [one_line(url, 500) for url in failure.reads],
        }
        browser = self.run.browser_evidence()
        if browser:
            fields["browser"] = browser
        for exchange in failure.exchanges[:1]:
            last = exchange.attempts[-1]
            fields |= {"began": last.began, "phase": last.phase, "origin": exchange.probe.origin}
        return fields

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus != pytest.ExitCode.INTERRUPTED:
            with signals.cut_short():
                self.run.look_again()
                self.run.look_at_addresses()
        self.result = {
            "report": redact_data(self.run.report()),
            "served": self.run.served(),
            "deselected": sorted(self._deselected),
            "inapplicable": self._inapplicable,
            "catches": self._catches,
            "advisories": self._advisories,
            "idle": self._idle,
            "drawn": self._drawn,
        }
        self.run.close()
        if self._worker:
            self.config.workeroutput["knowngood"] = self.result  # type: ignore[attr-defined]


def _properties(outcome: Outcome) -> list[tuple[str, object]]:
    """Return what JUnit gets beside its own: the claim, and the request with its attempts."""
    properties: list[tuple[str, object]] = [("claim", outcome.claim), ("nodeid", outcome.nodeid)]
    for exchange in outcome.exchanges[:1]:
        properties.append(("url", exchange["url"]))
        properties.append(("attempts", len(exchange["attempts"])))
    return properties
