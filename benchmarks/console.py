"""What the commands of this package share: exit codes, lines, and how they are interrupted."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Final, NoReturn

MET: Final = 0
MISSED: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """A request to end is taken as Ctrl-C is, so that servers end and files go."""
    raise KeyboardInterrupt


def progress(line: str) -> None:
    """Say what goes on, beside the results."""
    sys.stderr.write(f"… {line}\n")
    sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of the results."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
