"""Hold locks between the processes of one machine, with a note of who holds one.

The lock is the kernel's, on a file below the machine's temporary folder, so it ends with the
process that holds it. The file says who that is, and goes when the lock does.
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

from .errors import RunnerError
from .sanitize import one_line
from .user import user_name


class LockUnavailable(RunnerError):
    """Another process holds the lock, or none can be made; the message says who, or why."""


def path_for(name: str, key: str) -> Path:
    """Return the file of the lock for ``key``, the same for all users of this machine.

    ``name`` is a part of the file's name, for people. The folder is made, open to all users and
    not sticky as ``/tmp`` is: there, neither the library nor the kernel (``fs.protected_regular``)
    lets one user take a file that another left. Raises LockUnavailable.
    """
    digest = sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    try:
        folder = Path(tempfile.gettempdir()) / "knowngood-locks"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o777)  # the umask would keep others out
    except OSError as error:
        raise LockUnavailable(
            f"nothing can be locked: {error}; set TMPDIR to a folder that can be written"
        ) from None
    return folder / f"{name}-{digest}.lock"


@contextlib.contextmanager
def held(path: Path, busy: str, command: Sequence[str], wait: float = 0.0) -> Iterator[None]:
    """Hold the lock at ``path`` while inside. Wait for it up to ``wait`` seconds.

    ``command`` is the note for others; ``busy`` says what the other process does: "prod is being
    verified". Raises LockUnavailable.
    """
    from filelock import FileLock, Timeout

    # All users of the machine may lock it. The library follows no symbolic link.
    lock = FileLock(path, timeout=wait, mode=0o666, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockUnavailable(f"{busy} by {_holder(path)}") from None
    except OSError as error:
        raise LockUnavailable(
            f"cannot lock {path}: {error}; set TMPDIR to a folder that can be written"
        ) from None
    try:
        with contextlib.suppress(OSError):  # the lock works without a note
            _write_note(path, command)
        yield
    finally:
        # A process that waits sees that the file it opened is gone, and makes it anew.
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()


def _write_note(path: Path, command: Sequence[str]) -> None:
    note = {
        "pid": os.getpid(),
        "user": user_name(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        "command": shlex.join(command),
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as file:
        json.dump(note, file)


def _holder(path: Path) -> str:
    """Return who holds the lock, by its note, which may be missing or incomplete."""
    try:
        note = json.loads(path.read_bytes()[:4096])
        return one_line(
            f"process {note['pid']} of {note['user']}, since {note['since']}: {note['command']}",
            400,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that left no note"
