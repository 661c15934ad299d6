"""A command of knowngood that a test has run within its process."""

import io
import os
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from suite_run import same_process

from knowngood.cli import main


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


def run_command(cwd: Path, *words: str) -> CommandRun:
    """Run ``knowngood WORDS`` in ``cwd``, within this process. What other tests left for the
    garbage collector is none of its business.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        same_process(cwd),
        chdir(cwd),
        mock.patch.dict(os.environ, PYTEST_ADDOPTS="-p no:unraisableexception"),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main.run(words)
    out.seek(0)
    err.seek(0)
    return CommandRun(code, out.read(), err.read())
