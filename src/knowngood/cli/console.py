"""The process's output, and the signals that end it."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress


def print_line(line: str) -> None:
    """Print ``line``. Ignore broken pipes (``| head``): the exit code still carries the result."""
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def print_error(line: str) -> None:
    """Print ``line`` to the error output. Ignore broken pipes."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")


def interruptible() -> None:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does, unless they are ignored, as under nohup."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def open_streams() -> None:
    """Open what the shell has closed (``>&-``): otherwise Python has no ``sys.stdout``, and the
    next file or pipe that is opened gets its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an arrow must not end a run in an ASCII locale
            stream.reconfigure(errors="backslashreplace")


def flush_streams() -> None:
    """Write out what is left. Where nobody reads it, or the disk is full, drop it: Python would
    end with 120, which is no verdict.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
