"""End a run on a signal, in every process of it.

Jenkins sends SIGTERM, Ctrl-C SIGINT, a terminal that closes SIGHUP; the parent sends SIGTERM, or is
gone. In each case the run deletes what it wrote and writes its reports before it ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Stopped(KeyboardInterrupt):
    """A signal or the deadline interrupts the main thread; pytest prints the message."""


class _MainThread:
    """What a signal does to the main thread.

    Attributes:
        can_be_interrupted: whether a signal interrupts it; otherwise it is only noted.
        was_interrupted: whether one has done so.
    """

    can_be_interrupted = True
    was_interrupted = False


def on_signal(note: Callable[[], None]) -> None:
    """Have SIGTERM, SIGHUP and SIGINT call ``note`` and interrupt the main thread.

    A second one is only noted, but a second Ctrl-C interrupts again. A SIGHUP that is ignored, as
    under nohup, stays so.
    """
    _MainThread.can_be_interrupted, _MainThread.was_interrupted = True, False
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupting(note))


def on_alarm(seconds: float, note: Callable[[], None]) -> None:
    """After so many seconds call ``note`` and interrupt the main thread.

    This ends a check that hangs; requests are cut off by themselves before.
    """
    signal.signal(signal.SIGALRM, _interrupting(note))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _interrupting(note: Callable[[], None]) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        note()
        second_ctrl_c = number == signal.SIGINT and _MainThread.was_interrupted
        if _MainThread.can_be_interrupted or second_ctrl_c:
            _MainThread.can_be_interrupted, _MainThread.was_interrupted = False, True
            alarm = number == signal.SIGALRM
            raise Stopped("time is up" if alarm else signal.Signals(number).name)

    return handle


def only_note() -> None:
    """Let no signal interrupt the main thread from now on: what follows writes the verdict."""
    _MainThread.can_be_interrupted = False


@contextlib.contextmanager
def cut_short() -> Iterator[None]:
    """Let a signal end what is inside early, and nothing else."""
    _MainThread.can_be_interrupted = True
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        _MainThread.can_be_interrupted = False


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
