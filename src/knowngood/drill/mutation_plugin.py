"""The pytest plugin of a mutation drill: change what the deployment answered, and look again.

The suite runs once against the deployment and must pass; what it received is kept.
Then one answer after the other is changed, and the checks that read it run again in the same
process. No further request is sent.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

import pytest

from ..fetch import Answer, Replay, Tape
from ..mutation import Mutation
from ..report.har_reader import HarRecording
from ..safety import one_line
from ..session import signals
from ..session.collection import check_name
from ..session.controller import Controller
from ..session.rerun import Rerun, Rerunner
from ..session.worker import Worker
from ..verdict import VerdictKind
from .har_tape import HarTape
from .mutant import MutantResult, Notice
from .mutants import Mutant, Mutants
from .targets import targets_of

_OUTSIDE: Final = 3  # URLs of a result's that are listed of those that have no recorded answer


class MutationPlugin:
    """Records a run, and tries mutants until ``seconds`` are over.

    Attributes:
        results: what came of the mutants, in the order in which ``seed`` draws them.
        trouble: why there are none; empty if there are.
        seconds: how long the mutants took.
        requests: how many requests the run sent.
        origins: the URL of each origin that was asked.
        release: the release that answered; None if it does not say.
        possible: how many mutants there are; more than results where time was short.
        interrupted: whether somebody ended it early.
        unrepeatable: the items that do not pass again on their own recording; they are left out.
    """

    def __init__(
        self,
        seconds: float,
        seed: int,
        mutations: Sequence[Mutation],
        previous: Mapping[str, Answer] | None = None,
        recording: HarRecording | None = None,
    ) -> None:
        self._limit = seconds
        self._seed = seed
        self._mutations = list(mutations)
        self._has_own = False
        self._previous = previous or {}
        self._recording = recording
        self._tape = Tape()
        self._plans: dict[str, Any] = {}
        self._items: dict[str, pytest.Item] = {}
        self.results: list[MutantResult] = []
        self.trouble = ""
        self.seconds = 0.0
        self.requests = 0
        self.release: str | None = None
        self.origins: Mapping[str, str] = {}
        self.possible = 0
        self.interrupted = False
        self.unrepeatable: list[str] = []

    # -- what pytest calls

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> Generator[None]:
        """Where a file holds what was answered, run on that and start nothing."""
        if self._recording is not None:
            worker = _worker(session)
            worker.environment = worker.environment.with_origins(self._recording.origins)
            worker.replay = Replay(HarTape(self._recording))
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep what is received from now on."""
        _worker(session).run.tape = self._tape

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None]:
        """Note what each item will read, before the first one runs."""
        yield
        self._plans = _worker(session).plans
        self._items = {item.nodeid: item for item in session.items}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Function) -> None:
        """Take the suite's own mutations from its fixture, once."""
        if not self._has_own:
            self._has_own = True
            self._mutations += item._request.getfixturevalue("mutations")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Once the verdict is given, try the mutants."""
        yield
        controller = cast(
            Controller, session.config.pluginmanager.get_plugin("knowngood-controller")
        )
        verdict = controller.verdict
        if verdict is None or verdict.kind is not VerdictKind.PASSED:
            self.trouble = "the run did not pass, so its checks prove nothing about mutants"
            return
        signals.no_alarm()
        results = controller.results
        self.requests = results.requests if self._recording is None else 0
        self.release = results.release.seen
        self.origins = _worker(session).environment.origins
        rerunner = Rerunner(_worker(session), self._plans, self._tape, results)
        self.interrupted = True
        with signals.cut_short():
            self._leave_out_unrepeatable(rerunner)
            self._try_all(rerunner)
            self.interrupted = False

    # -- the mutants

    def _leave_out_unrepeatable(self, rerunner: Rerunner) -> None:
        """Leave out the items that do not pass on unchanged answers."""
        verdict = rerunner.rerun(list(self._items.values())).verdict
        bad = {
            outcome.nodeid for outcome in (*verdict.failures, *verdict.known, *verdict.unsettled)
        }
        self.unrepeatable = sorted(bad & self._items.keys())
        for nodeid in self.unrepeatable:
            del self._items[nodeid]

    def _try_all(self, rerunner: Rerunner) -> None:
        tape = self._tape
        tape.readers = {n: probes for n, probes in tape.readers.items() if n in self._items}
        targets = targets_of(tape, rerunner.environment.params)
        mutants = Mutants(tape, targets, self._mutations, self._previous)
        began = time.monotonic()
        for mutant in mutants.drawn(self._seed):
            self.results.append(self._tried(mutant, rerunner))
            self.seconds = time.monotonic() - began
            if self.seconds >= self._limit:
                self.possible = max(mutants.count(self._seed), len(self.results))
                return
        self.possible = len(self.results)

    def _tried(self, mutant: Mutant, rerunner: Rerunner) -> MutantResult:
        """Run a case of each check that reads what is changed and, if none of them catches it, all
        cases of them.
        """
        items = [self._items[nodeid] for nodeid in self._items if nodeid in mutant.readers]
        some = list({check_name(item): item for item in reversed(items)}.values())[::-1]
        result = judge(mutant, rerunner.rerun(some, mutant.changed))
        if result.notice is Notice.CAUGHT or len(some) == len(items):
            return result
        return judge(mutant, rerunner.rerun(items, mutant.changed))


def judge(mutant: Mutant, rerun: Rerun) -> MutantResult:
    """Return whether the suite noticed ``mutant``."""
    verdict, changed = rerun.verdict, {_place(probe.url) for probe in rerun.given}
    urls = list(_urls(rerun))
    if verdict.kind is VerdictKind.FAILED:
        right = any(_place(url) in changed for url in urls)
        notice, reason = Notice.CAUGHT if right else Notice.MISNAMED, verdict.reason
    elif rerun.unknown:
        probes = ", ".join(str(probe) for probe in rerun.unknown[:_OUTSIDE])
        notice = Notice.LEFT_OUT
        reason = f"the checks ask for what was not recorded: {one_line(probes, 300)}"
    else:
        notice = Notice.MISSED
        reason = "" if verdict.kind is VerdictKind.PASSED else f"{verdict.kind}: {verdict.reason}"
    return MutantResult(
        kind=mutant.kind,
        mutation=mutant.mutation.name,
        stands_for=mutant.mutation.stands_for,
        weight=mutant.mutation.weight,
        predicate=mutant.change.predicate,
        urls=tuple(target.url for target in mutant.targets),
        notice=notice,
        reason=reason,
        named=next(iter(urls), ""),
        checks=tuple(dict.fromkeys(outcome.check for outcome in verdict.failures)),
        remedy=mutant.change.remedy,
    )


def _urls(rerun: Rerun) -> Iterator[str]:
    """Yield the URLs that the first cause names."""
    for cause in rerun.verdict.causes[:1]:
        yield from (exchange["url"] for exchange in cause.exchanges[:1])
        yield from cause.urls


def _place(url: str) -> str:
    """Return the part of a URL by which causes are compared: its origin and path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _worker(session: pytest.Session) -> Worker:
    return cast(Worker, session.config.pluginmanager.get_plugin("knowngood-session"))
