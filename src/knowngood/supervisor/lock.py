"""One run for each environment and machine: two at once would each see what the other writes.

The lock is the kernel's, on a file in the machine's temporary folder, so it ends with the process
that holds it, however that dies. The file says who holds it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import tempfile
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from ..environment import Environment
from ..release import user
from ..safety import RunnerError, one_line


class LockUnavailable(RunnerError):
    """Another process holds the lock, or there can be none; the message says who, or why."""


@contextlib.contextmanager
def held(environment: Environment, command: Sequence[str]) -> Iterator[None]:
    """Hold the lock of ``environment`` while inside; a second process is told the ``command``.

    Raises LockUnavailable.
    """
    from filelock import FileLock, Timeout

    path = path_of(environment)
    # Everybody on the machine may lock it. The library follows no symbolic link.
    lock = FileLock(path, timeout=0, mode=0o666, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockUnavailable(f"{environment.name} is being verified by {_holder(path)}") from None
    except OSError as error:
        raise LockUnavailable(
            f"cannot lock {path}: {error}; set TMPDIR to a folder that can be written"
        ) from None
    try:
        with contextlib.suppress(OSError):  # a lock without a note is a lock all the same
            _write_note(path, command)
        yield
    finally:
        lock.release()


def path_of(environment: Environment) -> Path:
    """Return the lock's file, named by the environment and its origins: two checkouts share it."""
    place = sorted(environment.origins.items()) or str(environment.path.resolve())
    digest = sha256(json.dumps([environment.name, place]).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"knowngood-{environment.name}-{digest}.lock"


def _write_note(path: Path, command: Sequence[str]) -> None:
    note = {
        "pid": os.getpid(),
        "user": user(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        "command": shlex.join(command),
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as file:
        json.dump(note, file)


def _holder(path: Path) -> str:
    """Return who holds the lock, by the note; the holder may just be writing it."""
    try:
        note = json.loads(path.read_bytes()[:4096])
        return one_line(
            f"process {note['pid']} of {note['user']}, since {note['since']}: {note['command']}",
            400,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that left no note"
