"""A command of knowngood that a test has run within its process."""

from collections.abc import Callable
from typing import NamedTuple


class CommandRun(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def output(self) -> str:
        """What it printed to either stream."""
        return self.out + self.err


Run = Callable[..., CommandRun]
