"""The pytest plugin of a mutation drill: change what the deployment answered, and look again.

One answer after the other is changed, and the checks that read it run again in the same process.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from ..fetch import Answer, Probe, Replay
from ..mutation import MUTATIONS
from ..report.har_reader import HarRecording
from ..safety import one_line
from ..session.rerun import Rerun, Rerunner
from ..verdict import VerdictKind
from ..verdict.decide import Verdict
from ..verdict.run_results import RunResults
from .har_tape import HarTape
from .mutant_results import MutantResult, Notice
from .mutants import Mutant, Mutants
from .mutation_score import UNCAUGHT
from .recording_plugin import RecordingPlugin, rerun_until, worker_of
from .remedy_places import RemedyPlaces
from .remedy_search import Remedies
from .targets import targets_of, without_query

_READ_BY_ONE_LEFT_OUT: Final = "a check that reads it was left out, and may catch it"

_OUTSIDE: Final = 3  # URLs of a result's that are listed of those that have no recorded answer


class MutationPlugin(RecordingPlugin):
    """Tries mutants of what a run received until ``seconds`` are over.

    Attributes:
        results: what came of the mutants, in the order in which ``seed`` draws them.
        seconds: how long the mutants took.
        requests: how many requests the run sent.
        origins: the URL of each origin that was asked.
        release: the release that answered; None if it does not say.
        possible: how many mutants there are; more than results where time was short.
        recording: the file that takes the place of the network; None if there is none.
    """

    def __init__(
        self,
        seconds: float,
        seed: int,
        previous: Mapping[str, Answer],
        recording: HarRecording | None,
    ) -> None:
        super().__init__()
        self._limit = seconds
        self._seed = seed
        self._mutations = list(MUTATIONS)
        self._has_own = False
        self._previous = previous
        self.recording = recording
        self.results: list[MutantResult] = []
        self.seconds = 0.0
        self.requests = 0
        self.release: str | None = None
        self.origins: Mapping[str, str] = {}
        self.possible = 0
        self._unjudged: frozenset[str] = frozenset()

    def has_passed(self, verdict: Verdict) -> bool:
        """Return whether the run whose answers are recorded has passed.

        A file may lack what a check needs to pass again: such checks are left out.
        """
        if self.recording is not None:
            return self.recording.verdict == VerdictKind.PASSED
        return super().has_passed(verdict)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> Generator[None]:
        """Where a file holds what was answered, run on that and start nothing."""
        if self.recording is not None:
            worker = worker_of(session)
            worker.environment = worker.environment.with_origins(self.recording.origins)
            worker.replay = Replay(HarTape(self.recording))
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Function) -> None:
        """Take the suite's own mutations from its fixture, once."""
        if not self._has_own:
            self._has_own = True
            self._mutations += item._request.getfixturevalue("mutations")

    def again(self, rerunner: Rerunner, results: RunResults) -> None:
        """Try one mutant after the other."""
        self.requests = results.requests.sent if self.recording is None else 0
        self.release, self.origins = results.release.seen, rerunner.environment.origins
        readers = self.tape.readers
        self.tape.readers = {n: probes for n, probes in readers.items() if n in self.items}
        self._unjudged = frozenset(self._read_by_those_left_out(readers))
        targets = targets_of(self.tape, rerunner.environment.params)
        places = RemedyPlaces(self.tape, self.items, self._plans, targets)
        self._remedies = Remedies(self.tape, places)
        mutants = Mutants(self.tape, targets, self._mutations, self._previous)
        began = time.monotonic()
        for mutant in mutants.drawn(self._seed):
            self.results.append(self._tried(mutant, rerunner))
            self.seconds = time.monotonic() - began
            if self.seconds >= self._limit:
                self.possible = max(mutants.count(self._seed), len(self.results))
                return
        self.possible = len(self.results)

    def _read_by_those_left_out(self, readers: Mapping[str, Iterable[Probe]]) -> Iterator[str]:
        """Yield the URLs that items read which do not hold on their own recorded answers."""
        for nodeid in self.unrepeatable:
            walk = (exchange.probe for exchange in self.tape.walks.get(nodeid, ()))
            for probe in (*readers.get(nodeid, ()), *walk):
                yield without_query(probe.url)

    def _tried(self, mutant: Mutant, rerunner: Rerunner) -> MutantResult:
        """Run a case of each check that reads what is changed and, if none of them catches it, all
        cases of them.
        """
        items = [self.items[nodeid] for nodeid in self.items if nodeid in mutant.readers]

        def is_caught(rerun: Rerun) -> bool:
            return judge(mutant, rerun).notice is Notice.CAUGHT

        result = judge(mutant, rerun_until(is_caught, rerunner, items, mutant.changed))
        changed = {without_query(exchange.probe.url) for exchange in mutant.changed}
        if result.notice is Notice.MISSED and changed & self._unjudged:
            return replace(result, notice=Notice.LEFT_OUT, reason=_READ_BY_ONE_LEFT_OUT)
        if result.notice in UNCAUGHT:
            return replace(result, remedy=self._remedies.of(mutant))
        return result


def judge(mutant: Mutant, rerun: Rerun) -> MutantResult:
    """Return whether the suite noticed ``mutant``."""
    verdict, changed = rerun.verdict, {without_query(probe.url) for probe in rerun.affected}
    urls = list(_urls(rerun))
    if verdict.kind is VerdictKind.FAILED:
        right = any(without_query(url) in changed for url in urls)
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
        checks=tuple(dict.fromkeys(outcome.check for outcome in verdict.judged.failed)),
    )


def _urls(rerun: Rerun) -> Iterator[str]:
    """Yield the URLs that the first cause names."""
    for cause in rerun.verdict.causes[:1]:
        yield from (exchange["url"] for exchange in cause.exchanges[:1])
        yield from cause.urls
