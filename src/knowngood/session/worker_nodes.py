"""Control the workers of a run: xdist's nodes, one for each process."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, Final

import pytest

from ..verdict.run_results import RunResults
from .pytest_options import NUMBER, USAGE
from .worker import Worker

WIND_UP: Final = 5.0
"""Seconds in which workers wind up; the parent kills a run after eight."""


class WorkerNodes:
    """Starts and ends workers, and adds what they report to ``results``."""

    def __init__(self, config: pytest.Config, worker: Worker, results: RunResults) -> None:
        self._config = config
        self._worker = worker
        self._results = results
        self._nodes: list[Any] = []

    @property
    def count(self) -> int:
        """How many workers there will be by xdist's specs, ``popen`` or ``2*popen``; at least 1."""
        specs = getattr(self._config.option, "tx", None) or ()
        counts = (spec.partition("*")[0] for spec in specs)
        return max(1, sum(int(count) if count.isdecimal() else 1 for count in counts))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["knowngood"] = asdict(self._worker.ticket)
        node.workerinput[NUMBER] = len(self._nodes)
        self._nodes.append(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Run items that read the same answers on the same worker, in the order of the run."""
        if config.getvalue("dist") != "load":
            return None
        from .distribution import ByGroup

        return ByGroup(config, log, self._nodes)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        before = self._results.expected if self._config.getvalue("dist") == "each" else 0
        self._results.expected = before + len(ids)
        self._results.order = {nodeid: number for number, nodeid in enumerate(ids)}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self._results.lost_workers += error is not None
        self._take_result(node)
        usage = (getattr(node, "workeroutput", None) or {}).get(USAGE)
        if usage is not None:
            raise pytest.UsageError(usage)

    def _take_result(self, node: Any) -> None:
        """Add what a worker reported at its end, once."""
        output = getattr(node, "workeroutput", None) or {}
        if "knowngood" in output:
            self._results.add_result(output.pop("knowngood"))

    def end(self) -> None:
        """Send workers SIGTERM, and wait until they have reported or time is up: xdist would let
        each finish its item first.
        """
        ending = []
        for node in self._nodes:
            popen = getattr(getattr(node.gateway, "_io", None), "popen", None)
            if popen is not None:  # a worker on another machine is xdist's to end
                popen.terminate()
                ending.append((node, popen))
        end = time.monotonic() + WIND_UP
        while time.monotonic() < end:
            if all(hasattr(n, "workeroutput") or p.poll() is not None for n, p in ending):
                break
            time.sleep(0.05)
        for node in self._nodes:
            self._take_result(node)
