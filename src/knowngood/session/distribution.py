"""Which worker runs which group of items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xdist.scheduler import LoadScopeScheduling

from .ordering import group_of, turns_of


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Runs the items of a group on one worker: they read the same answers.

    Each worker first gets the groups whose turn is its own, since it asks ahead for those; then
    what a lost or slow one has left. ``workers`` are in the order of their numbers.
    """

    def __init__(self, config: Any, log: Any, workers: Sequence[Any]) -> None:
        config.option.loadscopereorder = False  # workers ask ahead in the order of the run
        super().__init__(config, log)
        self._workers = workers
        self._turns: dict[str, int] = {}

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        self._turns = self._turns or turns_of(self.collection, self.numnodes)
        number = self._workers.index(node)
        own = (group for group in self.workqueue if self._turns.get(group) == number)
        first = next(own, None)
        if first is not None:
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
