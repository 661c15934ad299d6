"""An item that ended without an outcome: its worker died, or pytest broke in one of its phases."""

from __future__ import annotations

import pytest

from ..verdict.outcome import INCONCLUSIVE, Outcome


def lost_outcome(report: pytest.TestReport) -> Outcome:
    """Return the outcome of the item that ``report`` is about: trouble of the runner."""
    when: str = report.when  # xdist puts "???" for what was running when a worker died
    return Outcome(
        nodeid=report.nodeid,
        check=report.nodeid.rpartition("/")[2].partition("[")[0],
        claim="",
        result=INCONCLUSIVE,
        kind="runner",
        message="the worker died while this ran" if when == "???" else f"broke in {when}",
    )
