"""What the commands of this package share: exit codes, lines, and how they are interrupted."""

from __future__ import annotations

import os
import platform
import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from .errors import BenchmarkError

MET: Final = 0
MISSED: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130


def code_of(command: str, run: Callable[[], int], *further: type[Exception]) -> int:
    """Run a command and return its exit code, or that of the interruption or error that ends it:
    BenchmarkError, OSError, or one of ``further``. SIGTERM interrupts as Ctrl-C does, so that
    servers end and files go.
    """
    errors: tuple[type[Exception], ...] = (BenchmarkError, OSError, *further)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return run()
    except errors as error:
        sys.stderr.write(f"{command}: error: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write(f"{command}: interrupted\n")
        return INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def machine() -> str:
    """Return what the figures of a run depend on."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, "
        f"Python {platform.python_version()}"
    )


def count_up_to(most: int) -> Callable[[str], int]:
    """Return what reads an option's number, from 1 to ``most``. It raises ArgumentTypeError."""

    def count(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise ArgumentTypeError(f"found {text!r}, allowed are 1 to {most}")
        return int(text)

    return count


def progress(line: str) -> None:
    """Say what goes on, beside the results."""
    sys.stderr.write(f"… {line}\n")
    sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of the results."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
