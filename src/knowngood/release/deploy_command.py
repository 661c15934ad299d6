"""A deploy command, or a verification, as a process: what it prints is shown as it comes, its time
is bounded, and it ends with this process. One that runs on all the same is waited for.

It would change the deployment after others have put it right, or judge one release by another. All
that it starts inherits a file that is locked: the lock is the kernel's, and ends with the last
process that has the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from ..environment import BadEnvironment, Environment
from ..safety import RunnerError, Say, one_line, process_group, shell_word
from . import clone, deploy_guard

SECONDS: Final = 900.0
"""How long a deploy command may take, so that one that hangs is rolled back. One whose release
needs longer to reach every edge returns sooner; budget.converge waits for the rest."""

_WAIT: Final = 25.0  # seconds until what was broken off must have ended; a verification has twenty
_PAUSE: Final = 0.1  # seconds
_FIRST_LINE: Final = re.compile(rb"#![ \t]*([^ \t\n\0]+)[ \t]*([^\n\0]*?)[ \t]*\n")


class DeployRunning(RunnerError):
    """What a push that was broken off has started still runs; the message says how to end it."""


def refuse_unrunnable(environment: Environment) -> None:
    """Raise BadEnvironment where nobody can deploy: there is no [deploy] command, or its program is
    not there, or may not be run. Nothing is on record yet, and nothing has to be put back.
    """
    if environment.deploy is None:
        raise BadEnvironment(
            f"{environment.path}: needs [deploy] with command, which puts a release there"
        )
    program = environment.deploy.command[0]
    path = environment.root / program if "/" in program else Path(program)
    found = shutil.which(path)
    if found is not None:
        why = _bad_start(Path(found), environment.root)
    elif path.is_file():
        why = f"it may not be run; next: chmod +x {shell_word(os.fsencode(path))}"
    else:
        why = "it is not there"
    if why and "{" not in program:
        raise BadEnvironment(
            f"{environment.path}: deploy.command: cannot run {one_line(program, 200)!r}: {why}"
        )


def _bad_start(path: Path, folder: Path) -> str:
    """Return why the kernel cannot start the file at ``path`` in ``folder``, by its first line;
    empty if it can.
    """
    try:
        with path.open("rb") as file:
            start = file.read(256)  # the kernel reads no more
    except OSError:  # what may be run need not be readable
        return ""
    line = _FIRST_LINE.match(start)
    if line is None:
        is_program = start.startswith(b"#!") or b"\0" in start
        but = ", but with a byte-order mark" if start.startswith(BOM_UTF8) else ""
        return "" if is_program else f"it does not begin with #! and a program, as #!/bin/sh{but}"
    name, argument = map(os.fsdecode, line.groups())
    needed = str(folder / name)
    if Path(name).name == "env" and not re.search("^-|=|^$", argument):
        needed = argument
    is_there = shutil.which(needed) is not None
    is_shell = re.fullmatch("(ba|da|k|z)?sh", Path(name).name) is not None
    if line[0].endswith(b"\r\n") and (is_shell or not is_there):
        return f"it has Windows line ends; next: sed -i 's/\\r$//' {shell_word(os.fsencode(path))}"
    return "" if is_there else f"its first line names {one_line(needed, 200)}, which is not there"


def show(command: Sequence[str], folder: Path, inherited: int, say: Say) -> str:
    """Run ``command`` in ``folder`` and ``say`` each line that it prints; return how it failed,
    empty if its exit code was 0.

    All that it starts inherits the open file ``inherited``. After SECONDS, and if this process ends
    or is killed before, the command is ended with all that it started. Raises OSError if it cannot
    be started.
    """
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = started(command, folder, inherited, process_group.GRACE, **output)
    assert process.stdin is not None
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, say), daemon=True)
    reader.start()
    try:
        code = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return f"deploy.command was not done after {SECONDS:g} s, and was ended"
    finally:
        if process.poll() is None or process.returncode < 0:
            process_group.end(process)
        process.stdin.close()
        reader.join(1)  # and no longer: what the command has started may hold the pipe
    how = f"exit code {code}" if code > 0 else f"signal {-code}"
    return f"deploy.command ended with {how}" if code else ""


def started(
    command: Sequence[str], folder: Path, inherited: int, grace: float, **options: Any
) -> subprocess.Popen[bytes]:
    """Start ``command`` so that it ends where its standard input closes, which it does when this
    process ends, however that ends: SIGTERM, and after ``grace`` seconds SIGKILL. All that it
    starts inherits the open file. ``options`` are those of :class:`subprocess.Popen`.
    """
    guard = [sys.executable, "-I", "-S", deploy_guard.__file__, str(inherited), str(grace)]
    options = {"stdin": subprocess.PIPE, "pass_fds": (inherited,), **options}
    return process_group.start([*guard, *command], cwd=folder, **options)


def _read(stream: IO[bytes], say: Say) -> None:
    with stream:
        while line := stream.readline(4096):
            say(f"| {one_line(line.decode('utf-8', 'replace').rstrip(), 300)}")


@contextmanager
def marked(environment: Environment, command: str) -> Iterator[int]:
    """Yield a file that ``command`` and all that it starts must inherit.

    Only a command that was broken off leaves it behind: what another one left running, such as the
    server that it has started, is meant to run.
    """
    path = _path(environment)
    file = _opened(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):  # a full disk: the lock counts, and what it says is for people
            os.ftruncate(file, 0)
            os.write(file, json.dumps({"pid": os.getpid(), "command": command}).encode())
        yield file
        with suppress(OSError):
            path.unlink()
    finally:
        os.close(file)


def refuse_running(environment: Environment, say: Say) -> None:
    """Wait for a moment where one still runs on this machine; raise DeployRunning if it does not
    end, and UsageError if no file can tell.
    """
    path = _path(environment)
    with clone.in_cache(path.parent):
        if not _locked(path):
            return
    still = f"a push was broken off, and what it started still runs: {_command(path)}"
    say(f"{still}; waiting for its end")
    end = time.monotonic() + _WAIT
    while _locked(path):
        if time.monotonic() > end:
            raise DeployRunning(f"{still}; to end it: fuser -k {path}")
        time.sleep(_PAUSE)


def _path(environment: Environment) -> Path:
    digest = sha256(str(environment.path.resolve()).encode()).hexdigest()[:12]
    return clone.cache() / "deploys" / f"{environment.name}-{digest}"


def _opened(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(path: Path) -> bool:
    """Return whether a process has the file; remove it where none has."""
    file = _opened(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(file)


def _command(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return one_line(json.loads(path.read_bytes())["command"], 300)
    return "its command is not known"
