"""How a run is ended from outside, in every process of it.

Jenkins ends a job with SIGTERM, a person with Ctrl-C; the parent sends SIGTERM, or is gone. In
each case the run deletes what it wrote and writes its reports before it ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Final, NoReturn

WORKERS: Final = 5.0
"""Seconds in which workers wind up; the parent kills a run after eight."""


def on_signal(note: Callable[[], None]) -> None:
    """Have SIGTERM and SIGINT call ``note`` and interrupt the main thread.

    A second SIGTERM, to the process group say, is ignored; a second Ctrl-C interrupts again.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        note()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupt)


def on_alarm(seconds: float, note: Callable[[], None]) -> None:
    """After so many seconds call ``note`` and interrupt the main thread.

    This ends a check that hangs; requests are cut off by themselves before.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        note()
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def no_alarm() -> None:
    """Stop the alarm: once the run is done, it would end the process as it winds up."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def with_parent(descriptor: int) -> None:
    """Send this process SIGTERM when the parent that holds the other end of the pipe is gone."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 4096):
                pass
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="knowngood-parent", daemon=True).start()


def end_workers(nodes: Iterable[Any]) -> None:
    """Send xdist's workers SIGTERM and wait until they have reported, or time is up.

    xdist itself would let each finish its item first, however long that takes.
    """
    ending = []
    for node in nodes:
        popen = getattr(getattr(node.gateway, "_io", None), "popen", None)
        if popen is not None:  # a worker on another machine is xdist's to end
            popen.terminate()
            ending.append((node, popen))
    end = time.monotonic() + WORKERS
    while time.monotonic() < end:
        if all(hasattr(n, "workeroutput") or p.poll() is not None for n, p in ending):
            return
        time.sleep(0.05)
