"""Parse, in a process of its own that may die of it, what may take too much memory or time.

Some sources make tree-sitter and lexbor take a hundred times their size in memory, time that grows
with the square of their size, or more stack than there is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final, Literal

from ..safety import KnowngoodError, RunnerError, process_group
from .sandbox_program import TOO_MUCH

SECONDS: Final = 5
"""Seconds of processor time of one process. To start takes a tenth, a sound page less, and a bundle
of some hundred kilobytes one or two on a slow machine."""

_PROGRAM: Final = Path(__file__).with_name("sandbox_program.py")
_PACKAGES: Final = str(Path(__file__).parents[2])  # where this package lies
_WITHIN: Final = 60.0  # seconds of one process, which is ended sooner by its processor time
_one_at_a_time: Final = threading.Lock()


class SandboxLimit(KnowngoodError):
    """A source that takes too much memory or time to parse; the message says how much."""


def parse(language: Literal["html", "javascript"], source: bytes, allowed: int) -> bytes:
    """Parse ``source`` in another process that may take ``allowed`` bytes of memory, and return
    what :mod:`.sandbox_program` prints.

    Raises SandboxLimit for what takes more, or more than ``SECONDS`` of processor time;
    RunnerError where this machine could not run the process.
    """
    # -S and -P: nothing but PYTHONPATH is searched, and this folder's html.py is not html.
    command = [sys.executable, "-S", "-P", str(_PROGRAM), language, str(allowed), str(SECONDS)]
    # pytest unsets a variable in another thread: one of these names may be gone by now
    inherited = {name: os.environ.get(name, "") for name in list(os.environ)}
    environ = inherited | {"PYTHONPATH": os.pathsep.join([_PACKAGES, *filter(None, sys.path)])}
    try:
        with _one_at_a_time:
            ended = process_group.run(command, _WITHIN, stdin=source, env=environ)
    except subprocess.TimeoutExpired:
        raise RunnerError(f"parsing {language} did not end within {_WITHIN:g} s") from None
    if ended.returncode == TOO_MUCH:
        raise SandboxLimit(f"takes more than {allowed >> 20} MB")
    if ended.returncode < 0:  # by a signal: SIGXCPU, or for want of memory or stack
        raise SandboxLimit("takes too much memory or time")
    if ended.returncode:
        raise RunnerError(f"parsing {language} failed: {ended.stderr[-500:]!r}")
    return ended.stdout
