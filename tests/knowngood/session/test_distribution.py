"""Workers take turns at groups, and ask ahead for their own."""

from types import SimpleNamespace
from typing import Any

from knowngood.session.distribution import ByGroup
from knowngood.session.ordering import own_groups

NODEIDS = [f"test_pages.py::test_{name}[{case}]" for case in "abcd" for name in ("one", "two")]


class Worker:
    """A worker as the scheduler sees it, which notes the items that it is sent."""

    def __init__(self, number: int) -> None:
        self.gateway = SimpleNamespace(id=f"gw{number}")
        self.shutting_down = False
        self.sent: list[str] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take items to run."""
        self.sent += [NODEIDS[index] for index in indices]

    def shutdown(self) -> None:
        """Take no more."""
        self.shutting_down = True

    @property
    def groups(self) -> list[str]:
        """The groups of the items, in their order."""
        return list(dict.fromkeys(item.partition("[")[2].rstrip("]") for item in self.sent))


def scheduled(workers: list[Any]) -> ByGroup:
    """Hand the first groups out."""
    config = SimpleNamespace(option=SimpleNamespace(), getvalue=lambda _: ["2*popen"])
    scheduler = ByGroup(config, None, workers)
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, NODEIDS)
    scheduler.schedule()
    return scheduler


def test_each_group_has_one_worker() -> None:
    """Two workers take turns, and no group is nobody's."""
    first, second = own_groups(NODEIDS, 2, 0), own_groups(NODEIDS, 2, 1)
    assert first == {"a", "c"}
    assert second == {"b", "d"}


def test_a_worker_in_place_of_a_lost_one_has_no_groups_of_its_own() -> None:
    """It gets those that the lost one has left, which it does not know."""
    assert own_groups(NODEIDS, 2, 2) == set()


def test_one_process_runs_all() -> None:
    """Without workers nothing is anybody's."""
    assert own_groups(NODEIDS, 1, None) is None


def test_workers_get_the_groups_that_they_ask_ahead_for() -> None:
    """What a worker runs is what it has asked for: each URL is asked once."""
    workers = [Worker(0), Worker(1)]
    scheduled(workers)
    for number, worker in enumerate(workers):
        assert set(worker.groups) == own_groups(NODEIDS, 2, number)


def test_a_fast_worker_takes_what_a_slow_one_has_left() -> None:
    """No worker idles while items wait."""
    workers = [Worker(0), Worker(1)]
    scheduler = scheduled(workers[:1] + workers[1:])
    scheduler.workqueue["e"] = dict.fromkeys(NODEIDS[:1], False)  # of a lost worker, say
    workers[0].shutting_down = False
    for index in range(len(NODEIDS)):
        if NODEIDS[index] in workers[0].sent:
            scheduler.mark_test_complete(workers[0], index)
    assert not scheduler.workqueue
