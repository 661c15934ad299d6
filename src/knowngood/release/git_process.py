"""Run one git command, without prompts, pagers and hooks, whatever a clone is configured to run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from ..safety import RunnerError, one_line, process_group

_SLOW: Final = 5.0  # seconds until a person is told what is waited for

_VARIABLES: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    # refs/replace/ can be pushed, and would show another commit in a commit's place.
    "GIT_NO_REPLACE_OBJECTS": "1",
    # A graft, .git/info/grafts, gives a commit other parents. Of a file that is there git says
    # that it is deprecated.
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    "LC_ALL": "C.UTF-8",
}
# What a clone's own configuration could have git run, or overlook.
_SETTINGS: Final = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.ignoreStat=false",
    "core.checkStat=default",
    "core.trustctime=true",
)
# A hook hands these to us, and they would point every command at its own repository, or at the
# quarantine where objects of a push lie until its hooks have let them in.
OF_HOOKS: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
)


class GitError(RunnerError):
    """git refused; the message says what was asked and what it said.

    Attributes:
        output: all that git printed, raw.
        of_origin: whether the origin was asked: it may be out of reach.
    """

    def __init__(self, message: str, output: str = "", *, of_origin: bool = False) -> None:
        super().__init__(message)
        self.output = output
        self.of_origin = of_origin


def ended(
    path: Path,
    arguments: Sequence[str],
    seconds: float,
    stdin: bytes | None,
    variables: Mapping[str, str],
) -> subprocess.CompletedProcess[bytes]:
    """Return how ``git ARGUMENTS`` ended in the repository at ``path``, with these environment
    ``variables``. Raises GitError if it cannot be run, or has no end after ``seconds``.
    """
    inherited = {k: v for k, v in os.environ.items() if k not in OF_HOOKS}
    # Asked for its configuration, git tells that of the clone.
    asked = arguments[0] == "config" or "--git-path" in arguments
    settings = () if asked else with_settings(_SETTINGS)
    try:
        with _told_if_slow(seconds) if asks_origin(arguments) else nullcontext():
            # In a session of its own it has no terminal, so ssh cannot ask; a Ctrl-C is for us.
            return process_group.run(
                ["git", "-C", str(path), *settings, *arguments],
                seconds,
                stdin,
                env={**inherited, **_VARIABLES, **variables},
            )
    except subprocess.TimeoutExpired:
        raise GitError(
            f"git {_command(arguments)}: no end after {seconds:.0f} s",
            of_origin=asks_origin(arguments),
        ) from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error}; install it, or have PATH lead to it") from None


@contextmanager
def _told_if_slow(seconds: float) -> Iterator[None]:
    """Tell a person at a terminal what is waited for, where that takes more than a moment."""

    def tell() -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"waiting for git's server, {seconds:.0f} s at most\n")

    timer = threading.Timer(_SLOW, tell)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def with_settings(settings: Iterable[str]) -> list[str]:
    """Return the options by which git runs with these settings, each KEY=VALUE."""
    return [word for setting in settings for word in ("-c", setting)]


def decoded(output: bytes) -> str:
    """Return what git printed as text."""
    return output.decode("utf-8", "replace")


def refusal(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> str:
    """Return what was asked and what git said, in one line."""
    lines = decoded(done.stderr).strip().splitlines()
    telling = [line for line in lines if not _NEWS.match(line)]  # what else was fetched
    words = "; ".join(line.strip() for line in telling or lines if line.strip())
    message = one_line(words or f"exit code {done.returncode}", 500)
    return f"git {_command(arguments)}: {message}"


_NEWS: Final = re.compile(r"From |\s*[*=+ ]\s*\[new |\s+[0-9a-f]+\.\.")


def _command(arguments: Sequence[str]) -> str:
    return one_line(" ".join(_words(arguments)[:3]), 100)


def asks_origin(arguments: Sequence[str]) -> bool:
    """Return whether a command asks git's server."""
    return _words(arguments)[0] in {"fetch", "push", "ls-remote"}


def _words(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command after its settings."""
    words = list(arguments)
    while words[:1] == ["-c"]:
        del words[:2]
    return words
