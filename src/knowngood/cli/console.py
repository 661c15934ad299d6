"""What the commands share: how they read their options, and how they speak."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from ..verdict.exit_codes import USAGE_ERROR


class CommandLine(argparse.ArgumentParser):
    """A mistake ends with pytest's exit code for one: 2 would say that somebody interrupted."""

    def __init__(self, command: str, description: str | None) -> None:
        super().__init__(f"knowngood {command}", description=description, allow_abbrev=False)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """As argparse has it, but for the code."""
        super().exit(USAGE_ERROR if status else 0, message)


def interruptible() -> None:
    """Let what a job or a closed terminal sends interrupt as Ctrl-C does, unless it is ignored, as
    under nohup.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def print_line(line: str) -> None:
    """Whoever reads it may go away (``| head``) without harm: what was begun is brought to its
    end, and the answer is in the exit code, too.
    """
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
