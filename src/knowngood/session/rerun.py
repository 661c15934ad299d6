"""Run items again in the process that has run them, against recorded answers.

Nothing is sent. The verdict is folded from the new outcomes and those of all other items.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from _pytest.runner import runtestprotocol

from ..environment import Environment
from ..fetch import Exchange, Plan, Probe, Replay, Tape
from ..safety import redact_data
from ..verdict.decide import Verdict, fold
from ..verdict.outcome import Outcome
from ..verdict.run_results import RunResults
from .item_fetcher import ItemFetcher
from .worker import Worker


@dataclass(frozen=True, slots=True)
class Rerun:
    """The result of running items again.

    Attributes:
        verdict: the verdict of the whole suite.
        results: what it is folded from.
        affected: the probes that got a changed answer.
        unknown: the probes that the recording has no answer to.
    """

    verdict: Verdict
    results: RunResults
    affected: tuple[Probe, ...]
    unknown: tuple[Probe, ...]


class Rerunner:
    """Runs items again.

    ``worker`` has run them, ``plans`` says what each reads, ``tape`` holds what they received, and
    ``results`` what the whole run reported.
    """

    def __init__(
        self, worker: Worker, plans: Mapping[str, Plan], tape: Tape, results: RunResults
    ) -> None:
        self._worker = worker
        self._plans = {
            nodeid: replace(plan, planned=tuple(replace(p, within=0.0) for p in plan.planned))
            for nodeid, plan in plans.items()
        }  # recorded answers stay as they are
        self._tape = tape
        self._results = results
        self._reports: list[pytest.TestReport] = []
        worker.config.pluginmanager.register(self)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run the phases of an item and keep its reports from other plugins.

        Tear the item down, but not what other items of its file share.
        """
        self._reports = runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
        return True

    @property
    def environment(self) -> Environment:
        """The environment of the run, with the origins that were asked."""
        return self._worker.environment

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._worker.ticket.run_id

    def leave_out(self, nodeids: Collection[str]) -> None:
        """Forget these items and their outcomes."""
        expected = self._results.expected - len(nodeids)
        self._results = replace(self._results.without(nodeids), expected=expected)

    def rerun(
        self,
        items: Sequence[pytest.Item],
        changed: Mapping[Exchange, Exchange] | None = None,
        *,
        in_part: bool = False,
    ) -> Rerun:
        """Run ``items`` again with these exchanges of the tape changed.

        ``in_part`` says that other items read these, too, so that no cause counts its cases.
        """
        replay = Replay(self._tape, changed or {})
        results = self._results.without({item.nodeid for item in items})
        plans = {item.nodeid: self._plans[item.nodeid] for item in items}
        ticket = self._worker.ticket
        fetcher = ItemFetcher(self.environment, ticket, list(plans.values()), replay=replay)
        self._worker.run_again(fetcher, plans)
        try:
            for item in items:
                for outcome in self._outcomes(item):
                    results.record(outcome)
            if any("shared_client" in getattr(item, "fixturenames", ()) for item in items):
                # A client that is shared logs in anew: what answers that may be what is changed.
                items[0].session._setupstate.teardown_exact(None)
        finally:
            fetcher.close()
        results.add_report(redact_data(fetcher.report()))
        verdict = fold(results, in_part=in_part)
        return Rerun(verdict, results, tuple(replay.affected), tuple(replay.unknown))

    def _outcomes(self, item: pytest.Item) -> list[Outcome]:
        """Run one item with all hooks of pytest and its plugins, and return its outcomes."""
        item.session._setupstate.teardown_exact(item)  # of the last item, what this one lacks
        vars(item)["_repr_failure_py"] = _no_traceback
        item.ihook.pytest_runtest_protocol(item=item, nextitem=item.parent)
        data = [getattr(report, "knowngood", None) for report in self._reports]
        return [Outcome.from_json(fields) for fields in data if fields is not None]


def _no_traceback(*_: object, **__: object) -> str:
    """Replace pytest's rendering of a failure, which nobody reads and which takes longest."""
    return ""
