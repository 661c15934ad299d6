"""Workers take turns at groups, and ask ahead for their own."""

from types import SimpleNamespace
from typing import Any

from knowngood.session.distribution import ByGroup
from knowngood.session.ordering import own_groups

NODEIDS = [f"test_pages.py::test_{name}[{case}]" for case in "abcdefgh" for name in ("one", "two")]


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
    assert first == set("aceg")
    assert second == set("bdfh")


def test_a_worker_in_place_of_a_lost_one_has_no_groups_of_its_own() -> None:
    """It gets those that the lost one has left, which it does not know."""
    assert own_groups(NODEIDS, 2, 2) == set()


def test_one_process_runs_all() -> None:
    """Without workers nothing is anybody's."""
    assert own_groups(NODEIDS, 1, None) is None


def run_all(scheduler: ByGroup, worker: Worker) -> None:
    """Have a worker run what it is sent, until it is sent nothing more."""
    for item in worker.sent:  # more are sent meanwhile
        scheduler.mark_test_complete(worker, NODEIDS.index(item))


def test_a_worker_runs_what_it_asks_ahead_for() -> None:
    """However fast it is, it takes no group that another has asked for: each URL is asked once."""
    first, second = Worker(0), Worker(1)
    scheduler = scheduled([first, second])
    run_all(scheduler, first)
    assert first.groups == list("aceg")
    assert first.shutting_down
    assert not second.shutting_down
    run_all(scheduler, second)
    assert second.groups == list("bdfh")
    assert scheduler.tests_finished


def test_what_a_lost_worker_leaves_goes_to_the_others() -> None:
    """No item is left out."""
    first, second = Worker(0), Worker(1)
    scheduler = scheduled([first, second])
    crashed = scheduler.remove_node(second)
    assert crashed == NODEIDS[2]
    run_all(scheduler, first)
    assert sorted(first.groups) == list("abcdefgh")
