"""Stand-ins that are forked, each from one process that has imported what they need.

That process runs this file. Its stdin is a socket, on which each message brings four descriptors of
a stand-in: its stdin, stdout and stderr, and a socket. There come its arguments and variables as a
line of JSON, and it answers with its number. The socket is at its end when the stand-in is.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import IO, NoReturn
from unittest import mock

RUNNING = importlib.import_module("fhr_standin.running")
"""The module; in the package the function has its name."""


class ForkedStandin:
    """What `fhr_standin.running` needs of a process."""

    def __init__(self, server: socket.socket, words: list[str], errors: IO[bytes]) -> None:
        stdin, keyboard = os.pipe()
        screen, stdout = os.pipe()
        self._life, life = socket.socketpair()
        with life:
            fds = [stdin, stdout, errors.fileno(), life.fileno()]
            socket.send_fds(server, [b"."], fds)
        os.close(stdin)
        os.close(stdout)
        self._life.sendall(f"{json.dumps([words, dict(os.environ)])}\n".encode())
        self.stdin, self.stdout = os.fdopen(keyboard, "wb"), os.fdopen(screen, "rb")
        self.pid = int(self._life.recv(20))

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        if self._life.fileno() >= 0 and not select.select([self._life], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("fhr_standin", timeout or 0)
        self._life.close()

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)


@contextlib.contextmanager
def forked_standins() -> Iterator[None]:
    """Have `fhr_standin.running` fork, from a process that the first stand-in starts."""
    ours, theirs = socket.socketpair()
    server: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], errors: IO[bytes]) -> ForkedStandin:
        if not server:
            with theirs:
                server.append(subprocess.Popen([sys.executable, __file__], stdin=theirs))
        return ForkedStandin(ours, command[command.index("fhr_standin") :], errors)

    with ours, theirs, mock.patch.object(RUNNING, "_start", start):
        yield
    for process in server:
        process.wait()


def main() -> None:
    """Fork for each message, until nobody can send one."""
    import trustme  # noqa: F401 - for those with certificates

    from fhr_standin import __main__

    requests = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, _reap)
    while fds := socket.recv_fds(requests, 1, 4)[1]:
        if os.fork() == 0:
            requests.close()
            _run(__main__.main, *fds)
        for fd in fds:
            os.close(fd)


def _reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run(command: Callable[[], int], *fds: int) -> NoReturn:
    """Be a stand-in, and end."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, fd in enumerate(fds[:3]):
            os.dup2(fd, number)
            os.close(fd)
        life = socket.socket(fileno=fds[3])
        sys.argv, variables = json.loads(life.makefile().readline())
        os.environ.clear()
        os.environ.update(variables)
        life.sendall(str(os.getpid()).encode())
        code = command()
    except Exception:  # noqa: BLE001 - what this process says is all that is known of it
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
