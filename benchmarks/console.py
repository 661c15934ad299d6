"""What the commands of this package share: exit codes, lines, and how they are interrupted."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

MET: Final = 0
MISSED: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """A request to end is taken as Ctrl-C is, so that servers end and files go."""
    raise KeyboardInterrupt


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
