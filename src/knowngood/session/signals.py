"""How a run is ended from outside, in every process of it.

Jenkins ends a job with SIGTERM, a person with Ctrl-C, the parent by asking; a parent may also be
gone. Each time what was written is deleted and the reports are there before the process ends.
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
"""Seconds in which workers wind up; the parent ends a run after eight."""


def on_signal(note: Callable[[], None]) -> None:
    """From now on SIGTERM and SIGINT call ``note`` and interrupt the main thread.

    A second SIGTERM, to the process group say, must not break off what follows; a second Ctrl-C
    may.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        note()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupt)


def on_alarm(seconds: float, note: Callable[[], None]) -> None:
    """After so many seconds call ``note`` and interrupt the main thread: a check that hangs must
    not hang the run. Requests are cut off by themselves before.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        note()
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def no_alarm() -> None:
    """The run is done: an alarm that went off now would end the process as it winds up."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def with_parent(descriptor: int) -> None:
    """End as by SIGTERM when the pipe ``descriptor`` does: the parent that holds its other end is
    gone.
    """

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 4096):
                pass
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="knowngood-parent", daemon=True).start()


def end_workers(nodes: Iterable[Any]) -> None:
    """Ask xdist's workers to end what they run, and wait until they have told of it, or time is
    up. xdist itself would let each finish its item first, however long that takes.
    """
    asked = []
    for node in nodes:
        popen = getattr(getattr(node.gateway, "_io", None), "popen", None)
        if popen is not None:  # a worker on another machine is xdist's to end
            popen.terminate()
            asked.append((node, popen))
    end = time.monotonic() + WORKERS
    while time.monotonic() < end:
        if all(hasattr(n, "workeroutput") or p.poll() is not None for n, p in asked):
            return
        time.sleep(0.05)
