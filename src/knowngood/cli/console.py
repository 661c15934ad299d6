"""The process's output, and the signals that end it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
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


def print_warnings(warnings: Iterable[str]) -> None:
    """Print what a person should know beside the answer, to the error output."""
    for warning in warnings:
        print_error(f"! {warning}")


def interruptible() -> None:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does, unless they are ignored, as under nohup."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


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
