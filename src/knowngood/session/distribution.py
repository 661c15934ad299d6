"""Decide which worker runs which group of items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xdist.scheduler import LoadScopeScheduling

from .ordering import group_of, turns_of


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Runs all items of a group on one worker, since they read the same answers.

    A worker gets the groups of its own turn, which it fetches ahead, and those of lost workers.
    ``workers`` are in the order of their numbers.
    """

    def __init__(self, config: Any, log: Any, workers: Sequence[Any]) -> None:
        config.option.loadscopereorder = False  # workers fetch ahead in the order of the run
        super().__init__(config, log)
        self._workers = workers
        self._turns: dict[str, int] = {}

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _reschedule(self, node: Any) -> None:
        if self.workqueue and not node.shutting_down and self._next_group(node) is None:
            node.shutdown()  # it ends once it has run what it was given
            return
        super()._reschedule(node)

    def _assign_work_unit(self, node: Any) -> None:
        group = self._next_group(node)
        if group is not None:
            self.workqueue.move_to_end(group, last=False)
        super()._assign_work_unit(node)

    def _next_group(self, node: Any) -> str | None:
        """Return the first group of this worker, or of a lost one."""
        self._turns = self._turns or turns_of(self.collection, self.numnodes)
        others = {self._workers.index(other) for other in self.nodes if other is not node}
        return next(
            (group for group in self.workqueue if self._turns.get(group) not in others), None
        )
