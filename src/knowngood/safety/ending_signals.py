"""Call a function for signals that would end this process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_signals_to(handle: Callable[[int], None]) -> Iterator[None]:
    """While inside, call ``handle`` with each signal that would end this process.

    A SIGHUP that is ignored, as under nohup, stays ignored. Outside of the main thread this does
    nothing, since Python handles signals only there.
    """
    on_main = threading.current_thread() is threading.main_thread()
    hangs_up = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
    numbers = [number for number in _ENDING if number != signal.SIGHUP or hangs_up]
    before = {
        number: signal.signal(number, lambda number, _: handle(number))
        for number in (numbers if on_main else ())
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
