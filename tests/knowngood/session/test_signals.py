"""Whatever ends a run from outside, and whenever: there is a verdict, and no traceback."""

import signal
from collections.abc import Callable

import pytest
from suite_run import SuiteRun

from knowngood.session.item_fetcher import ItemFetcher
from knowngood.session.monitor import Monitor

Run = Callable[..., SuiteRun]

PASSES = """
import pytest

@pytest.mark.get("content:/")
def test_it(response):
    assert response.status_code == 200
"""
ENDS = pytest.mark.parametrize(
    ("number", "code", "verdict"),
    [
        (signal.SIGALRM, 75, "INCONCLUSIVE"),
        (signal.SIGTERM, 2, "INTERRUPTED"),
        (signal.SIGHUP, 2, "INTERRUPTED"),
        (signal.SIGINT, 2, "INTERRUPTED"),
    ],
    ids=["deadline", "SIGTERM", "SIGHUP", "SIGINT"],
)


@ENDS
@pytest.mark.parametrize(
    ("owner", "method"),
    [(Monitor, "before"), (Monitor, "after"), (ItemFetcher, "look_again"), (ItemFetcher, "report")],
    ids=["before", "after", "asking-again", "winding-up"],
)
def test_a_signal(
    small_suite: Run,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    method: str,
    number: int,
    code: int,
    verdict: str,
) -> None:
    """Also while the controls are asked, before the checks and after them."""
    original = getattr(owner, method)

    def strike(*arguments: object) -> object:
        signal.raise_signal(number)
        return original(*arguments)

    monkeypatch.setattr(owner, method, strike)
    result = small_suite(PASSES)
    assert (result.code, result.verdict["verdict"]) == (code, verdict), result.output
    assert "Traceback" not in result.output
    assert "KeyboardInterrupt" not in result.output, "nobody pressed a key"


def test_a_signal_that_is_ignored(small_suite: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under nohup a run goes on when its terminal closes."""
    monkeypatch.setattr(Monitor, "after", lambda self: signal.raise_signal(signal.SIGHUP))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert small_suite(PASSES).code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_ctrl_c(small_suite: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends what winds up, too, so that there is no verdict."""

    def strike(*arguments: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Monitor, "before", strike)
    monkeypatch.setattr(ItemFetcher, "report", strike)
    result = small_suite(PASSES)
    assert (result.code, result.verdict) == (2, {}), result.output
