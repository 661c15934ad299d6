"""One run for each environment and machine: two at once would each see what the other writes.

The lock is the kernel's (flock), on a file in the machine's temporary folder, so it ends with
whoever holds it, however that dies. The file says who that is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
import tempfile
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from ..environment.model import Environment
from ..release.identity import user
from ..safety.errors import RunnerError
from ..safety.sanitize import one_line


class LockUnavailable(RunnerError):
    """Somebody else has the lock, or there can be none; the message says who, or why."""


@contextlib.contextmanager
def held(environment: Environment, command: Sequence[str]) -> Iterator[None]:
    """Hold the lock of ``environment`` while inside. ``command`` is what others are told.

    Raises NoLock.
    """
    try:
        descriptor = _open(path_of(environment))
    except OSError as error:
        raise LockUnavailable(
            f"no lock can be had: {error}; set TMPDIR to a folder that can be written"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = _who(descriptor)
            raise LockUnavailable(
                f"{environment.name} is being verified already, by {who}"
            ) from None
        with contextlib.suppress(OSError):  # somebody else's file, which can be locked all the same
            _sign(descriptor, command)
        yield
    finally:
        os.close(descriptor)


def path_of(environment: Environment) -> Path:
    """The lock's file: of the environment's name and origins, so that two checkouts share it."""
    place = sorted(environment.origins.items()) or str(environment.path.resolve())
    digest = sha256(json.dumps([environment.name, place]).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"knowngood-{environment.name}-{digest}.lock"


def _open(path: Path) -> int:
    """Never through a link, and for every user of the machine."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        try:
            return os.open(path, flags)
        except PermissionError:
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    os.fchmod(descriptor, 0o666)
    return descriptor


def _sign(descriptor: int, command: Sequence[str]) -> None:
    note = {
        "pid": os.getpid(),
        "user": user(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        "command": shlex.join(command),
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)


def _who(descriptor: int) -> str:
    """Who holds it, by the file; it may just be writing that, or be somebody who could not."""
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        return one_line(
            f"process {note['pid']} of {note['user']}, since {note['since']}: {note['command']}",
            400,
        )
    except (ValueError, KeyError, TypeError):
        return "a process that has not said which it is"
