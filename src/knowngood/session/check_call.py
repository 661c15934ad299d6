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
from .item_reading import ItemReading


def wait_until_answered(reading: ItemReading) -> Sequence[Response]:
    """Return the answers that an item reads. While there are none, ask again as long as ``within``
    allows.
    """
    for _ in _looks(reading):
        try:
            return reading.responses()
        except NoAnswer:
            continue
    return reading.responses()


def prepare_call(function: pytest.Function, reading: ItemReading) -> None:
    """Call a check before pytest does: until it holds or its time is over, then with all samples
    but the last, which pytest's own call takes.
    """
    if reading.right_by:
        _wait_until_right(function, reading)
    if "response" in function.funcargs:
        *earlier, last = reading.responses()
        if earlier:
            _call(function, earlier)
        function.funcargs["response"] = last


def _wait_until_right(function: pytest.Function, reading: ItemReading) -> None:
    """Call the check on new answers until it holds, its time is over, or what fails is not the
    deployment. pytest's own call takes the last answers and reports.
    """
    for look in _looks(reading):
        result = _result(function, reading, new=look > 0)
        if result == PASSED:
            reading.note_held()
        if result != FAILED:
            return


def _result(function: pytest.Function, reading: ItemReading, *, new: bool) -> str:
    """Call the check, with ``new`` on new answers, and return how that ended."""
    try:
        if new:
            _refresh(function.funcargs, reading)
        _call(function, reading.responses())
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - classified, not dropped
        return classify(error).result
    return PASSED


def _refresh(arguments: dict[str, Any], reading: ItemReading) -> None:
    """Replace the values of the fixtures with the newest answers."""
    fresh = {
        "response": lambda: reading.responses()[0],
        "responses": reading.responses,
        "resources": reading.resources,
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


def _looks(reading: ItemReading) -> Iterator[int]:
    """Yield 0; then, while the item has time, pause, ask again and yield the next number."""
    yield 0
    for look, pause in enumerate(pauses(), 1):
        if time.monotonic() + pause >= reading.right_by:
            return
        time.sleep(pause)
        reading.ask_anew()
        yield look
