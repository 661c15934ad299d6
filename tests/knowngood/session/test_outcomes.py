"""What is noted of a case, as reports of pytest tell of it."""

import pytest

from knowngood.session.outcomes import lost_outcome

NODEID = "smoketests/pages/test_pages.py::test_page[content:/de/js/config.json]"


def test_what_a_dead_worker_ran_is_named() -> None:
    """By its check, as all other outcomes of it are, though its case is a path."""
    report = pytest.TestReport(NODEID, ("", None, ""), {}, "failed", None, "???")  # type: ignore[arg-type]
    outcome = lost_outcome(report)
    assert (outcome.check, outcome.kind) == ("pages/test_pages.py::test_page", "runner")
    assert outcome.message == "the worker died while this ran"
