"""Ignore errors of stdout and stderr, so that a broken pipe changes no exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any


def open_streams() -> None:
    """Open standard streams that the shell has closed (``>&-``). Otherwise Python has no
    ``sys.stdout``, and the next file or pipe gets its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an arrow must not end a run in an ASCII locale
            stream.reconfigure(errors="backslashreplace")


def lose_what_cannot_be_written() -> None:
    """From now on drop what cannot be written to stdout or stderr: the pipe is closed, or the disk
    is full. The exit code still carries the result.
    """
    for stream in (sys.stdout, sys.stderr):
        binary = getattr(stream, "buffer", None)
        raw = getattr(binary, "raw", binary)  # without buffers (-u) ``binary`` is raw itself
        if raw is not None and not hasattr(raw, "loses"):
            raw.write = _losing(raw.write)
            raw.loses = True


def _losing(write: Callable[[Any], int | None]) -> Callable[[Any], int | None]:
    def write_or_lose(data: Any) -> int | None:
        try:
            return write(data)
        except OSError:
            return memoryview(data).nbytes

    return write_or_lose
