"""The pytest plugin of a drill that needs no deployment but once.

The suite runs against the deployment and must pass; what it received is kept. Then its checks run
again in the same process, on answers of which some are changed. No further request is sent.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pytest

from ..environment import Environment
from ..fetch import Exchange, Tape
from ..session import signals
from ..session.controller import Controller
from ..session.declarations import check_name
from ..session.rerun import Rerun, Rerunner
from ..session.worker import Worker
from ..verdict import VerdictKind
from ..verdict.decide import Verdict
from ..verdict.run_results import RunResults

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


class RecordingPlugin:
    """Records a run, and has its items run again once it has passed.

    Attributes:
        tape: what the run received.
        items: the items that can run again, by node id.
        unrepeatable: the items that do not pass again on their own recording; they are left out.
        trouble: why nothing ran again; empty if something did.
        interrupted: whether somebody ended it early.
    """

    def __init__(self) -> None:
        self.tape = Tape()
        self.items: dict[str, pytest.Item] = {}
        self.unrepeatable: list[str] = []
        self.trouble = ""
        self.interrupted = False
        self._plans: dict[str, Any] = {}

    def again(self, rerunner: Rerunner, results: RunResults) -> None:
        """Run items again; ``results`` is what the whole run reported. A subclass says how."""
        raise NotImplementedError

    def has_passed(self, verdict: Verdict) -> bool:
        """Return whether the run whose answers are recorded has passed."""
        return verdict.kind is VerdictKind.PASSED

    # -- what pytest calls

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep what is received from now on."""
        worker_of(session).tape = self.tape

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None]:
        """Note what each item will read, before the first one runs."""
        yield
        self._plans = dict(worker_of(session).plans)
        self.items = {item.nodeid: item for item in session.items}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Once the verdict is given, run the items again."""
        yield
        controller = cast(
            Controller, session.config.pluginmanager.get_plugin("knowngood-controller")
        )
        verdict = controller.verdict
        if verdict is None or not self.has_passed(verdict):
            self.trouble = "the run did not pass, so its checks prove nothing about changed answers"
            return
        signals.no_alarm()
        rerunner = Rerunner(worker_of(session), self._plans, self.tape, controller.results)
        done = False
        with signals.cut_short():
            self._leave_out_unrepeatable(rerunner)
            self.again(rerunner, controller.results)
            done = True
        self.interrupted = not done

    def _leave_out_unrepeatable(self, rerunner: Rerunner) -> None:
        """Leave out the items that do not pass on unchanged answers."""
        judged = rerunner.rerun(list(self.items.values())).verdict.judged
        bad = {outcome.nodeid for outcome in (*judged.failed, *judged.known, *judged.unsettled)}
        self.unrepeatable = sorted(bad & self.items.keys())
        for nodeid in self.unrepeatable:
            del self.items[nodeid]
        rerunner.leave_out(self.unrepeatable)


def run_recorded(
    environment: Environment, plugin: RecordingPlugin, arguments: Sequence[str]
) -> int:
    """Run the suite in this process with ``plugin``; return pytest's exit code.

    ``arguments`` are for pytest, beside the environment.
    """
    arguments = [f"--env={environment.path}", "-q", "-n0", *arguments]
    if environment.drill is not None:
        arguments.append("--drill=none")  # the small deployment that is made for drills
    with _in_folder(environment):
        return int(pytest.main(arguments, plugins=[plugin]))


@contextlib.contextmanager
def _in_folder(environment: Environment) -> Iterator[None]:
    """Let checks import what lies in the suite, as ``python -m pytest`` does in its folder. At the
    end forget its modules and the run's signal handlers, for another run in this process.
    """
    root = environment.root
    before = set(sys.modules)
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    sys.path.insert(0, str(root))
    try:
        with contextlib.chdir(root):
            yield
    finally:
        sys.path.remove(str(root))
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for name in sys.modules.keys() - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).is_relative_to(root):
                del sys.modules[name]


def rerun_until(
    is_enough: Callable[[Rerun], bool],
    rerunner: Rerunner,
    items: Sequence[pytest.Item],
    changed: Mapping[Exchange, Exchange],
) -> Rerun:
    """Run the first case of each check again and, unless that is enough, all of ``items``."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        first.setdefault(check_name(item), item)
    in_part = len(first) < len(items)
    rerun = rerunner.rerun(list(first.values()), changed, in_part=in_part)
    return rerunner.rerun(items, changed) if in_part and not is_enough(rerun) else rerun


def worker_of(session: pytest.Session) -> Worker:
    """Return the part of the run that is this process's."""
    return cast(Worker, session.config.pluginmanager.get_plugin("knowngood-worker"))
