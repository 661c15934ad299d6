"""Give the answers that a check reads the time to come right that its mark allows."""

from __future__ import annotations

import inspect
import time
from typing import Any, Final

import pytest

from ..verdict.outcome import FAILED, classify
from .runner import Runner

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks, growing by half each time."""


def wait_until_right(item: pytest.Function, run: Runner, within: float) -> None:
    """Call the check and ask anew for what it reads, until it holds or ``within`` seconds are over.
    The last answers are left for pytest's own call.
    """
    began, pause, looks = time.monotonic(), FIRST_PAUSE, 1
    while _fails(item, run, new=looks > 1):
        if time.monotonic() + pause > began + within:
            return
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.5)
        run.ask_anew()
        looks += 1
    if looks > 1:
        run.note_late(item.nodeid, time.monotonic() - began, looks)


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
