"""Call a check once for each sample, and with ``within=`` again until it holds."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from ..fetch import NoAnswer, Response
from ..readiness import pauses
from ..verdict.outcome import FAILED, PASSED, classify
from .running_item import RunningItem


def wait_until_answered(running: RunningItem) -> Sequence[Response]:
    """Return the answers that an item reads. While there are none, ask again as long as ``within``
    allows.
    """
    for _ in _looks(running):
        try:
            return running.responses()
        except NoAnswer:
            continue
    return running.responses()


def prepare_call(function: pytest.Function, running: RunningItem) -> None:
    """Call a check before pytest does: until it holds or its time is over, then with all samples
    but the last, which pytest's own call takes.
    """
    if running.right_by:
        _wait_until_right(function, running)
    if "response" in function.funcargs:
        *earlier, last = running.responses()
        if earlier:
            _call(function, earlier)
        function.funcargs["response"] = last


def _wait_until_right(function: pytest.Function, running: RunningItem) -> None:
    """Call the check on new answers until it holds, its time is over, or what fails is not the
    deployment. pytest's own call takes the last answers and reports.
    """
    for look in _looks(running):
        result = _result(function, running, new=look > 0)
        if result == PASSED:
            running.note_held()
        if result != FAILED:
            return


def _result(function: pytest.Function, running: RunningItem, *, new: bool) -> str:
    """Call the check, with ``new`` on new answers, and return how that ended."""
    try:
        if new:
            _refresh(function.funcargs, running)
        _call(function, running.responses())
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - classified, not dropped
        return classify(error).result
    return PASSED


def _refresh(arguments: dict[str, Any], running: RunningItem) -> None:
    """Replace the values of the fixtures with the newest answers."""
    fresh = {
        "response": lambda: running.responses()[0],
        "responses": running.responses,
        "resources": running.resources,
    }
    for name in fresh.keys() & arguments.keys():
        arguments[name] = fresh[name]()


def _call(function: pytest.Function, responses: Iterable[Response]) -> None:
    """Call the check with each of these responses if it takes ``response``, otherwise once.

    A parameter with a default is no fixture and keeps its default.
    """
    names = inspect.signature(function.obj).parameters.keys() & function.funcargs.keys()
    arguments = {name: function.funcargs[name] for name in names}
    if "response" not in arguments:
        function.obj(**arguments)
        return
    for response in responses:
        function.obj(**{**arguments, "response": response})


def _looks(running: RunningItem) -> Iterator[int]:
    """Yield 0; then, while the item has time, pause, ask again and yield the next number."""
    yield 0
    for look, pause in enumerate(pauses(), 1):
        if time.monotonic() + pause >= running.right_by:
            return
        time.sleep(pause)
        running.ask_anew()
        yield look
