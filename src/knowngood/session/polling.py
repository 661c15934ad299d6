"""Give the answers that a check reads the time to come right that its mark allows."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import pytest

from ..fetch import NoAnswer
from ..verdict.outcome import FAILED, classify
from .runner import Runner

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks, growing by half each time."""


_T = TypeVar("_T")


def wait_until_answered(read: Callable[[], _T], run: Runner) -> _T:
    """Return what ``read`` does; ask anew while it raises NoAnswer and the item has time left."""
    for _ in _looks(run):
        try:
            return read()
        except NoAnswer:
            continue
    return read()


def wait_until_right(item: pytest.Function, run: Runner) -> None:
    """Call the check and ask anew for what it reads, until it holds or its time is over. The last
    answers are left for pytest's own call.
    """
    for look in _looks(run):
        if not _fails(item, run, new=look > 0):
            run.note_late(item.nodeid)
            return


def _looks(run: Runner) -> Iterator[int]:
    """Yield 0 at once; then, as long as the running item has time left, pause, ask anew for what it
    reads, and yield the next number.
    """
    look, pause = 0, FIRST_PAUSE
    yield look
    while time.monotonic() + pause < run.right_by:
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.5)
        run.ask_anew()
        look += 1
        yield look


def _call(item: pytest.Function, run: Runner, *, new: bool) -> None:
    """Call the check, with ``new`` on new answers, once for each sample if it takes them so."""
    if new:
        _refresh(item.funcargs, run)
    arguments = {name: item.funcargs[name] for name in inspect.signature(item.obj).parameters}
    if "response" not in arguments:
        item.obj(**arguments)
        return
    for response in run.responses():
        item.obj(**{**arguments, "response": response})


def _refresh(funcargs: dict[str, Any], run: Runner) -> None:
    """Put the newest answers into the fixtures' places."""
    fresh = {
        "response": lambda: run.responses()[0],
        "responses": run.responses,
        "resources": run.resources,
    }
    for name in fresh.keys() & funcargs.keys():
        funcargs[name] = fresh[name]()


def _fails(item: pytest.Function, run: Runner, *, new: bool) -> bool:
    """Return whether the check fails the deployment. Other trouble is for pytest's own call."""
    try:
        _call(item, run, new=new)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - classified, not dropped
        return classify(error).result == FAILED
    return False
