"""Hand the running item what its marks declare and its clients ask for."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ..fetch import (
    ANEW,
    Client,
    Exchange,
    NoAnswer,
    PageLoad,
    PageTooLarge,
    Plan,
    PlannedProbe,
    Prefetcher,
    Probe,
    Resource,
    Response,
    resource_group,
    respond,
)
from ..readiness import pauses
from ..safety import one_line
from ..verdict.outcome import FAILED, PASSED, classify

if TYPE_CHECKING:
    from ..browser import OpenedPage
    from .comparison import Comparison
    from .failure import Failure, Repeat


class RunningItem:
    """What one item reads while it runs. ``repeat`` is for :func:`.failure_of`.

    Attributes:
        plan: what it declares to read.
        clients: the clients that it uses.
        page: the page that is open in the browser for it, if one is.
        compared: the last comparison of it that failed.
        failed: whether it has failed.
        late: a line that says that it held only after a while; empty for any other.
    """

    def __init__(
        self, plan: Plan, prefetcher: Prefetcher, clients: Sequence[Client], repeat: Repeat
    ) -> None:
        self.plan = plan
        self.clients = list(clients)
        self.page: OpenedPage | None = None
        self.compared: Comparison | None = None
        self.failed = False
        self.late = ""
        self._prefetcher = prefetcher
        self._repeat = repeat
        self._repeated: Plan | None = None  # the plan that was asked for in its place
        self._loads: tuple[PageLoad, ...] = ()
        self._began = time.monotonic()
        self._looks = 1

    @property
    def planned(self) -> tuple[PlannedProbe, ...]:
        """The probes whose answers it reads now."""
        return (self._repeated or self.plan).planned

    @property
    def sent(self) -> list[Exchange]:
        """What its clients sent, in order."""
        return [exchange for client in self.clients for exchange in client.exchanges]

    @property
    def swept(self) -> list[Exchange]:
        """What of that deleted what its clients wrote; nobody reads the answers."""
        return [exchange for client in self.clients for exchange in client.swept]

    @property
    def right_by(self) -> float:
        """When its answers must be right, by the monotonic clock; 0 if at once."""
        within = max((probe.within for probe in self.planned), default=0.0)
        return self._began + within if within else 0.0

    def groups(self) -> tuple[str, ...]:
        """Return the groups in which its requests are counted."""
        planned = self.plan.planned
        groups = [probe.probe.template for probe in planned]
        groups += [resource_group(probe.probe.template) for probe in planned if probe.resources]
        groups += [exchange.probe.template for exchange in self.sent]
        return tuple(dict.fromkeys(groups))

    def loads(self) -> tuple[PageLoad, ...]:
        """Return what came for its probes; wait for it."""
        if not self._loads:
            self._prefetcher.ask(self.planned)
            self._loads = tuple(map(self._prefetcher.take, self.planned))
        return self._loads

    def responses(self) -> Sequence[Response]:
        """Return the answers to all that it declares, without those that the server refused to
        give to what is unpublished. Raises NoAnswer, Blocked.
        """
        exchanges = [load.exchange for load in self.loads()]
        return [respond(e) for e in exchanges if not self._prefetcher.is_refused(e)]

    def resources(self) -> Sequence[Resource]:
        """Return what the pages that it declares need.

        Raises NoAnswer, Blocked, and ContentTooLarge for a page too large to search.
        """
        self.responses()
        declared = zip(self.planned, self.loads(), strict=True)
        visits = [load for planned, load in declared if planned.resources]
        for visit in visits:
            if visit.unread is not None:
                respond(visit.unread)
                raise PageTooLarge(visit.unread, visit.trouble)
        return [resource for visit in visits for resource in visit.resources]

    def probes_read(self) -> list[Probe]:
        """Return the probes of its marks, of their resources, and of its page in the browser."""
        exchanges = [load.exchange for load in self.loads()]
        exchanges += [r.exchange for load in self.loads() for r in load.resources if r.exchange]
        exchanges += self.page.exchanges if self.page is not None else ()
        return [exchange.probe for exchange in exchanges]

    def ask_anew(self) -> None:
        """Ask again for all that it declares, even if another item holds an answer."""
        planned = tuple(
            replace(planned, probe=replace(planned.probe, sample=planned.probe.sample + ANEW))
            for planned in self.planned
        )
        if self._repeated is not None:
            self._prefetcher.release(self._repeated)
        self._repeated = replace(self.plan, planned=planned)
        self._loads = ()
        self._looks += 1

    def note_held(self) -> None:
        """Note that the check held after more than one look."""
        if self._looks > 1:
            name, seconds = one_line(self.plan.nodeid, 200), time.monotonic() - self._began
            when = f"after {seconds:.1f} s, at look {self._looks}"
            self.late = f"{name} held {when}; its mark allows it"

    def failure(self, error: BaseException, *, in_check: bool) -> Failure:
        """Return what ``error``, which ended the item, is about. ``in_check`` is False if a fixture
        raised it.
        """
        from .failure import failure_of

        self.failed = True
        declared = self._prefetcher.arrived(self.planned)
        return failure_of(
            error, self.compared, self.sent, declared, in_check=in_check, repeat=self._repeat
        )

    def release(self) -> None:
        """Free what only this item reads."""
        self._prefetcher.release(self.plan)
        if self._repeated is not None:
            self._prefetcher.release(self._repeated)


def wait_until_answered(running: RunningItem) -> Sequence[Response]:
    """Return the answers that an item reads. While there are none, ask again as long as ``within``
    allows.
    """
    for _ in _looks(running):
        try:
            return running.responses()
        except NoAnswer:
            continue
    return running.responses()


def prepare_call(function: pytest.Function, running: RunningItem) -> None:
    """Call a check before pytest does: until it holds or its time is over, then with all samples
    but the last, which pytest's own call takes.
    """
    if running.right_by:
        _wait_until_right(function, running)
    if "response" in function.funcargs:
        *earlier, last = running.responses()
        if earlier:
            _call(function, earlier)
        function.funcargs["response"] = last


def _wait_until_right(function: pytest.Function, running: RunningItem) -> None:
    """Call the check on new answers until it holds, its time is over, or what fails is not the
    deployment. pytest's own call takes the last answers and reports.
    """
    for look in _looks(running):
        result = _result(function, running, new=look > 0)
        if result == PASSED:
            running.note_held()
        if result != FAILED:
            return


def _result(function: pytest.Function, running: RunningItem, *, new: bool) -> str:
    """Call the check, with ``new`` on new answers, and return how that ended."""
    try:
        if new:
            _refresh(function.funcargs, running)
        _call(function, running.responses())
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - classified, not dropped
        return classify(error).result
    return PASSED


def _refresh(arguments: dict[str, Any], running: RunningItem) -> None:
    """Replace the values of the fixtures with the newest answers."""
    fresh = {
        "response": lambda: running.responses()[0],
        "responses": running.responses,
        "resources": running.resources,
    }
    for name in fresh.keys() & arguments.keys():
        arguments[name] = fresh[name]()


def _call(function: pytest.Function, responses: Iterable[Response]) -> None:
    """Call the check with each of these responses if it takes ``response``, otherwise once.

    A parameter with a default is no fixture and keeps its default.
    """
    names = inspect.signature(function.obj).parameters.keys() & function.funcargs.keys()
    arguments = {name: function.funcargs[name] for name in names}
    if "response" not in arguments:
        function.obj(**arguments)
        return
    for response in responses:
        function.obj(**{**arguments, "response": response})


def _looks(running: RunningItem) -> Iterator[int]:
    """Yield 0; then, while the item has time, pause, ask again and yield the next number."""
    yield 0
    for look, pause in enumerate(pauses(), 1):
        if time.monotonic() + pause >= running.right_by:
            return
        time.sleep(pause)
        running.ask_anew()
        yield look
